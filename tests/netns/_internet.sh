# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by what needs a small Internet of its own: ${prefix}probe, where the subject runs (10.204.0.1), and
# ${prefix}internet with a root server (nsd), the TLDs' (knotd), everybody else's (nsd) and attack_server.py, each at
# addresses of its own. Zones are those of tests/bench/lab_zones.py in $zones.
#
#   setup_internet 2000              zones for so many names, network and servers; $state is a scratch folder
#   start_recursor [FLAGS]           parallax-dataplane with this root and its trust anchor
#   start_resolver                   unbound with the same, at 127.0.0.1 in probe, nothing in its cache
# SERVER_CORES, SUBJECT_CORES: lists for taskset (default: all). zones: a folder to keep them in.

. "$(dirname "${BASH_SOURCE[0]}")/_setup.sh"

server_cores=${SERVER_CORES:-0-$(($(nproc) - 1))}
subject_cores=${SUBJECT_CORES:-0-$(($(nproc) - 1))}
zones=${zones:-}
resolver_pid=
lab() { # what the end of a case takes down
	local space
	[ "${*: -1}" = down ] || return 0
	for space in probe internet; do ip netns delete "$prefix$space" 2>/dev/null || :; done
}

raise_internet() {
	local space address
	for space in probe internet; do
		ip netns add "$prefix$space"
		ip -n "$prefix$space" link set lo up
	done
	# One queue each way: native XDP on a veth wants as many receive queues as the peer has transmit queues.
	ip -n "${prefix}probe" link add eth0 numrxqueues 1 numtxqueues 1 type veth \
		peer name eth0 numrxqueues 1 numtxqueues 1 netns "${prefix}internet"
	ip -n "${prefix}probe" address add 10.204.0.1/16 dev eth0
	for address in 0.10 0.20 0.21 2.1 2.2 1.{1..8}; do
		ip -n "${prefix}internet" address add "10.204.$address/16" dev eth0
	done
	for space in probe internet; do
		# Kernel sockets would else leave UDP checksums unfinished on the veth.
		on "$space" ethtool -K eth0 tx off >/dev/null
		ip -n "$prefix$space" link set eth0 up
	done
	on internet sysctl -q net.core.rmem_max=8388608 net.core.wmem_max=8388608 2>/dev/null || :
}

start_server() { # COMMAND…: ended with the case, on the servers' cores; its pid in $!
	background ip netns exec "${prefix}internet" taskset -c "$server_cores" "$@"
}
start_nsd() { # NAME ADDRESS…: with the zones of $zones/NAME.nsd
	local name=$1 address
	shift
	{
		printf 'server:\n username: ""\n chroot: ""\n zonesdir: "%s"\n' "$zones"
		printf ' pidfile: "%s"\n xfrdfile: "%s"\n zonelistfile: "%s"\n xfrdir: "%s"\n database: ""\n' \
			"$state/$name.pid" "$state/$name.xfrd" "$state/$name.zonelist" "$state"
		printf ' server-count: %s\n receive-buffer-size: 8388608\n reuseport: yes\n rrl-ratelimit: 0\n verbosity: 0\n' "${NSD_SERVERS:-1}"
		printf ' ip-address: %s\n' "$@"
		printf 'remote-control:\n control-enable: no\ninclude: "%s"\n' "$zones/$name.nsd"
	} >"$state/$name.conf"
	start_server nsd -d -c "$state/$name.conf" >"$state/nsd-$name.log" 2>&1
	eval "nsd_${name}_pid=$!"
}
start_knotd() { # the TLDs
	mkdir "$state/knot"
	cat >"$state/knot.conf" <<-CONF
	server:
	    rundir: $state/knot
	    background-workers: 1
	    udp-workers: ${KNOT_WORKERS:-1}
	    tcp-workers: 1
	    listen: [ 10.204.0.20@53, 10.204.0.21@53 ]
	log:
	  - target: stderr
	    any: warning
	database:
	    storage: $state/knot
	template:
	  - id: default
	    storage: $state/knot
	    semantic-checks: off
	    journal-content: none
	    zonefile-sync: -1
	    zonefile-load: whole
	include: $zones/tld.knot
	CONF
	start_server knotd -c "$state/knot.conf" >"$state/knotd.log" 2>&1
	# shellcheck disable=SC2034 # for those who measure it
	knotd_pid=$!
}
answers() { # SERVER NAME TYPE
	on probe kdig +time=1 +retry=0 +norecurse "@$1" "$2" "$3" | grep -Eq 'status: (NOERROR|NXDOMAIN)'
}
start_servers() {
	start_nsd root 10.204.0.10
	start_nsd leaf 10.204.1.{1..8}
	start_knotd
	start_server "$netns_dir/attack_server.py" --zones "$zones/attack.json" --counts "$state/attack-counts" \
		10.204.2.1 10.204.2.2 >"$state/attack.log" 2>&1
	wait_until 30 "the root server" answers 10.204.0.10 . SOA
	wait_until 300 "the servers of the TLDs" answers 10.204.0.20 s2 SOA
	wait_until 600 "everybody else's servers" answers 10.204.1.1 host0.u0 SOA
	wait_until 30 "the attack server" answers 10.204.2.1 attack SOA
}
setup_internet() { # NAMES
	state=$(mktemp -d "/tmp/plx-netns-$case_name.XXXXXX")
	chmod 711 "$state"
	mkdir -m 1777 "$state/capture"
	# shellcheck disable=SC2034 # of _setup.sh
	socket=$state/dataplane.sock
	zones=${zones:-$state/zones}
	"$root_dir/tests/bench/lab_zones.py" "$zones" --names "$1" || fail "no zones"
	raise_internet
	start_servers
}

start_recursor() { # flags of parallax-dataplane
	rm -f "$socket"
	background ip netns exec "${prefix}probe" taskset -c "$subject_cores" "$(program parallax-dataplane)" --socket "$socket" \
		--capture-dir "$state/capture" --interface eth0 --workers 1 --validators "${VALIDATORS:-1}" \
		--root-hints "$zones/root.hints" --trust-anchor "$zones/root.anchor" "$@" >>"$state/dataplane.log" 2>&1
	dataplane_pid=$!
	wait_until 30 "parallax-dataplane to listen" dataplane_listens
}
start_resolver() { # with options of unbound.conf's server: part
	cat >"$state/unbound.conf" <<-CONF
	server:
	    interface: 127.0.0.1
	    directory: "$state"
	    chroot: ""
	    username: ""
	    pidfile: "$state/unbound.pid"
	    use-syslog: no
	    logfile: "$state/unbound.log"
	    do-daemonize: no
	    do-ip6: no
	    num-threads: ${RESOLVER_THREADS:-1}
	    so-rcvbuf: 4m
	    so-sndbuf: 4m
	    outgoing-range: 8192
	    num-queries-per-thread: 4096
	    msg-cache-size: 512m
	    rrset-cache-size: 1024m
	    key-cache-size: 256m
	    neg-cache-size: 64m
	    infra-cache-numhosts: 100000
	    edns-buffer-size: 1232
	    root-hints: "$zones/root.hints"
	    trust-anchor-file: "$zones/root.anchor"
	    module-config: "validator iterator"
	$(printf '    %s\n' "$@")
	remote-control:
	    control-enable: yes
	    control-interface: "$state/unbound.ctl"
	    control-use-cert: no
	CONF
	background ip netns exec "${prefix}probe" taskset -c "$subject_cores" unbound -c "$state/unbound.conf"
	resolver_pid=$!
	wait_until 20 "unbound" on probe kdig +time=1 +retry=0 @127.0.0.1 version.bind TXT CH
}
stop_resolver() {
	kill "$resolver_pid" && wait "$resolver_pid" 2>/dev/null || :
}
packets_received() { # by the servers' sockets: what the Internet was asked by UDP since it is there
	on internet awk '/^Udp:/ && $2 ~ /^[0-9]/ {print $2}' /proc/net/snmp
}
