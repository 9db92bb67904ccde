#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Bad input: one clear line that says where and what, the exit status of the contract, and nothing half done.
. "$(dirname "$0")/_setup.sh"

setup_lab --names 1000
dataplane=$(program parallax-dataplane)
refused() { # WHAT PATTERN COMMAND…: exit status 1 and a line that matches
	local got=0 what=$1 pattern=$2
	shift 2
	"$@" >"$state/out" 2>"$state/err" || got=$?
	check "$what: exit status 1, not $got: $(cat "$state/err")" test $got = 1
	check "$what: one line on stderr: $(cat "$state/err")" test "$(wc -l <"$state/err")" = 1
	check "$what: the line says $pattern: $(cat "$state/err")" grep -qE "$pattern" "$state/err"
}

printf 'dataplane:\n  interface: eth0\n  upstreem: [192.0.2.1]\n' >"$state/unknown.yaml"
refused "unknown key" "$state/unknown.yaml:3:3: .*upstreem" "$dataplane" --config "$state/unknown.yaml"
printf 'dataplane:\n  interface: eth0\n  workers: many\n' >"$state/type.yaml"
refused "wrong type" "$state/type.yaml:3:12: " "$dataplane" --config "$state/type.yaml"
printf 'dataplane:\n  interface: [eth0\n' >"$state/syntax.yaml"
refused "broken YAML" "$state/syntax.yaml:[0-9]+:[0-9]+: " "$dataplane" --config "$state/syntax.yaml"
refused "no such file" "$state/absent.yaml" "$dataplane" --config "$state/absent.yaml"
refused "unknown flag" "no-such-flag" "$dataplane" --no-such-flag
refused "bad upstream" "upstream.*192.0.2.300" "$dataplane" --interface lo --upstream 192.0.2.300
refused "more memory than there is" "memory_mb is 1048576, and this host has [0-9]+ MB" on probe "$dataplane" --interface eth0 --memory-mb 1048576
refused "an interface without Ethernet" "interface lo has no Ethernet address" on probe "$dataplane" --interface lo --iterative=false
refused "neither port mode" "interface" "$dataplane" --upstream 192.0.2.1
printf 'dataplane:\n  interface: eth0\n  upstreams: [192.0.2.53]\n' >"$state/good.yaml"
check_status 0 "$dataplane" --config "$state/good.yaml" --check-config >/dev/null

rm -f "$socket"
echo example.test >"$state/names"
check_status 3 sweep --caa --input "$state/names" --output "$state/out.jsonl" --reconnect-timeout 1s 2>"$state/err"
refused "unknown flag of sweep" "no-such-flag" sweep --no-such-flag
refused "unknown type" "NOTATYPE" sweep --type NOTATYPE --input "$state/names"

# shellcheck disable=SC2046
start_dataplane --interface eth0 $(upstreams auth)
status=0
timeout 8 "$(program parallax-sweep)" --socket "$socket" --caa --input "$state/names" >&- 2>"$state/err" || status=$?
check "a closed stdout is told at once, with status 1, not $status: $(cat "$state/err")" test $status = 1
check "and named: $(cat "$state/err")" grep -q 'stdout: cannot be written: Bad file descriptor' "$state/err"
refused "no input file" "$state/absent" sweep --caa --input "$state/absent"
printf '%s\n' bad..name 'a b c d' "$(printf 'x%.0s' {1..300})" chain4.special.test >"$state/names"
check_status 2 sweep --quiet --caa --input "$state/names" --output "$state/mixed.jsonl" 2>/dev/null
field "$state/mixed.jsonl" status | sort | uniq -c
check "one line each" has_lines "$state/mixed.jsonl" 4
check "three are INVALID_NAME" test "$(field "$state/mixed.jsonl" status | grep -c INVALID_NAME)" = 3
check "the good one is answered" test "$(field "$state/mixed.jsonl" status chain4.special.test)" = NOERROR
