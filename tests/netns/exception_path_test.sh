#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Exclusive mode gives the kernel what is not ours: during a sweep, TCP in both directions goes through the TAP with the
# port's addresses; but what is sent to our UDP ports never reaches the kernel, which would answer "port unreachable".
. "$(dirname "$0")/_setup.sh"

setup_lab --names 5000
lab names >"$state/names"
lab expect >"$state/expect"
mkdir "$state/www"
head -c 50M /dev/urandom >"$state/www/file"
# net_af_packet sees copies of frames. The kernel must not take the originals: all of its traffic is to go through the TAP.
on probe ip address flush dev eth0
on probe nft 'add table netdev test; add chain netdev test ingress { type filter hook ingress device "eth0" priority 0; policy drop; }'
for host in probe web; do
	background on $host python3 -m http.server --bind :: --directory "$state/www" 8080 >"$state/http-$host.log" 2>&1
done
# shellcheck disable=SC2046
start_dataplane --device net_af_packet0,iface=eth0 --address 10.203.0.20/24 --address fd00:203::20/64 \
	--gateway 10.203.0.254 --gateway fd00:203::fe $(upstreams auth --family both)
wait_until 10 "the server on web" on web curl -sf -o /dev/null 'http://[::1]:8080/'
wait_until 10 "the server on probe" on probe curl -sf -o /dev/null 'http://[::1]:8080/'

background sweep --quiet --caa --rate 1000 --input "$state/names" --output "$state/out.jsonl"
sweep_pid=$!
fetch() { # FROM URL: whole and unharmed
	on "$1" curl -sf -g -m 60 -o "$state/fetched" "$2/file" || fail "curl from $1 of $2"
	cmp "$state/www/file" "$state/fetched" || fail "what $1 fetched from $2"
}
fetch probe http://10.203.0.80:8080
fetch probe 'http://[fd00:203::80]:8080'
fetch web http://10.203.0.20:8080
fetch web 'http://[fd00:203::20]:8080'
check "the kernel resolves by TCP on the same address" on probe kdig +tcp +time=3 @10.203.0.53 test SOA +short
wait $sweep_pid || fail "the sweep failed"
compare "$state/expect" "$state/out.jsonl"

# Port 9 is the kernel's: its refusal shows that refusals would be seen, and ends the wait for others.
background on web tcpdump -nn -l -i eth0 'icmp[0] == 3 or (icmp6 and ip6[40] == 1)' >"$state/refusals" 2>"$state/tcpdump.log"
wait_until 10 "tcpdump" grep -q listening "$state/tcpdump.log"
on web python3 - <<-'PYTHON'
	import socket
	for family, address in ((socket.AF_INET, "10.203.0.20"), (socket.AF_INET6, "fd00:203::20")):
	    with socket.socket(family, socket.SOCK_DGRAM) as sender:
	        for port in (16384, 20000, 32767, 9):
	            sender.sendto(bytes(20), (address, port))
PYTHON
wait_until 10 "the refusals for port 9" has_lines "$state/refusals" 2
cat "$state/refusals"
check "only port 9 was refused" test "$(grep -c 'port 9 unreachable\|udp port 9,' "$state/refusals")" = "$(lines_in "$state/refusals")"
echo "4 x 50 MB by TCP through the TAP during a sweep of $(lines_in "$state/out.jsonl") names, no refusal for our ports"
