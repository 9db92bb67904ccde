#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Exclusive mode on drivers that have no interface behind them or see it through libpcap: net_pcap on an interface,
# net_pcap from file to file, and net_memif between two dataplanes, where the one is a host on the link of the other.
# ARP, neighbour discovery, look-ups, TCP by way of the TAP, and little CPU at rest, though no socket wakes the workers.
. "$(dirname "$0")/_setup.sh"

setup_lab --names 1000
lab names >"$state/names"
lab expect >"$state/expect"
ticks=$(getconf CLK_TCK)
cpu_ticks() { awk '{print $14 + $15}' "/proc/$dataplane_pid/stat"; }
idle() { # LABEL: prints and checks the CPU use of five seconds in 1/100 %
	local before used
	before=$(cpu_ticks)
	read -rt 5 <> <(:) || : # the window that is measured
	used=$((($(cpu_ticks) - before) * 10000 / ticks / 5))
	echo "$1: $used/100 % of a core at rest"
	check "$1: under 2 % at rest" test $used -lt 200
}
addresses=(--address 10.203.0.20/24 --address fd00:203::20/64 --gateway 10.203.0.254 --gateway fd00:203::fe)

# The kernel would answer what it sees on the interface as well.
on probe ip address flush dev eth0
on probe nft 'add table netdev test; add chain netdev test ingress { type filter hook ingress device "eth0" priority 0; policy drop; }'
# shellcheck disable=SC2046
start_dataplane --device net_pcap0,iface=eth0 "${addresses[@]}" $(upstreams auth --family both) $(upstreams nsd --family both)
sweep --quiet --caa --rate 1000 --input "$state/names" --output "$state/pcap.jsonl"
compare "$state/expect" "$state/pcap.jsonl"
check "all servers answered, those behind the gateway too" \
	test "$(field "$state/pcap.jsonl" server | sort -u | wc -l)" = 8
check "answers came by TCP through the TAP" test "$(counter tcp_answers)" -ge 1
idle net_pcap
stop_dataplane

# From file to file: what is read has no answer for us; questions for the servers on the link are written.
python3 -c '
import struct, sys
sys.stdout.buffer.write(struct.pack("=IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1) + struct.pack("=IIII", 1, 0, 60, 60) + bytes(60))' >"$state/in.pcap"
start_dataplane --device "net_pcap0,rx_pcap=$state/in.pcap,tx_pcap=$state/out.pcap" --address 10.203.0.20/24 \
	--upstream 10.203.0.53 --upstream 10.203.0.55
unreachable() { [ "$(rpc upstreams.list | grep -c '"neighbor_failed"')" = 2 ]; }
wait_until 20 "both servers to be given up" unreachable
stop_dataplane
tcpdump -nnr "$state/out.pcap" arp >"$state/asked" 2>"$state/tcpdump.log"
check "it asked for the first" grep -q 'who-has 10.203.0.53 tell 10.203.0.20' "$state/asked"
check "and for the second" grep -q 'who-has 10.203.0.55 tell 10.203.0.20' "$state/asked"

# Two dataplanes at the ends of a memif, each the other's server.
reachable() { [ "$("$netns_dir/dataplane_rpc.py" "$1" upstreams.list | grep -c '"path": "reachable"')" = 2 ]; }
start_dataplane --device "net_memif0,role=server,id=0,socket=@plx-$prefix" --address 10.203.1.1/24 --address fd00:203:1::1/64 \
	--upstream 10.203.1.2 --upstream '[fd00:203:1::2]:53'
background ip netns exec "${prefix}probe" "$(program parallax-dataplane)" --socket "$state/peer.sock" --capture-dir "$state/capture" \
	--device "net_memif0,role=client,id=0,socket=@plx-$prefix" --address 10.203.1.2/24 --address fd00:203:1::2/64 \
	--upstream 10.203.1.1 --upstream '[fd00:203:1::1]:53' >>"$state/peer.log" 2>&1
wait_until 30 "the peer to listen" "$netns_dir/dataplane_rpc.py" "$state/peer.sock" status.get
wait_until 30 "the client to be found by ARP and ND" reachable "$socket"
wait_until 30 "the server to be found by ARP and ND" reachable "$state/peer.sock"
idle net_memif
