#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Names per second against knotd with XDP over a veth: dnsperf, kxdpgun and parallax side by side, one core for the
# server and one for the client. Prints each round, then medians and ratios. Needs root and two cores.
#
# usage: veth_bench.sh [--names N] [--passes N] [--rounds N] [--only "dnsperf kxdpgun parallax"] [--kernel-server]
# BUILD_DIR: where parallax was built (default: build). Exit status 2 when parallax left a name unanswered.
set -euo pipefail

names=200000 passes=5 rounds=3 tools="dnsperf kxdpgun parallax" server_mode=xdp
server_core=${SERVER_CORE:-0} client_core=${CLIENT_CORE:-1}
kxdpgun_rates=${KXDPGUN_RATES:-"200000 250000 300000 1000000"}
here=$(cd "$(dirname "$0")" && pwd)
build=$(realpath -m "${BUILD_DIR:-$here/../../build}")

fail() { echo "veth_bench: $*" >&2; exit 1; }
while [ $# -gt 0 ]; do
	case $1 in
	--names) names=$2; shift 2 ;;
	--passes) passes=$2; shift 2 ;;
	--rounds) rounds=$2; shift 2 ;;
	--only) tools=$2; shift 2 ;;
	--kernel-server) server_mode=kernel; shift ;;
	--help) sed -n '3,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
	*) fail "$1: unknown option; see --help" ;;
	esac
done
[ "$(id -u)" = 0 ] || fail "needs root, for network namespaces"
for tool in knotd knotc kdig ethtool $(printf '%s\n' $tools | grep -v parallax || :); do
	command -v "$tool" >/dev/null || fail "$tool: not installed"
done

work=$(mktemp -d /tmp/veth-bench.XXXXXX)
client=plx-vb$$-client server=plx-vb$$-server
started=()
cleanup() {
	for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || :; done
	for pid in "${started[@]}"; do wait "$pid" 2>/dev/null || :; done
	for space in $client $server; do ip netns delete $space 2>/dev/null || :; done
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

pause() { read -rt 0.05 <> <(:) || :; }
wait_for() { # SECONDS WHAT COMMAND...
	local end=$((SECONDS + $1)) what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		if [ $SECONDS -ge $end ]; then
			tail -n 20 "$work"/*.log >&2 || :
			fail "waited in vain for $what"
		fi
		pause
	done
}
on_client() { ip netns exec $client taskset -c "$client_core" "$@"; }

raise_network() {
	ip netns add $client
	ip netns add $server
	# One queue each way: native XDP on a veth wants as many receive queues as the peer has transmit queues.
	ip -n $client link add eth0 numrxqueues 1 numtxqueues 1 type veth \
		peer name eth0 numrxqueues 1 numtxqueues 1 netns $server
	for space in $client $server; do
		ip -n $space link set lo up
		# Kernel sockets would else leave UDP checksums unfinished on the veth.
		ip netns exec $space ethtool -K eth0 tx off >/dev/null
	done
	ip -n $client address add 10.204.0.1/24 dev eth0
	ip -n $server address add 10.204.0.2/24 dev eth0
	ip -n $client link set eth0 up
	ip -n $server link set eth0 up
	wait_for 10 "the link" ip netns exec $client grep -qx up /sys/class/net/eth0/operstate
}

write_zone() {
	seq 0 $((names - 1)) | awk -v names="$work/names" -v zone="$work/bench.test.zone" '
		BEGIN { print "$ORIGIN bench.test.\n$TTL 300\n@ SOA ns root 1 3600 600 86400 300\n@ NS ns\nns A 10.204.0.2" > zone }
		{ print "c" $1 " CAA 0 issue \"ca.test\"" > zone; print "c" $1 ".bench.test CAA" > names }'
}

start_server() {
	local listen
	if [ $server_mode = xdp ]; then
		listen=$'xdp:\n    listen: eth0@53'
	else
		listen=$'    listen: 10.204.0.2@53\n    udp-workers: 1\n    tcp-workers: 1'
	fi
	cat >"$work/knot.conf" <<-CONF
	server:
	    rundir: $work
	    background-workers: 1
	$listen
	log:
	  - target: stderr
	    any: info
	database:
	    storage: $work
	template:
	  - id: default
	    storage: $work
	    semantic-checks: off
	    journal-content: none
	    zonefile-sync: -1
	zone:
	  - domain: bench.test
	CONF
	ip netns exec $server taskset -c "$server_core" knotd -c "$work/knot.conf" >"$work/knotd.log" 2>&1 &
	started+=($!)
	wait_for 60 "knotd" grep -q 'bench.test.*loaded' "$work/knotd.log"
	wait_for 10 "an answer of knotd" on_client kdig +time=1 +retry=0 @10.204.0.2 c0.bench.test CAA
}

# Each run_* prints: answered-per-second answered unanswered
run_dnsperf() {
	on_client dnsperf -s 10.204.0.2 -d "$work/names" -n "$passes" -q "${DNSPERF_OUTSTANDING:-500}" -c 4 -T 1 \
		>"$work/dnsperf.log" 2>&1
	awk '/Queries completed:/ {done=$3} /Queries lost:/ {lost=$3} /Queries per second:/ {rate=$4}
		END {printf "%.0f %d %d\n", rate, done, lost}' "$work/dnsperf.log"
}
run_kxdpgun() { # RATE
	on_client kxdpgun -t 5 -Q "$1" -b 64 -i "$work/names" -I eth0 10.204.0.2 >"$work/kxdpgun.log" 2>&1
	awk '/^total queries:/ {sent=$3} /^total replies:/ {got=$3} /^duration:/ {time=$2}
		END {printf "%.0f %d %d\n", got / time, got, sent - got}' "$work/kxdpgun.log"
}

start_dataplane() {
	[ -x "$build/dataplane/startup/parallax-dataplane" ] || fail "$build/dataplane/startup/parallax-dataplane: not built; set BUILD_DIR"
	# kxdpgun leaves its XDP program attached.
	ip -n $client link set eth0 xdpdrv off
	# shellcheck disable=SC2086
	ip netns exec $client taskset -c "$client_core" "$build/dataplane/startup/parallax-dataplane" --interface eth0 --workers 1 --upstream 10.204.0.2:53 \
		--socket "$work/dataplane.sock" ${DATAPLANE_FLAGS:-} >"$work/dataplane.log" 2>&1 &
	dataplane=$!
	started+=("$dataplane")
	wait_for 30 "parallax-dataplane" "$here/../netns/dataplane_rpc.py" "$work/dataplane.sock" status.get
}
stop_dataplane() {
	kill "$dataplane" && wait "$dataplane" || :
}
run_parallax() {
	local begin end status=0
	rm -f "$work/sweep.jsonl"
	begin=$(date +%s%N)
	# shellcheck disable=SC2086
	on_client "$build/tools/sweep/parallax-sweep" --socket "$work/dataplane.sock" --type CAA --input "$work/many-names" \
		--output "$work/sweep.jsonl" ${SWEEP_FLAGS:-} >"$work/sweep.log" 2>&1 || status=$?
	end=$(date +%s%N)
	[ $status = 0 ] || tail -n 2 "$work/sweep.log" >&2
	# An answer counts when it is the zone's: NOERROR with the one record.
	grep -c '"status":"NOERROR".*"tag":"issue","value":"ca.test"' "$work/sweep.jsonl" >"$work/good" || :
	awk -v good="$(cat "$work/good")" -v ns=$((end - begin)) -v all=$((names * passes)) \
		'BEGIN {printf "%.0f %d %d\n", good / (ns / 1e9), good, all - good}'
}

median() { sort -n | awk '{v[NR]=$1} END {print (NR % 2) ? v[(NR + 1) / 2] : int((v[NR / 2] + v[NR / 2 + 1]) / 2)}'; }
record() { # LABEL RATE ANSWERED UNANSWERED
	printf '%-18s %12s %12s %12s %9s\n' "$1" "$2" "$3" "$4" "$(awk -v a="$3" -v u="$4" 'BEGIN {printf "%.2f %%", 100 * u / (a + u)}')"
	echo "$2 $4" >>"$work/result.$1"
}

raise_network
write_zone
start_server
printf 'machine: %s, %s cores, Linux %s; server: knotd %s (%s) on core %s, client on core %s\n' \
	"$(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo)" "$(nproc)" "$(uname -r)" \
	"$(knotd --version | awk '{print $NF}')" $server_mode "$server_core" "$client_core"
printf '%s CAA names, %s passes, %s rounds\n\n' "$names" "$passes" "$rounds"
printf '%-18s %12s %12s %12s %9s\n' tool answered/s answered unanswered lost
for _ in $(seq "$passes"); do cut -d' ' -f1 "$work/names"; done >"$work/many-names"
for _ in $(seq "$rounds"); do
	for tool in $tools; do
		case $tool in
		dnsperf) record dnsperf $(run_dnsperf) ;;
		kxdpgun) for rate in $kxdpgun_rates; do record "kxdpgun-$((rate / 1000))k" $(run_kxdpgun "$rate"); done ;;
		parallax) start_dataplane; record parallax $(run_parallax); stop_dataplane ;;
		*) fail "--only $tool: unknown tool" ;;
		esac
	done
done

printf '\n%-18s %12s %12s\n' median answered/s unanswered
for file in "$work"/result.*; do
	printf '%-18s %12s %12s\n' "${file##*result.}" "$(cut -d' ' -f1 "$file" | median)" "$(cut -d' ' -f2 "$file" | median)"
done | tee "$work/medians"
awk '$1 == "dnsperf" {d = $2} $1 ~ /^kxdpgun/ && $2 > k {k = $2} $1 == "parallax" {p = $2}
	END {if (p && d) printf "parallax / dnsperf: %.2f\n", p / d; if (p && k) printf "parallax / best kxdpgun: %.2f\n", p / k}' \
	"$work/medians"
if [ -f "$work/result.parallax" ] && awk '$2 != 0 {bad = 1} END {exit !bad}' "$work/result.parallax"; then
	exit 2
fi
