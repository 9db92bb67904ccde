#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Exclusive mode on an af_packet device with addresses of its own: answers ARP and neighbour discovery, finds its
# servers and its gateway with them, IPv4 and IPv6 alike.
. "$(dirname "$0")/_setup.sh"

setup_lab --names 5000
lab names >"$state/names"
lab expect >"$state/expect"
# The kernel of the probe's namespace keeps out: it has neither these addresses nor any other on this link.
on probe ip address flush dev eth0
# shellcheck disable=SC2046
start_dataplane --device net_af_packet0,iface=eth0 --address 10.203.0.20/24 --address fd00:203::20/64 \
	--gateway 10.203.0.254 --gateway fd00:203::fe $(upstreams auth --family both) $(upstreams nsd --family both)
sweep --quiet --caa --input "$state/names" --output "$state/out.jsonl"
compare "$state/expect" "$state/out.jsonl"
field "$state/out.jsonl" server | sort | uniq -c
check "all servers answered, those behind the gateway too" \
	test "$(field "$state/out.jsonl" server | sort -u | wc -l)" = 8

# A host that forgot us asks again, and we answer: its entry is confirmed by ARP and ND, not by traffic.
resolved() { on web ip neigh show "$1" dev eth0 | grep -qE 'REACHABLE'; }
for address in 10.203.0.20 fd00:203::20; do
	on web ip neigh flush all
	on web ip neigh replace "$address" dev eth0 nud none 2>/dev/null || :
	on web socat -u - "UDP-SENDTO:$([[ $address == *:* ]] && echo "[$address]" || echo "$address"):9" <<<x || :
	wait_until 10 "an answer to who has $address" resolved "$address"
done
counter packets_by_reason.neighbor
check "neighbour packets were counted" test "$(counter packets_by_reason.neighbor)" -ge 2
