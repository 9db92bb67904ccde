#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Sweep and dataplane together stay under 160 MB, however many names there are, and the dataplane takes little before it has
# work: its tables are touched as far as they are used. Names are made and lines are counted as they pass by; both processes
# are looked at when the last line is out and the sweep still waits for more input.
#
#   NAMES=10000000 CASE_SECONDS=7200 tests/netns/run memory    the full proof
. "$(dirname "$0")/_setup.sh"

names=${NAMES:-300000}
seconds=${CASE_SECONDS:-600}
limit_kb=$((160 * 1000 * 1000 / 1024))
rest_limit_kb=$((90 * 1000 * 1000 / 1024)) # 70 MB with iterative look-ups on: half of it packets, a quarter programs

make_names() { # and keeps the pipe open till both were looked at
	seq -f 'www%.0f.wild.test' "$names"
	wait_until "$seconds" "the look at both processes" test -e "$state/looked"
}
is_counted() { test -s "$state/distinct"; } # also when the sweep ends too soon
is_alive() { kill -0 "$dataplane_pid" && kill -0 "$sweep_pid"; }

setup_lab --names 1000 --zone "$netns_dir/wild.test.zone"
# shellcheck disable=SC2046
start_dataplane --interface eth0 $(upstreams auth)
rest_kb=$(peak_memory_kb "$dataplane_pid")
check "the dataplane takes under 90 MB at rest ($rest_kb KiB)" test "$rest_kb" -lt "$rest_limit_kb"
mkfifo "$state/names" "$state/lines"
make_names >"$state/names" &
"$netns_dir/distinct_lines.py" "$names" "$state/distinct" <"$state/lines" >"$state/further" &
count_pid=$!
begin=$(date +%s%N)
background "$(program parallax-sweep)" --socket "$socket" --quiet --caa --summary "$state/summary" \
	--input "$state/names" >"$state/lines"
sweep_pid=$!
wait_until "$seconds" "the last line" is_counted
rate=$((names * 1000000000 / ($(date +%s%N) - begin)))
check "sweep and dataplane live till the last line is out" is_alive
sweep_kb=$(peak_memory_kb "$sweep_pid")
dataplane_kb=$(peak_memory_kb "$dataplane_pid")
: >"$state/looked"
status=0
wait "$sweep_pid" || status=$?
wait "$count_pid"
check "the sweep ended as one does (exit status $status)" test $status = 0 -o $status = 2
check "each of $names names has one line" test "$(cat "$state/distinct")" = "$names" -a "$(cat "$state/further")" = 0
check "most names were found" test "$(python3 -c '
import json, sys
print(json.load(open(sys.argv[1]))["statuses"].get("NOERROR", 0))' "$state/summary")" -gt $((names * 9 / 10))
sum="$sweep_kb + $dataplane_kb = $((sweep_kb + dataplane_kb)) KiB"
check "sweep and dataplane take under 160 MB ($sum)" test $((sweep_kb + dataplane_kb)) -lt "$limit_kb"
echo "$names names: sweep and dataplane took $sum at most, the dataplane $rest_kb KiB at rest; $rate names/s"
