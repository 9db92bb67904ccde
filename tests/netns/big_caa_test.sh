#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Big and odd answers: 1001 CAA records (over 20 kB, by TCP), a chain of four aliases, long values, and a truncating
# server without TCP, which must end as TRUNCATED, never as an empty answer.
. "$(dirname "$0")/_setup.sh"

setup_lab --names 1000
lab names caa --limit 0 >"$state/names"
lab expect caa --limit 0 >"$state/expect"
for kind in auth nsd resolvers; do
	# shellcheck disable=SC2046
	start_dataplane --interface eth0 $(upstreams $kind --family both)
	sweep --quiet --caa --input "$state/names" --output "$state/$kind.jsonl"
	compare "$state/expect" "$state/$kind.jsonl"
	check "the big set came by TCP" test "$(field "$state/$kind.jsonl" transport big.special.test)" = tcp
	check "the chain has four aliases" \
		test "$(field "$state/$kind.jsonl" aliases chain4.special.test | tr ',' '\n' | wc -l)" = 4
	stop_dataplane
done
# shellcheck disable=SC2046
start_dataplane --interface eth0 $(upstreams auth)
printf '%s\n' loop-a.special.test long0.special.test >"$state/odd"
check_status 2 sweep --quiet --caa --input "$state/odd" --output "$state/odd.jsonl"
check "aliases in a circle are LOOP" test "$(field "$state/odd.jsonl" status loop-a.special.test)" = LOOP
check "twenty aliases are LIMIT" test "$(field "$state/odd.jsonl" status long0.special.test)" = LIMIT
stop_dataplane

# shellcheck disable=SC2046
start_dataplane --interface eth0 $(upstreams fault:truncated-tcp-refused)
seq -f 'n%g.truncated-tcp-refused.fault.test' 0 19 >"$state/cut"
check_status 2 sweep --quiet --caa --input "$state/cut" --output "$state/cut.jsonl"
check "all are TRUNCATED" test "$(field "$state/cut.jsonl" status | sort | uniq -c | tr -s ' ')" = " 20 TRUNCATED"
check "none tells found_at or a record" test "$(grep -cE '"found_at"|evil' "$state/cut.jsonl" || :)" = 0
