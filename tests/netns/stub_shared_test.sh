#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Shared mode leaves the kernel what is the kernel's: while a sweep runs, nginx on the probe answers others, curl on the
# probe fetches from others, and a long TCP transfer arrives whole, all on the address and interface of the sweep.
. "$(dirname "$0")/_setup.sh"

setup_lab --names 20000
lab names >"$state/names"
lab expect >"$state/expect"
mkdir "$state/www"
head -c 200M /dev/urandom >"$state/www/long"
echo "small page" >"$state/www/small"
chmod -R a+rX "$state"
cat >"$state/nginx.conf" <<-CONF
	daemon off;
	worker_processes 1;
	error_log stderr;
	events {}
	http {
	    access_log off;
	    server { listen 80; listen [::]:80; root $state/www; }
	}
CONF
for host in probe web; do
	background on $host nginx -c "$state/nginx.conf" -g "pid $state/nginx-$host.pid;" 2>"$state/nginx-$host.log"
done
wait_until 10 "nginx on web" on probe curl -sf -o /dev/null http://10.203.0.80/small
wait_until 10 "nginx on probe" on web curl -sf -o /dev/null http://10.203.0.10/small

# shellcheck disable=SC2046
start_dataplane --interface eth0 $(upstreams auth)
background on probe curl -sf --limit-rate 25M -o "$state/long.in" http://10.203.0.80/long
long_in=$!
background on web curl -sf --limit-rate 25M -o "$state/long.out" http://10.203.0.10/long
long_out=$!
wait_until 10 "the long transfers to begin" test -s "$state/long.in" -a -s "$state/long.out"
background sweep --quiet --caa --rate 5000 --input "$state/names" --output "$state/out.jsonl"
sweep_pid=$!
pages=0
while kill -0 $sweep_pid 2>/dev/null; do
	on probe curl -sf -m 5 -o /dev/null http://10.203.0.80/small || fail "curl from the probe, page $pages"
	on web curl -sf -m 5 -o /dev/null 'http://[fd00:203::10]/small' || fail "curl to the probe, page $pages"
	pages=$((pages + 2))
done
wait $sweep_pid || fail "the sweep failed"
check "pages were fetched during the sweep" test $pages -ge 20
check "the long transfers lasted through the sweep" kill -0 $long_in $long_out
wait $long_in || fail "the long transfer to the probe broke"
wait $long_out || fail "the long transfer from the probe broke"
cmp "$state/www/long" "$state/long.in"
cmp "$state/www/long" "$state/long.out"
compare "$state/expect" "$state/out.jsonl"
check "the kernel resolves on the same address too" on probe kdig +time=3 @10.203.0.53 test SOA +short
echo "$pages pages and 2 x 200 MB by TCP during a sweep of $(lines_in "$state/out.jsonl") names"
