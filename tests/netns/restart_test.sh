#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# kill -9 of the dataplane and of the sweep in the middle of a sweep: each line is answered once in the end.
. "$(dirname "$0")/_setup.sh"

setup_lab --names 30000
lab names >"$state/names"
lab expect >"$state/expect"
# shellcheck disable=SC2046
start() { start_dataplane --interface eth0 $(upstreams auth); }
start

# The dataplane dies and comes back: the same sweep goes on by itself.
background sweep --quiet --caa --rate 6000 --input "$state/names" --output "$state/one.jsonl"
sweep_pid=$!
wait_until 30 "a third of the lines" has_lines "$state/one.jsonl" 10000
stop_dataplane KILL
check "the sweep still runs" kill -0 $sweep_pid
start
wait $sweep_pid || fail "the sweep ended with $? after the dataplane was killed"
compare "$state/expect" "$state/one.jsonl"

# The sweep dies, twice, and is resumed from its checkpoint.
part=(sweep --quiet --caa --rate 6000 --input "$state/names" --output "$state/two.jsonl" --checkpoint "$state/two.check")
for lines in 8000 16000; do
	# The program itself, so that the signal hits it and not a shell around it.
	background env "$(program parallax-sweep)" --socket "$socket" "${part[@]:1}" $([ $lines = 8000 ] || echo --resume)
	sweep_pid=$!
	wait_until 30 "$lines lines and a checkpoint" eval "has_lines $state/two.jsonl $lines && test -s $state/two.check"
	kill -9 $sweep_pid
	wait $sweep_pid 2>/dev/null || :
done
wait_until 10 "the dead client's work to end" eval 'test "$(counter lookups_in_flight)" = 0'
"${part[@]}" --resume
compare "$state/expect" "$state/two.jsonl"
