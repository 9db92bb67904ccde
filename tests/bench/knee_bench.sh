#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# parallax-bench --find-max against real servers, several runs each: the highest sustained rate, how far the runs are apart,
# and the verdict, which must be server-bound. Against parallax-reflect over memif, which is faster than the client, it must
# be generator-bound. One core for the server, one for the client. Needs root and two cores.
#
# usage: knee_bench.sh [--runs N] [--names N] [--step-time SECONDS] [--only "knotd unbound reflect"]
# BUILD_DIR: where parallax was built (default: build). Exit status 2 when runs are more than 5 % apart or a verdict is wrong.
# shellcheck disable=SC2034 # for _veth.sh
bench_name=knee_bench
runs=5 names=20000 step_time=2 servers="knotd unbound reflect"
while [ $# -gt 0 ]; do
	case $1 in
	--runs) runs=$2; shift 2 ;;
	--names) names=$2; shift 2 ;;
	--step-time) step_time=$2; shift 2 ;;
	--only) servers=$2; shift 2 ;;
	--help) sed -n '3,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
	*) echo "knee_bench: $1: unknown option; see --help" >&2; exit 1 ;;
	esac
done
# shellcheck source-path=SCRIPTDIR source=_veth.sh
. "$(dirname "$0")/_veth.sh"

status=0
print_machine
write_zone "$names"
for name in $servers; do
	raise_network
	port=(--interface eth0)
	if [ "$name" = reflect ]; then
		port=(--device "net_memif0,role=client,id=0,rsize=14,socket=@knee-$$" --address 10.204.1.1/24)
		ip netns exec $client taskset -c "$server_core" "$(program parallax-reflect)" --lcores 1 --address 10.204.1.2 \
			--device "net_memif0,role=server,id=0,rsize=14,socket=@knee-$$" >"$work/reflect.log" 2>&1 &
		started+=($!)
		wait_for 20 "parallax-reflect" grep -q event=started "$work/reflect.log"
		address=10.204.1.2
	else
		"start_$name"
		address=10.204.0.2
	fi
	for run in $(seq "$runs"); do
		bench_by "$address" "${port[@]}" --find-max --step-time "$step_time" --json "$work/run" >"$work/run.txt" || [ $? = 2 ]
		printf '%-8s run %s: %9.0f queries/s sustained, %s\n' "$name" "$run" "$(member "$work/run" sustained_qps)" \
			"$(member "$work/run" verdict)" | tee -a "$work/runs.$name"
	done
	stop_server
	ip netns delete $client
	ip netns delete $server
	spread=$(awk '{print $4}' "$work/runs.$name" | sort -g | awk '{v[NR]=$1} END {printf "%.1f", 100 * (v[NR] / v[1] - 1)}')
	printf '%-8s median %9.0f queries/s, runs %s %% apart\n' "$name" "$(awk '{print $4}' "$work/runs.$name" | median)" "$spread"
	wanted='server-bound'
	[ "$name" != reflect ] || wanted='generator-bound'
	if grep -qv "$wanted" "$work/runs.$name"; then
		echo "$name: a verdict is not $wanted"
		status=2
	fi
	if [ "$name" != reflect ] && awk -v s="$spread" 'BEGIN { exit !(s > 5) }'; then
		echo "$name: the runs are more than 5 % apart"
		status=2
	fi
done
exit $status
