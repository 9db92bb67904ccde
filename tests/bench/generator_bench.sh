#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Load generators beside each other on a veth pair, against parallax-reflect on AF_XDP, one core each: completed queries
# per second, loss, and CPU seconds (user and system, with children and start-up) for a million queries sent. `echo` is the
# ceiling of the same PMD on the same veth: a generator that only counts against a responder that only turns packets round.
# Each tool runs with the interfaces as the kernel makes them ("plain") and with NAPI told to wait and gather packets
# ("deferred", as DPDK's guide of the AF_XDP driver advises); of each the better median counts. Needs root and two cores.
#
# usage: generator_bench.sh [--seconds N] [--rounds N] [--only "dnsperf kxdpgun parallax echo"] [--napi "plain deferred"]
# BUILD_DIR: where parallax was built (default: build). KXDPGUN_RATES: what it is told to send a second.
# shellcheck disable=SC2034 # for _veth.sh
bench_name=generator_bench
seconds=10 rounds=5 tools="dnsperf kxdpgun parallax echo" kxdpgun_rates=${KXDPGUN_RATES:-"300000 400000 1000000"}
napis="plain deferred"
while [ $# -gt 0 ]; do
	case $1 in
	--seconds) seconds=$2; shift 2 ;;
	--rounds) rounds=$2; shift 2 ;;
	--only) tools=$2; shift 2 ;;
	--napi) napis=$2; shift 2 ;;
	--help) sed -n '3,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
	*) echo "generator_bench: $1: unknown option; see --help" >&2; exit 1 ;;
	esac
done
# shellcheck source-path=SCRIPTDIR source=_veth.sh
. "$(dirname "$0")/_veth.sh"

# With many packets a poll, and what 100 us bring well within a veth's ring of 256.
set_napi() { # plain or deferred, at both ends
	case $1 in
	plain) set -- 0 0 ;;
	deferred) set -- 10 100000 ;;
	*) fail "--napi $1: unknown; plain or deferred" ;;
	esac
	for space in $client $server; do
		ip netns exec "$space" sh -c "echo $1 >/sys/class/net/eth0/napi_defer_hard_irqs &&
			echo $2 >/sys/class/net/eth0/gro_flush_timeout"
	done
}
record() { # LABEL SENT COMPLETED, with the CPU seconds in $work/time
	awk -v label="$1/$napi" -v sent="$2" -v completed="$3" -v seconds="$seconds" -v cpu="$(awk '{print $1 + $2}' "$work/time")" '
		BEGIN { printf "%-24s %12.0f %8.2f %% %10.2f\n", label, completed / seconds, sent ? 100 * (sent - completed) / sent : 0,
			sent ? cpu * 1e6 / sent : 0 }' | tee -a "$work/rounds"
}
timed() { # OUTPUT COMMAND...: user and system seconds in $work/time
	local output=$1
	shift
	exec 3>&2
	TIMEFORMAT='%U %S'
	{ time "$@" >"$output" 2>"$work/tool.log" || echo "$?: $(tail -n 1 "$work/tool.log")" >&3; } 2>"$work/time"
}
run_dnsperf() {
	timed "$work/out" on_client dnsperf -s 10.204.0.2 -d "$work/queries" -l "$seconds" -q 1000 -t 1
	record dnsperf "$(awk '/Queries sent/ {print $3}' "$work/out")" "$(awk '/Queries completed/ {print $3}' "$work/out")"
}
run_kxdpgun() { # RATE
	timed "$work/out" on_client kxdpgun -t "$seconds" -Q "$1" -b 64 -i "$work/queries" -p 53 10.204.0.2
	on_client ip link set dev eth0 xdp off # it leaves its program attached
	record "kxdpgun-$(($1 / 1000))k" "$(awk '/total queries/ {print $3}' "$work/out" "$work/tool.log")" \
		"$(awk '/total replies/ {print $3}' "$work/out" "$work/tool.log")"
}
run_parallax() {
	timed "$work/out" bench -l "$seconds" -q 2048 --json "$work/json"
	record parallax "$(member "$work/json" queries_sent)" "$(member "$work/json" queries_completed)"
}
run_echo() { # frames between a query and an answer without EDNS
	stop_server
	start_reflect --echo --poll
	timed "$work/out" on_client "$(program parallax-reflect)" --device net_af_xdp0,iface=eth0 --address 10.204.0.1 \
		--to 10.204.0.2 --lcores 1 --generate 1024 --duration "${seconds}s" --frame-bytes 103 --poll --json "$work/json"
	record echo "$(member "$work/json" generated)" "$(member "$work/json" returned)"
	stop_server
	start_reflect
}

print_machine
write_zone 100000
raise_network bare
start_reflect
# The client's kernel must know the way before kxdpgun looks for it.
wait_for 10 "an answer" on_client kdig +time=1 +retry=0 @10.204.0.2 c0.bench.test CAA
printf '%-24s %12s %10s %10s\n' tool completed/s lost CPU-s/M
run_tools() { # with NAPI as $napi says
	set_napi "$napi"
	for tool in $tools; do
		case $tool in
		kxdpgun) for rate in $kxdpgun_rates; do run_kxdpgun "$rate"; done ;;
		dnsperf | parallax | echo) "run_$tool" ;;
		*) fail "--only $tool: unknown tool" ;;
		esac
	done
}
for _ in $(seq "$rounds"); do
	for napi in $napis; do run_tools; done
done
printf '\n%-24s %12s %10s   median\n' tool completed/s CPU-s/M
for label in $(cut -d' ' -f1 "$work/rounds" | sort -u); do
	printf '%-24s %12s %10s\n' "$label" "$(awk -v l="$label" '$1 == l {print $2}' "$work/rounds" | median)" \
		"$(awk -v l="$label" '$1 == l {print $5}' "$work/rounds" | median)"
done | tee "$work/medians"
awk '$1 ~ /^dnsperf/ && (!dc || $3 < dc) {dc = $3}
	$1 ~ /^kxdpgun/ && $2 > k {k = $2}
	$1 ~ /^parallax/ && $2 > p {p = $2}
	$1 ~ /^parallax/ && (!pc || $3 < pc) {pc = $3}
	$1 ~ /^echo/ && $2 > e {e = $2}
	END { if (p && k) printf "best parallax / best kxdpgun, completed: %.2f\n", p / k
	      if (p && e) printf "best parallax / best echo, completed: %.2f\n", p / e
	      if (p && k && e) {
		      is_echo = (e < 2 * k)
		      bar = is_echo ? e : 2 * k
		      printf "the lower of 2 x kxdpgun (%.0f) and the echo (%.0f) is %s: parallax has %.0f %% of it, %s\n", 2 * k, e,
			      (is_echo ? "the echo" : "2 x kxdpgun"), 100 * p / bar, (p >= bar ? "it holds" : "it does not hold")
	      }
	      if (pc && dc) printf "dnsperf / parallax, CPU for a query: %.2f\n", dc / pc }' "$work/medians"
