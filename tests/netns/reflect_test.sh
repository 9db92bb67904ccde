#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# parallax-reflect between two namespaces: on an interface that the kernel keeps (XDP), on one of its own (af_packet) and
# on a memif; asked by kdig, dnsperf and, through a dataplane, by parallax-sweep. Its counters account for every frame.
. "$(dirname "$0")/_setup.sh"

lab() { # two namespaces and a veth instead of a lab
	[ "$1" = down ] || return 0
	ip netns delete "${prefix}probe" 2>/dev/null
	ip netns delete "${prefix}server" 2>/dev/null
	true
}
state=$(mktemp -d "/tmp/plx-netns-$case_name.XXXXXX")
chmod 711 "$state"
mkdir -m 1777 "$state/capture"
socket=$state/dataplane.sock
reflect=$(program parallax-reflect)
ip netns add "${prefix}probe"
ip netns add "${prefix}server"
# One queue each way: native XDP on a veth wants as many receive queues as the peer has transmit queues.
ip -n "${prefix}probe" link add eth0 numrxqueues 1 numtxqueues 1 type veth \
	peer name eth0 numrxqueues 1 numtxqueues 1 netns "${prefix}server"
for host in probe server; do
	on $host sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.eth0.accept_dad=0
	on $host ip link set lo up
	on $host ip link set eth0 up
done
on probe sysctl -qw net.ipv4.ip_local_port_range="40000 60999"
on probe ip address add 10.205.0.1/24 dev eth0
on probe ip address add fd00:205::1/64 dev eth0
for address in 10.205.0.2/24 10.205.0.3/24 fd00:205::2/64; do
	on server ip address add "$address" dev eth0
done

start_reflect() { # HOST, flags
	local host=$1
	shift
	background ip netns exec "$prefix$host" "$reflect" --json "$state/reflect.json" "$@" 2>"$state/reflect.log"
	reflect_pid=$!
	wait_until 20 "parallax-reflect to start or to end" reflect_has_logged
	check "parallax-reflect runs" grep -q event=started "$state/reflect.log"
}
reflect_has_logged() { grep -q event=started "$state/reflect.log" || ! kill -0 "$reflect_pid"; }
stop_reflect() {
	kill "$reflect_pid"
	check_status 0 wait "$reflect_pid"
	check "a last line" grep -q event=finished "$state/reflect.log"
	grep event=finished "$state/reflect.log"
	check "every frame is accounted for" python3 -c '
import json, sys
run = json.load(open(sys.argv[1]))
assert run["dropped"] == sum(run["dropped_by_reason"].values())
assert run["received"] == run["answered"] + run["neighbor_answers"] + run["dropped"], run
assert run["answered"] > 0 and run["cycles_per_answer"] > 0' "$state/reflect.json"
}
dig() { on probe kdig +time=2 +retry=0 "$@"; } # ADDRESS NAME TYPE...
answers() { dig "$@" >"$state/kdig" 2>&1 && grep -q 'status: NOERROR' "$state/kdig"; }
says() { grep -qE "$1" "$state/kdig"; }

# One line, and what to do.
refuses() { # TEXT FLAG...
	local wanted=$1
	shift
	check_status 1 "$reflect" "$@" 2>"$state/refused"
	check "one line" test "$(wc -l <"$state/refused")" = 1
	check "it says '$wanted'" grep -qF -- "$wanted" "$state/refused"
}
refuses 'give --device or --interface' --answer nodata
refuses '--answer' --device x --answer caa:0
refuses 'is it --answer?' --device x --anwser nodata
refuses 'with its unit' --device x --delay 20
refuses 'percentage' --device x --loss 101
refuses 'needs --address' --interface eth0
refuses 'not a flag' --device x nodata
check "its help tells the flags" test "$("$reflect" --help | grep -c -- '--by-name')" = 1
check "its version" test "$("$reflect" --version | cut -d' ' -f1)" = parallax-reflect

# Whatever answers, names say how.
awk 'BEGIN {for (i = 0; i < 20000; i++) print (i % 4 ? "caa" i % 4 ".n" : "www.n") i ".test"}' >"$state/names"
cat >"$state/judge.py" <<-'PY'
	import json, sys
	seen = 0
	for line in map(json.loads, open(sys.argv[1])):
	    label = line["name"].split(".")[0]
	    count = int(label[3:]) if label.startswith("caa") else 0
	    values = ["ca.test"] * (count > 0) + [f"ca{i}.test" for i in range(2, count + 1)]
	    assert line["status"] == "NOERROR", line
	    assert sorted(r["value"] for r in line["records"]) == sorted(values), line
	    assert line["found_at"] == (line["name"] if count else None), line
	    seen += 1
	assert seen == int(sys.argv[2]), seen
PY
sweep_is_right() {
	rm -f "$state/out.jsonl"
	sweep --quiet --caa --input "$state/names" --output "$state/out.jsonl"
	check "all are answered as their names say" python3 "$state/judge.py" "$state/out.jsonl" 20000
}

# An interface that stays the kernel's.
start_reflect server --interface eth0 --address 10.205.0.2 --address fd00:205::2 --by-name --ad
check "it runs as nobody" grep -qE "^Uid:(\s+$(id -u nobody)){4}$" "/proc/$reflect_pid/status"
check "NODATA" answers @10.205.0.2 +edns www.example.test CAA
check "with the name's SOA" says '^www\.example\.test\..*SOA'
check "records, over IPv6" answers @fd00:205::2 +edns caa3.example.test CAA
check "three of them" test "$(grep -c 'issue "ca' "$state/kdig")" = 3
check "long text" answers @10.205.0.2 +edns txt1000.example.test TXT
check "a cookie" answers @10.205.0.2 +cookie a.test CAA
check "completed by the server" says 'COOKIE: [0-9A-Fa-f]{32}$|COOKIE.*[0-9a-fA-F]{16}.*[0-9a-fA-F]{16}'
dig @10.205.0.2 +edns nx.example.test A >"$state/kdig" || :
check "NXDOMAIN by the parent" says 'status: NXDOMAIN'
check "of its zone" says '^example\.test\..*SOA'
background on server socat -u UDP-RECV:53,bind=10.205.0.3 "CREATE:$state/kernel-got"
background on server socat TCP-LISTEN:53,bind=10.205.0.2,fork,reuseaddr SYSTEM:'echo the kernel'
kernel_gets_queries() {
	on probe kdig +time=1 +retry=0 @10.205.0.3 kernel.test CAA || :
	grep -qa kernel "$state/kernel-got"
}
kernel_speaks_tcp() { on probe socat -u TCP:10.205.0.2:53 - | grep -q 'the kernel'; }
wait_until 10 "the kernel to get queries to its other address" kernel_gets_queries
wait_until 10 "the kernel to speak TCP on the same address" kernel_speaks_tcp
awk '{print $1, "CAA"}' "$state/names" >"$state/dnsperf-names"
on probe dnsperf -s 10.205.0.2 -d "$state/dnsperf-names" -n 2 -q 100 -c 4 -e >"$state/dnsperf"
check "dnsperf lost none" grep -qE 'Queries completed: *40000 \(100' "$state/dnsperf"
start_dataplane --interface eth0 --upstream 10.205.0.2 --upstream '[fd00:205::2]:53'
sweep_is_right
stop_dataplane
stop_reflect
check "its XDP program is gone" test "$(on server ip -d link show dev eth0 | grep -c 'prog/xdp')" = 0

# One of its own: ARP and neighbour discovery too.
on server ip address flush dev eth0
start_reflect server --device net_af_packet0,iface=eth0 --address 10.205.0.9 --address fd00:205::9 --answer caa:1 --delay 100ms:20ms
check "IPv4 with ARP" answers @10.205.0.9 example.test CAA
check "IPv6 with neighbour discovery" answers @fd00:205::9 example.test CAA
check "no sooner than it may" python3 -c '
import re, sys
found = re.search(r"in ([0-9.]+) ms", open(sys.argv[1]).read())
assert float(found[1]) >= 80, found[0]' "$state/kdig"
stop_reflect

# Losses that were asked for, as the client sees them; and a server at its limit.
run_dnsperf() { # TIMEOUT: for a second
	on probe dnsperf -s 10.205.0.9 -d "$state/dnsperf-names" -n 1 -q 65000 -t "$1" -l 1 -Q 1000 -e >"$state/dnsperf"
}
counted() { # KEY: the client's count
	awk -v key="$1" '$0 ~ key {print $3}' "$state/dnsperf"
}
start_reflect server --device net_af_packet0,iface=eth0 --address 10.205.0.9 --answer caa:1 --loss 30% --seed 5
run_dnsperf 2
stop_reflect
check "the client misses what was lost, about 30 %" python3 -c '
import json, sys
run, lost, done = json.load(open(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])
assert run["dropped_by_reason"]["loss"] == lost and run["answered"] == done, (run, lost, done)
assert 0.25 < lost / (lost + done) < 0.35, lost' "$state/reflect.json" "$(counted 'Queries lost:')" "$(counted 'Queries completed:')"
start_reflect server --device net_af_packet0,iface=eth0 --address 10.205.0.9 --answer caa:1 --rate-limit 200
run_dnsperf 1
stop_reflect
check "no more than its limit is answered" python3 -c '
import json, sys
run = json.load(open(sys.argv[1]))
assert 50 < run["answered"] <= 200 * (run["run_time_s"] + 0.1), run
assert run["dropped_by_reason"]["rate"] > 0, run' "$state/reflect.json"

# Another process's dataplane on a memif (its abstract socket is of one namespace). When it dies in the middle, the next
# one is served: the driver's own thread, on the worker's CPU here, unmaps what the two shared.
start_reflect probe --device "net_memif0,role=server,id=0,socket=@plx-$prefix" --address 10.205.1.2 --address fd00:205:1::2 --by-name \
	--verify-checksums --lcores 0-0 --main-cpu 0 --poll
start_memif_client() {
	start_dataplane --device "net_memif0,role=client,id=0,socket=@plx-$prefix" --address 10.205.1.1/24 \
		--address fd00:205:1::1/64 --upstream 10.205.1.2 --upstream '[fd00:205:1::2]:53'
}
received() { has_lines "$state/cut.jsonl" 2000; }
for _ in {1..50}; do cat "$state/names"; done >"$state/many-names" # it is to die in the middle
for _ in 1 2 3; do
	start_memif_client
	background "$(program parallax-sweep)" --socket "$socket" --quiet --caa --input "$state/many-names" --output "$state/cut.jsonl"
	sweep_pid=$!
	wait_until 20 "answers" received
	stop_dataplane KILL
	kill "$sweep_pid"
	wait "$sweep_pid" || :
	rm -f "$state/cut.jsonl"
	check "parallax-reflect still runs" kill -0 "$reflect_pid"
done
start_memif_client
sweep_is_right
stop_dataplane
stop_reflect
check "no checksum was wrong" grep -qE '"checksum": 0,' "$state/reflect.json"
