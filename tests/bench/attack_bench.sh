#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What hostile names cost the ordinary ones that are looked up beside them: for each attack of attacks.tsv, names per second
# of a sweep with and without look-ups of that attack going on at a steady rate.
#
# usage: attack_bench.sh [--names N] [--rate N] [--rounds N] [--set unsigned|signed] [--only "ATTACK..."] [--keep FOLDER]
# BUILD_DIR: where parallax was built (default: build). Needs root and two cores. What the attacks are and what each
# look-up costs by itself: tests/netns/iteration_attacks_test.sh.
names=200000 rate=50 rounds=3 set=unsigned attacks='' keep=''
while [ $# -gt 0 ]; do
	case $1 in
	--names) names=$2; shift 2 ;;
	--rate) rate=$2; shift 2 ;;
	--rounds) rounds=$2; shift 2 ;;
	--set) set=$2; shift 2 ;;
	--only) attacks=$2; shift 2 ;;
	--keep) keep=$2; shift 2 ;;
	--help) sed -n '3,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
	*) echo "attack_bench: $1: unknown option; see --help" >&2; exit 1 ;;
	esac
done
export SERVER_CORES=${SERVER_CORES:-0} SUBJECT_CORES=${SUBJECT_CORES:-1}
zones=$keep
. "$(dirname "$0")/../netns/_internet.sh"
[ -n "$attacks" ] || attacks=$(grep -v '^#' "$netns_dir/attacks.tsv" | cut -f1)
on_subject() { ip netns exec "${prefix}probe" taskset -c "$subject_cores" "$@"; }
iterate() { on_subject "$(program parallax-sweep)" --socket "$socket" --resolution iterative "$@"; }
median() { sort -g | awk '{v[NR]=$1} END {print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

ordinary_rate() { # names of the set that are right, per second
	local begin end right
	begin=$(date +%s%N)
	iterate --caa --input "$zones/names.$set" --output "$state/lines" --window "${SWEEP_WINDOW:-4096}" >"$state/sweep.log" 2>&1 || :
	end=$(date +%s%N)
	compare "$zones/expect.$set" "$state/lines" >"$state/comparison" || tail -n 3 "$state/comparison" >&2
	right=$(sed -n 's/^expected .*: right \([0-9]*\),.*/\1/p' "$state/comparison")
	awk -v n="${right:-0}" -v ns=$((end - begin)) 'BEGIN {printf "%.0f\n", n / (ns / 1e9)}'
}
has_begun() { [ "$(counter iterative_lookups)" -gt 0 ]; }
measure() { # [ATTACK]: the rate with an empty memory, that attack beside it
	local pattern pid
	start_recursor --iterative-cache-mb 512
	if [ -n "${1:-}" ]; then
		pattern=$(awk -F'\t' -v a="$1" '$1 == a {print $2}' "$netns_dir/attacks.tsv")
		for number in $(seq $((rate * 600))); do echo "${pattern//N/$number}"; done >"$state/hostile"
		background ip netns exec "${prefix}probe" taskset -c "$subject_cores" "$(program parallax-sweep)" --socket "$socket" \
			--resolution iterative --type CAA --rate "$rate" --input "$state/hostile" --output "$state/hostile.lines" \
			>"$state/hostile.log" 2>&1
		pid=$!
		wait_until 20 "hostile look-ups to begin" has_begun
	fi
	ordinary_rate
	[ -z "${pid:-}" ] || { kill "$pid" && wait "$pid" 2>/dev/null || :; }
	stop_dataplane
}

setup_internet "$names"
printf 'machine: %s, %s cores, Linux %s; servers on core %s, subject on core %s\n' \
	"$(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo)" "$(nproc)" "$(uname -r)" "$server_cores" "$subject_cores"
printf '%s %s names; %s look-ups of the attack a second; medians of %s rounds\n\n%-18s %10s %10s %8s\n' \
	"$(lines_in "$zones/names.$set")" "$set" "$rate" "$rounds" attack 'alone' 'beside it' lost
for attack in $attacks; do
	rm -f "$state/alone" "$state/beside"
	for _ in $(seq "$rounds"); do
		measure >>"$state/alone"
		measure "$attack" >>"$state/beside"
	done
	awk -v attack="$attack" -v alone="$(median <"$state/alone")" -v beside="$(median <"$state/beside")" \
		'BEGIN {printf "%-18s %10.0f %10.0f %6.1f %%\n", attack, alone, beside, alone ? 100 * (1 - beside / alone) : 0}'
done
