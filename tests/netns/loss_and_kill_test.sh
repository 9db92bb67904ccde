#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The whole promise at once: at 0, 5 and 20 % packet loss each way, with kill -9 of the dataplane and then of the sweep
# in the middle and --resume, every input line gives exactly one output line and each is what the zones say. No failure
# is allowed for, at any loss: the sweep is given the attempts and the time that 36 % lost round trips need.
# NAMES=1000000 makes it the full proof (CASE_SECONDS=1800 for tests/netns/run), LOSSES=20 a part of it.
. "$(dirname "$0")/_setup.sh"

names=${NAMES:-20000}
setup_lab --names "$names"
lab names caa >"$state/names"
lab expect caa >"$state/expect"
patient=(--quiet --caa --attempts 20 --timeout 60s --input "$state/names")

# shellcheck disable=SC2046
start() { start_dataplane --interface eth0 $(upstreams auth); }
# The program itself, so that a signal hits it and not a shell around it.
start_sweep() { background env "$(program parallax-sweep)" --socket "$socket" "${patient[@]}" "$@" 2>>"$state/sweep.log"; }

for loss in ${LOSSES:-0 5 20}; do
	out=$state/loss-$loss.jsonl
	checkpoint=$state/loss-$loss.checkpoint
	[ $loss = 0 ] && lab netem off || lab netem "loss $loss%"
	begin=$SECONDS
	start
	start_sweep --output "$out" --checkpoint "$checkpoint" --rate $((names / 4))
	sweep_pid=$!
	wait_until 600 "a third of the lines" has_lines "$out" $((names / 3))
	stop_dataplane KILL
	start
	wait_until 600 "two thirds of the lines" has_lines "$out" $((names * 2 / 3))
	check "the sweep outlived the dataplane" kill -0 $sweep_pid
	kill -9 $sweep_pid
	wait $sweep_pid 2>/dev/null || :
	check "the sweep was killed before its end" test "$(lines_in "$out")" -lt "$names"
	sweep "${patient[@]}" --output "$out" --checkpoint "$checkpoint" --resume --summary "$state/summary-$loss.json" ||
		fail "loss $loss %: the resumed sweep ended with $?"
	compare "$state/expect" "$out" >"$state/compare-$loss.log" || fail "loss $loss %: $(tail -n 1 "$state/compare-$loss.log")"
	echo "loss $loss %: $(tail -n 1 "$state/compare-$loss.log"), two kills, $((SECONDS - begin)) s"
	stop_dataplane
done
