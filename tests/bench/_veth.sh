# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by benchmarks that need two ends of a veth pair, 10.204.0.1 (client) and 10.204.0.2 (server), each in a namespace of
# its own, with what was started ended at the end. `bench_name` is set before.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(realpath -m "${BUILD_DIR:-$here/../../build}")
server_core=${SERVER_CORE:-0} client_core=${CLIENT_CORE:-1}
# shellcheck disable=SC2154 # set by who sources this
fail() { echo "$bench_name: $*" >&2; exit 1; }
program() { # the built program of that name
	local found
	found=$(find "$build" -type f -name "$1" -perm -u+x -print -quit 2>/dev/null)
	[ -n "$found" ] || fail "$1 is not built in $build; set BUILD_DIR"
	echo "$found"
}
[ "$(id -u)" = 0 ] || fail "needs root, for network namespaces"
work=$(mktemp -d "/tmp/$bench_name.XXXXXX")
client=plx-b$$-client server=plx-b$$-server
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
		[ $SECONDS -lt $end ] || { tail -n 5 "$work"/*.log >&2 || :; fail "waited in vain for $what"; }
		pause
	done
}
on_client() { ip netns exec $client taskset -c "$client_core" "$@"; }
# In the background only: the pid is then the server's own, and no shell is left between.
on_server() { exec ip netns exec $server taskset -c "$server_core" "$@"; }
stop_server() { kill "${started[-1]}" && wait "${started[-1]}" 2>/dev/null || :; unset 'started[-1]'; }
raise_network() { # with an address for the kernel at the server's end, or "bare" without
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
	[ "${1:-}" = bare ] || ip -n $server address add 10.204.0.2/24 dev eth0
	ip -n $client link set eth0 up
	ip -n $server link set eth0 up
	wait_for 10 "the link" ip netns exec $client grep -qx up /sys/class/net/eth0/operstate
}
write_zone() { # COUNT: bench.test with so many names, and queries for them
	seq 0 $(($1 - 1)) | awk -v names="$work/queries" -v zone="$work/bench.test.zone" '
		BEGIN { print "$ORIGIN bench.test.\n$TTL 300\n@ SOA ns root 1 3600 600 86400 300\n@ NS ns\nns A 10.204.0.2" > zone }
		{ print "c" $1 " CAA 0 issue \"ca.test\"" > zone; print "c" $1 ".bench.test CAA" > names }'
}
start_reflect() { # options of parallax-reflect
	on_server "$(program parallax-reflect)" --device net_af_xdp0,iface=eth0 --address 10.204.0.2 \
		--lcores 1 "$@" >"$work/reflect.log" 2>&1 &
	started+=($!)
	wait_for 20 "parallax-reflect" grep -q event=started "$work/reflect.log"
}
start_knotd() {
	cat >"$work/knot.conf" <<-CONF
	server:
	    rundir: $work
	    background-workers: 1
	    listen: 10.204.0.2@53
	    udp-workers: 1
	    tcp-workers: 1
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
	on_server knotd -c "$work/knot.conf" >"$work/knotd.log" 2>&1 &
	started+=($!)
	wait_for 60 "knotd" grep -q 'bench.test.*loaded' "$work/knotd.log"
}
start_unbound() { # answers bench.test from its own data, as it would from a warm cache
	{
		cat <<-CONF
		server:
		    interface: 10.204.0.2
		    access-control: 10.204.0.0/24 allow
		    directory: "$work"
		    chroot: ""
		    username: ""
		    pidfile: "$work/unbound.pid"
		    use-syslog: no
		    num-threads: 1
		    do-daemonize: no
		    local-zone: "bench.test." static
		CONF
		sed 's/^\([^ ]*\) .*/    local-data: '"'"'\1. 300 CAA 0 issue "ca.test"'"'"'/' "$work/queries"
	} >"$work/unbound.conf"
	on_server unbound -c "$work/unbound.conf" >"$work/unbound.log" 2>&1 &
	started+=($!)
	wait_for 30 "unbound" on_client kdig +time=1 +retry=0 @10.204.0.2 c0.bench.test CAA +short
}
bench_by() { # SERVER, the port's and other options of parallax-bench; the dataplane on the client's core
	on_client "$(program parallax-bench)" --dataplane "$(program parallax-dataplane)" -d "$work/queries" --workers 1 \
		--quiet -s "$@"
}
bench() { bench_by 10.204.0.2 --interface eth0 "$@"; }
member() { # FILE NAME of a top member of JSON
	python3 -c 'import json, sys; print(json.load(open(sys.argv[1], encoding="utf-8"))[sys.argv[2]])' "$@"
}
median() { sort -g | awk '{v[NR]=$1} END {print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }
print_machine() {
	printf 'machine: %s, %s cores, Linux %s\n' "$(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo)" "$(nproc)" "$(uname -r)"
}
