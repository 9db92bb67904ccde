#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Sweeps of thousands of names against authoritative servers at 0, 5 and 20 % loss each way, plain look-ups of all
# types, and by way of validating resolvers: every line is compared with the zones.
. "$(dirname "$0")/_setup.sh"

setup_lab --names "${NAMES:-20000}"
lab names caa >"$state/names.caa"
lab names plain >"$state/names.plain"
lab expect caa >"$state/expect.caa"
lab expect plain >"$state/expect.plain"
run() { # LABEL KIND FAILURES-ALLOWED-PERCENT SWEEP-FLAGS…
	local begin=$SECONDS out=$state/$1.jsonl
	sweep --quiet --input "$state/names.$2" --output "$out" "${@:4}" || [ $? = 2 ] || fail "$1: the sweep broke off"
	echo "$1: $(compare "$state/expect.$2" "$out" --allow-failures "$3" | tail -n 1) in $((SECONDS - begin)) s"
	compare "$state/expect.$2" "$out" --allow-failures "$3" >"$state/$1.log" || fail "$1 differs"
}

# shellcheck disable=SC2046
start_dataplane --interface eth0 $(upstreams auth)
run no-loss caa 0 --caa
run plain plain 0
lab netem "loss 5%"
run loss-5 caa 0.01 --caa
lab netem "loss 20%"
run loss-20 caa 1 --caa
lab netem off
stop_dataplane

# shellcheck disable=SC2046
start_dataplane --interface eth0 $(upstreams resolvers)
run resolvers caa 0 --caa
field "$state/resolvers.jsonl" dnssec | sort | uniq -c >"$state/dnssec"
check "signed zones came back secure" grep -q ' secure$' "$state/dnssec"
check "unsigned ones insecure" grep -q ' insecure$' "$state/dnssec"
check "special.test is signed, so its answer is secure" \
	test "$(field "$state/resolvers.jsonl" dnssec chain4.special.test)" = secure
echo "www.bogus.test" >"$state/bogus"
check_status 2 sweep --quiet --type CAA --input "$state/bogus" --output "$state/bogus.jsonl"
check "a zone that does not validate is BOGUS" test "$(field "$state/bogus.jsonl" status)" = BOGUS
tail -n 1 "$state/loss-20.log"
