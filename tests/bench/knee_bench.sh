#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# parallax-bench --find-max against real servers, several runs each: the highest sustained rate, how far the runs are apart,
# and the verdict, which must be server-bound. Against parallax-reflect over memif, which is faster than the client, it must
# be generator-bound. Beside each run a yardstick without a search: a closed loop before it and one behind it, whose answers
# a second say what the machine itself was worth just then, and the part of the search in which the server waited for its core,
# because others ran there. One core for the server, one for the client. Needs root and two cores.
#
# usage: knee_bench.sh [--runs N] [--names N] [--step-time SECONDS] [--only "knotd unbound reflect"] [--keep FILE]
# --keep: runs are added to those in FILE, and all of them are judged: a long benchmark in pieces; --runs 0 judges alone.
# BUILD_DIR: where parallax was built (default: build). Exit status 2 when a run is more than 5 % off the median, the best
# guess at where the knee is, or a verdict is wrong.
# shellcheck disable=SC2034 # for _veth.sh
bench_name=knee_bench
runs=5 names=20000 step_time=1 servers="knotd unbound reflect" keep=
while [ $# -gt 0 ]; do
	case $1 in
	--runs) runs=$2; shift 2 ;;
	--names) names=$2; shift 2 ;;
	--step-time) step_time=$2; shift 2 ;;
	--only) servers=$2; shift 2 ;;
	--keep) keep=$2; shift 2 ;;
	--help) sed -n '3,13s/^# \{0,1\}//p' "$0"; exit 0 ;;
	*) echo "knee_bench: $1: unknown option; see --help" >&2; exit 1 ;;
	esac
done
# shellcheck source-path=SCRIPTDIR source=_veth.sh
. "$(dirname "$0")/_veth.sh"

yardstick() { # the port's options: answers a second
	rm -f "$work/closed" # one that failed must not show the last one's number
	bench_by "$address" "${port[@]}" -q 100 -l 3 --json "$work/closed" >/dev/null || [ $? = 2 ] || return 1
	member "$work/closed" qps
}
waited_ns() { cat /proc/"${started[-1]}"/task/*/schedstat | awk '{s += $2} END {printf "%.0f", s}'; } # of the server, for its core
run_once() { # NAME RUN, with the server up
	local before after began waited
	before=$(yardstick)
	waited=$(waited_ns)
	began=$SECONDS
	bench_by "$address" "${port[@]}" --find-max --step-time "$step_time" --json "$work/run" >"$work/run.txt" || [ $? = 2 ]
	began=$((SECONDS - began))
	waited=$(($(waited_ns) - waited))
	after=$(yardstick)
	python3 - "$work/run" "$1" "$before" "$after" "$began" "$waited" <<-'EOF' >>"$log"
	import json, sys
	path, name, before, after, seconds, waited = sys.argv[1:]
	run = json.load(open(path, encoding="utf-8"))
	turns = run["turns"]
	print(name, round(run["sustained_qps"]), round(turns["low_qps"]), round(turns["high_qps"]), run["verdict"], len(run["steps"]),
	      seconds, round(float(before)), round(float(after)), round(float(waited) / 1e7 / float(seconds), 1))
	EOF
	tail -n 1 "$log" | awk -v run="$2" '{ printf "%-8s run %s: %7d queries/s sustained (turns %d to %d), %s; %d steps, %d s; ", $1,
		run, $2, $3, $4, $5, $6, $7; printf "closed loop %d before, %d behind; others had its core for %s %%\n", $8, $9, $10 }'
}
spread() { sort -g | awk '{v[NR]=$1} END {printf "%.1f", 100 * (v[NR] / v[1] - 1)}'; } # in percent of the least
farthest() { # MEDIAN: how far the value that is farthest from it is, in percent of it
	awk -v m="$1" '{d = $1 > m ? $1 - m : m - $1; if (d > far) far = d} END {printf "%.1f", 100 * far / m}'
}
judge() { # NAME
	local knees wanted=server-bound middle off
	knees=$(awk -v n="$1" '$1 == n {print $2}' "$log")
	middle=$(median <<<"$knees")
	off=$(farthest "$middle" <<<"$knees")
	[ "$1" != reflect ] || wanted=generator-bound
	printf '%-8s median %7.0f queries/s of %s runs, the farthest %s %% off, %s %% apart; the closed loop beside them: %s %% apart\n' \
		"$1" "$middle" "$(wc -l <<<"$knees")" "$off" "$(spread <<<"$knees")" \
		"$(awk -v n="$1" '$1 == n {print ($8 + $9) / 2}' "$log" | spread)"
	if awk -v n="$1" '$1 == n {print $5}' "$log" | grep -qvx "$wanted"; then
		echo "$1: a verdict is not $wanted"
		status=2
	fi
	if [ "$1" != reflect ] && awk -v o="$off" 'BEGIN { exit !(o > 5) }'; then
		echo "$1: a run is more than 5 % off the median"
		status=2
	fi
}

status=0 log=${keep:-$work/runs}
print_machine
write_zone "$names"
for name in $servers; do
	[ "$runs" -gt 0 ] || { judge "$name"; continue; }
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
		run_once "$name" "$run"
	done
	stop_server
	ip netns delete $client
	ip netns delete $server
	judge "$name"
done
exit $status
