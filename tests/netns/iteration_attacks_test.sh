#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Look-ups of hostile names (attacks.tsv), some of each attack at the same time: each ends by itself within the limits of
# docs/iteration.md and docs/dnssec.md, with the right failure and without records. Prints for each attack what a look-up of
# it takes: queries (mean, most; datagrams that the servers got), octets both ways, signatures checked, time of the
# validators and of all other threads.
. "$(dirname "$0")/_internet.sh"
. "$netns_dir/_attacks.sh"

look_ups=${ATTACK_LOOKUPS:-20}
# A check of a signature takes 0.1 ms, so that 32 take 3 ms. 500 keys x 500 signatures would take 20 s.
validator_ms_max=${VALIDATOR_MS_MAX:-40}
queries_max=$(sed -n 's/^#define WORK_QUERIES_MAX \([0-9]*\).*/\1/p' "$root_dir/dataplane/iteration/work_budget.h")
check "the limit of queries is known" test "$queries_max" -gt 0

setup_internet 2000
start_recursor
sweep --resolution iterative --caa --input "$zones/names.special" --output "$state/warm" >/dev/null 2>&1 || :
findings=0
printf '%-18s %8s %5s %10s %9s %10s %14s %10s %8s  %s\n' attack queries most 'at servers' octets signatures 'validators, us' \
	'others, us' seconds ended
for attack in $(attack_list); do
	attack_names "$attack" 1 "$look_ups" >"$state/names"
	read -r at_servers octets signatures validators_us others_us seconds < <(measure_lookups "$look_ups" \
		sweep --resolution iterative --type CAA --input "$state/names" --output "$state/lines")
	judged=$("$netns_dir/attack_judge.py" "$state/lines" "$(attack_outcome "$attack")" "$look_ups" "$queries_max" \
		2>"$state/findings") || { findings=$((findings + 1)); sed "s/^/$attack: /" "$state/findings" >&2; }
	read -r mean most ended <<<"$judged"
	printf '%-18s %8s %5s %10s %9.0f %10s %14.0f %10.0f %8s  %s\n' "$attack" "$mean" "$most" "$at_servers" "$octets" \
		"$signatures" "$validators_us" "$others_us" "$seconds" "$ended"
	if [ "${validators_us%.*}" -gt $((validator_ms_max * 1000)) ]; then
		findings=$((findings + 1))
		echo "$attack: a look-up takes $validators_us us of the validators" >&2
	fi
	if [ "${seconds%.*}" -ge 12 ]; then
		findings=$((findings + 1))
		echo "$attack: a look-up of at most 8 s took $seconds s" >&2
	fi
done
check "nothing is wrong" test "$findings" = 0

lines_of() { sweep --resolution iterative --caa --input "$zones/names.$1" --output "$state/lines" >/dev/null 2>&1 || :; }
lines_of signed
check "afterwards names are what the zones say" compare "$zones/expect.signed" "$state/lines" >"$state/comparison"
echo "$(attack_list | wc -l) attacks are bounded"
