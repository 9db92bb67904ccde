#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The same by IPv6 alone: shared mode, servers on the link and behind a router.
. "$(dirname "$0")/_setup.sh"

setup_lab --names 5000
lab names >"$state/names"
lab expect >"$state/expect"
# shellcheck disable=SC2046
start_dataplane --interface eth0 $(upstreams auth --family 6) $(upstreams nsd --family 6)
sweep --quiet --caa --input "$state/names" --output "$state/out.jsonl"
compare "$state/expect" "$state/out.jsonl"
field "$state/out.jsonl" server | sort | uniq -c
field "$state/out.jsonl" server | sort -u >"$state/servers"
check "no answer came by IPv4" test "$(grep -vc 'fd00:203' "$state/servers" || :)" = 0
check "the server behind the router answered" grep -q 'fd00:203:1::54' "$state/servers"
check "all four servers answered" test "$(wc -l <"$state/servers")" = 4
