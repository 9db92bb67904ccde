#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A dataplane that nobody asks anything sleeps: under 2 % of a core over a window, before and after work. Poll mode
# takes a core, and comes and goes by one command.
. "$(dirname "$0")/_setup.sh"

window=${WINDOW:-10}
ticks=$(getconf CLK_TCK)
cpu_ticks() { awk '{print $14 + $15}' "/proc/$dataplane_pid/stat"; }
measure() { # prints the CPU use in 1/100 %
	local before after
	before=$(cpu_ticks)
	read -rt "$window" <> <(:) || : # the window that is measured
	after=$(cpu_ticks)
	echo $(((after - before) * 10000 / ticks / window))
}

setup_lab --names 3000
lab names >"$state/names"
# shellcheck disable=SC2046
start_dataplane --interface eth0 $(upstreams auth)
before=$(measure)
sweep --quiet --caa --input "$state/names" --output "$state/out.jsonl"
after=$(measure)
rpc poll_mode.set '{"enabled":true}' >/dev/null
polling=$(measure)
rpc poll_mode.set '{"enabled":false}' >/dev/null
again=$(measure)
echo "idle: $before before work, $after after it, $polling polling, $again after polling (in 1/100 % of a core)"
check "idle takes under 2 %" test "$before" -lt 200
check "idle after work takes under 2 %" test "$after" -lt 200
check "poll mode polls" test "$polling" -gt 3000
check "and is left again" test "$again" -lt 200
