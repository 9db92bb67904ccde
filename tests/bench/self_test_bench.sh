#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# parallax-bench --self-test, several rounds: completed look-ups per second with nothing left out and results delivered,
# cycles for one, the bare echo's ceiling in the same round, and their ratio. Needs two cores; root for af_xdp.
#
# usage: self_test_bench.sh [--rounds N] [ring|memif|af_xdp]...
# BUILD_DIR: where parallax was built (default: build).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(realpath -m "${BUILD_DIR:-$here/../../build}")
rounds=5 kinds=()
while [ $# -gt 0 ]; do
	case $1 in
	--rounds) rounds=$2; shift 2 ;;
	--help) sed -n '3,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
	-*) echo "self_test_bench: $1: unknown option; see --help" >&2; exit 1 ;;
	*) kinds+=("$1"); shift ;;
	esac
done
[ ${#kinds[@]} -gt 0 ] || kinds=(memif)
program() { find "$build" -type f -name "$1" -perm -u+x -print -quit; }
work=$(mktemp -d /tmp/self-test-bench.XXXXXX)
trap 'rm -rf "$work"' EXIT
median() { sort -g | awk '{v[NR]=$1} END {print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }
printf '%-8s %14s %14s %14s %8s\n' port look-ups/s cycles/look-up echo/s ratio
for kind in "${kinds[@]}"; do
	for round in $(seq "$rounds"); do
		"$(program parallax-bench)" --self-test "$kind" --quiet --json "$work/$kind-$round" >/dev/null
		python3 -c '
import json, sys
run = json.load(open(sys.argv[1], encoding="utf-8"))
print(round(run["qps"]), round(run["cycles_per_query"]), round(run["ceiling_pps"]), round(run["ratio"], 3))' \
			"$work/$kind-$round" | tee -a "$work/all-$kind" | xargs printf "%-8s %14s %14s %14s %8s\n" "$kind"
	done
	for column in 1 2 3 4; do cut -d' ' -f$column "$work/all-$kind" | median; done |
		xargs printf "%-8s %14s %14s %14s %8s   median\n" "$kind"
done
