#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Look-ups of hostile names (attacks.tsv), some of each attack at the same time: each ends by itself within the limits of
# docs/iteration.md and docs/dnssec.md, with the right failure and without records. Prints for each attack the queries of a
# look-up (mean, most; by the servers' count) and the validators' time for one.
. "$(dirname "$0")/_internet.sh"

look_ups=${ATTACK_LOOKUPS:-20}
report=$root_dir/tests/bench/iteration_report.py
# A check of a signature takes 0.1 ms, so that 32 take 3 ms. 500 keys x 500 signatures would take 20 s.
validator_ms_max=${VALIDATOR_MS_MAX:-40}
queries_max=$(sed -n 's/^#define WORK_QUERIES_MAX \([0-9]*\).*/\1/p' "$root_dir/dataplane/iteration/work_budget.h")
check "the limit of queries is known" test "$queries_max" -gt 0

validator_ticks() { "$report" threads "$dataplane_pid" | awk '/valid/ {sum += $2} END {print sum + 0}'; }

setup_internet 2000
start_recursor
sweep --resolution iterative --caa --input "$zones/names.special" --output "$state/warm" >/dev/null 2>&1 || :
findings=0
printf '%-18s %8s %5s %12s %14s %9s  %s\n' attack queries most 'at servers' 'validators, us' seconds ended
while IFS=$'\t' read -r attack name outcome; do
	for number in $(seq "$look_ups"); do echo "${name//N/$number}"; done >"$state/names"
	packets=$(packets_received) ticks=$(validator_ticks) begin=$(date +%s%N)
	sweep --resolution iterative --type CAA --input "$state/names" --output "$state/lines" >/dev/null 2>"$state/sweep.err" || :
	took=$(($(date +%s%N) - begin)) ticks=$(($(validator_ticks) - ticks)) packets=$(($(packets_received) - packets))
	judged=$("$netns_dir/attack_judge.py" "$state/lines" "$outcome" "$look_ups" "$queries_max" 2>"$state/findings") ||
		{ findings=$((findings + 1)); sed "s/^/$attack: /" "$state/findings" >&2; }
	read -r mean most ended <<<"$judged"
	awk -v a="$attack" -v mean="$mean" -v most="$most" -v p=$packets -v n="$look_ups" -v t=$ticks -v hz="$(getconf CLK_TCK)" -v ns=$took -v e="$ended" \
		'BEGIN {printf "%-18s %8s %5s %12.1f %14.0f %9.1f  %s\n", a, mean, most, p / n, t / hz / n * 1e6, ns / 1e9, e}'
	if [ $((ticks * 1000 / $(getconf CLK_TCK))) -gt $((validator_ms_max * look_ups)) ]; then
		findings=$((findings + 1))
		echo "$attack: $ticks ticks of the validators for $look_ups look-ups" >&2
	fi
	if [ $took -gt 12000000000 ]; then
		findings=$((findings + 1))
		echo "$attack: a look-up of at most 8 s took $((took / 1000000)) ms" >&2
	fi
done < <(grep -v '^#' "$netns_dir/attacks.tsv")
check "nothing is wrong" test "$findings" = 0

lines_of() { sweep --resolution iterative --caa --input "$zones/names.$1" --output "$state/lines" >/dev/null 2>&1 || :; }
lines_of signed
check "afterwards names are what the zones say" compare "$zones/expect.signed" "$state/lines" >"$state/comparison"
echo "$(grep -vc '^#' "$netns_dir/attacks.tsv") attacks are bounded"
