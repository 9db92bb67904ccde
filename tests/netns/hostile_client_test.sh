#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Clients that break the exchange's rules hurt themselves only: one that clogs its wake-ups holds no worker up, and one
# that writes an impossible ring position is detached. A sweep beside them is complete and right.
. "$(dirname "$0")/_setup.sh"

hostile() { "$netns_dir/hostile_client.py" "$socket" "$@"; }
client_is_listed() { # while it is attached
	local clients
	clients=$(rpc clients.list) && [[ $clients == *'"hostile"'* ]]
}
client_is_gone() {
	local clients
	clients=$(rpc clients.list) && [[ $clients != *'"hostile"'* ]]
}

setup_lab --names "${NAMES:-20000}"
lab names >"$state/names"
lab expect >"$state/expect"
# shellcheck disable=SC2046
start_dataplane --interface eth0 $(upstreams auth)

background "$netns_dir/hostile_client.py" "$socket" clog >"$state/clog.log"
clog_pid=$!
wait_until 10 "the hostile client to clog its wake-ups" grep -q clogged "$state/clog.log"
check "the clogging client is attached" client_is_listed
sweep --quiet --caa --input "$state/names" --output "$state/one.jsonl"
compare "$state/expect" "$state/one.jsonl"
kill "$clog_pid"
wait_until 10 "the clogging client to be detached" client_is_gone

rejected=$(counter jobs_rejected)
for _ in 1 2 3; do
	check "a client with an impossible ring is ended" hostile corrupt
	wait_until 10 "the broken client to be detached" client_is_gone
done
check "each of them was counted" test "$(counter jobs_rejected)" = $((rejected + 3))
sweep --quiet --caa --input "$state/names" --output "$state/two.jsonl"
compare "$state/expect" "$state/two.jsonl"
check "no look-up is left" test "$(counter lookups_in_flight)" = 0
