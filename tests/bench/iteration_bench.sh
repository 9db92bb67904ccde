#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Iterative look-ups with nothing remembered at the start: parallax and unbound, one after the other, on the same cores
# against the same servers (knotd for the TLDs, nsd for the root and all others) of a small Internet (lab_zones.py). Prints
# each round, then medians and ratios. Each line of parallax is compared with the zones; unbound's by RCODE.
#
# usage: iteration_bench.sh [--names N] [--rounds N] [--sets "unsigned insecure signed special"] [--keep FOLDER]
#                           [--only "parallax parallax-no-cache unbound"]
# BUILD_DIR: where parallax was built (default: build). SERVER_CORES, SUBJECT_CORES: lists for taskset (default 0 and 1).
# VALIDATORS: validator threads (default 1). SWEEP_WINDOW, DNSPERF_OUTSTANDING: names asked for at the same time.
# Exit status 2 when a line was not what the zones say. Needs root and two cores.
names=500000 rounds=3 sets="unsigned insecure signed special" subjects="parallax parallax-no-cache unbound" keep=''
while [ $# -gt 0 ]; do
	case $1 in
	--names) names=$2; shift 2 ;;
	--rounds) rounds=$2; shift 2 ;;
	--sets) sets=$2; shift 2 ;;
	--only) subjects=$2; shift 2 ;;
	--keep) keep=$2; shift 2 ;;
	--help) sed -n '3,12s/^# \{0,1\}//p' "$0"; exit 0 ;;
	*) echo "iteration_bench: $1: unknown option; see --help" >&2; exit 1 ;;
	esac
done
export SERVER_CORES=${SERVER_CORES:-0} SUBJECT_CORES=${SUBJECT_CORES:-1}
zones=$keep
. "$(dirname "$0")/../netns/_internet.sh"
show_state() { :; } # what went wrong is in the rows
bench_dir=$root_dir/tests/bench
# shellcheck disable=SC2154 # set by _internet.sh
on_subject() { ip netns exec "${prefix}probe" taskset -c "$subject_cores" "$@"; }

begin_measuring() {
	queries_before=$(packets_received)
	server_before=$("$bench_dir/iteration_report.py" busy "$server_cores")
	subject_before=$("$bench_dir/iteration_report.py" busy "$subject_cores")
	begin_ns=$(date +%s%N)
}
end_measuring() {
	local end
	end=$(date +%s%N)
	measured="$(awk -v ns=$((end - begin_ns)) 'BEGIN {printf "%.3f", ns / 1e9}') $(($(packets_received) - queries_before)) \
$(($("$bench_dir/iteration_report.py" busy "$server_cores") - server_before)) \
$(($("$bench_dir/iteration_report.py" busy "$subject_cores") - subject_before))"
}
validator_ticks() { "$bench_dir/iteration_report.py" threads "$dataplane_pid" | awk '/valid/ {sum += $2} END {print sum + 0}'; }

# Each run_* sets right, bogus (found of those planted, and others), measured and validators.
run_parallax() { # SET [FLAGS]
	local set=$1
	shift
	start_recursor --iterative-cache-mb 512
	rm -f "$state/sweep.jsonl"
	begin_measuring
	on_subject "$(program parallax-sweep)" --socket "$socket" --resolution iterative --caa --input "$zones/names.$set" \
		--output "$state/sweep.jsonl" --window "${SWEEP_WINDOW:-4096}" "$@" >"$state/sweep.log" 2>&1 || :
	end_measuring
	validators=$(validator_ticks)
	stop_dataplane
	compare "$zones/expect.$set" "$state/sweep.jsonl" >"$state/comparison" || :
	right=$(sed -n 's/^expected .*: right \([0-9]*\),.*/\1/p' "$state/comparison")
	bogus=$(sed -n 's/^bogus: found \([0-9]*\) of \([0-9]*\) planted, false positives \([0-9]*\) of .*/\1 of \2, \3 false/p' \
		"$state/comparison")
	[ "${right:-0}" = "$(lines_in "$zones/names.$set")" ] || { grep -v '^statuses' "$state/comparison" | tail -n 45 >&2; bad=2; }
}
run_unbound() { # SET
	start_resolver
	sed 's/$/ CAA/' "$zones/names.$1" >"$state/queries"
	begin_measuring
	on_subject dnsperf -s 127.0.0.1 -d "$state/queries" -n 1 -q "${DNSPERF_OUTSTANDING:-1000}" -c 4 -t 10 -D \
		>"$state/dnsperf.log" 2>&1 || :
	end_measuring
	validators=0
	stop_resolver
	bogus=''
	# Planted failures must be SERVFAIL, all else an answer: what dnsperf counts.
	right=$(awk -v planted="$(grep -Ec '"status": "(BOGUS|REFUSED)"' "$zones/expect.$1")" '
		/Response codes:/ {for (i = 3; i < NF; i += 3) n[$i] = $(i + 1)}
		END {f = n["SERVFAIL"] + 0; print n["NOERROR"] + n["NXDOMAIN"] + (f < planted ? f : planted)}' "$state/dnsperf.log")
}

setup_begin=$SECONDS
setup_internet "$names"
printf 'machine: %s, %s cores, Linux %s; servers on core %s, subject on core %s\n' \
	"$(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo)" "$(nproc)" "$(uname -r)" "$server_cores" "$subject_cores"
resident() { awk '/^VmRSS/ {print int($2 / 1024)}' "/proc/$1/status"; } # MiB
printf 'servers: %s, %s; ready after %s s; resident: root %s, TLDs %s, others %s MiB; unbound %s\n' \
	"$(knotd --version | sed 's/.*version/knotd/')" "$(nsd -v 2>&1 | sed -n 's/NSD version/nsd/p')" $((SECONDS - setup_begin)) \
	"$(resident "$nsd_root_pid")" "$(resident "$knotd_pid")" "$(resident "$nsd_leaf_pid")" \
	"$(unbound -V | sed -n 's/Version //p')"
verifies=$(taskset -c "${subject_cores%%[,-]*}" openssl speed -seconds 2 ecdsap256 2>/dev/null | awk '/nistp256/ {print $NF}')
printf 'names: %s; %s rounds\n\n' "$names" "$rounds"
printf '%-10s %-18s %9s %10s %10s  %s\n' set subject names/s right 'not right' 'bogus found'
bad=0
for _ in $(seq "$rounds"); do
	for set in $sets; do
		for subject in $subjects; do
			case $subject in
			parallax) run_parallax "$set" ;;
			parallax-no-cache) run_parallax "$set" --no-cache ;;
			unbound) run_unbound "$set" ;;
			*) fail "--only $subject: unknown subject" ;;
			esac
			count=$(lines_in "$zones/names.$set")
			echo "$set $subject $count ${right:-0} $measured $validators" >>"$state/results"
			printf '%-10s %-18s %9.0f %10d %10d  %s\n' "$set" "$subject" \
				"$(awk -v r="${right:-0}" -v m="$measured" 'BEGIN {split(m, f, " "); print r / f[1]}')" "${right:-0}" $((count - ${right:-0})) "$bogus"
		done
	done
done
"$bench_dir/iteration_report.py" report "$state/results" "$zones/summary.json" "$verifies"
exit $bad
