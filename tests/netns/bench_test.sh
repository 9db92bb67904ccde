#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# parallax-bench against the lab's knotd: all that was sent is answered, what it prints is laid out as dnsperf's, a server
# that pauses for a second shows in the p99 of an open loop and hides in that of a closed one, and an interrupted run says so.
. "$(dirname "$0")/_setup.sh"

setup_lab --names 5000
lab names | sed 's/$/ CAA/' >"$state/queries"
server=$(upstreams auth | grep -o '[0-9]*\.[0-9]*\.[0-9]*\.[0-9]*' | head -n 1)
read -r knotd_pid _ <"$state/lab/pids/knotd.pid"
bench_command=(on probe "$(program parallax-bench)" --dataplane "$(program parallax-dataplane)" --interface eth0
	-d "$state/queries")
bench() { "${bench_command[@]}" -s "$server" "$@"; }
member() { # FILE PATH
	python3 -c '
import json, sys
value = json.load(open(sys.argv[1], encoding="utf-8"))
for part in sys.argv[2].split("."):
    value = value[part]
print(value)' "$@"
}
above() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a > b) }'; }
layout() { # the statistics block with its numbers taken out
	sed -n '/^Statistics:/,/StdDev/p' "$1" | sed -E 's/[0-9]+(\.[0-9]+)?/N/g; s/(N[A-Z]+ N \(N%\)(, )?)+/CODES/; s/[A-Z]+ N \(N%\)/CODE/g; s/(CODE, )*CODE/CODES/'
}

bench -n 2 --json "$state/closed.json" >"$state/closed.txt" || fail "a closed loop: $(cat "$state/closed.txt")"
on probe dnsperf -s "$server" -d "$state/queries" -n 2 >"$state/dnsperf.txt" 2>&1
layout "$state/closed.txt" >"$state/closed.layout"
layout "$state/dnsperf.txt" >"$state/dnsperf.layout"
check "the block has dnsperf's lines" test "$(wc -l <"$state/dnsperf.layout")" -ge 13
diff "$state/dnsperf.layout" "$state/closed.layout" || fail "the statistics block is not laid out as dnsperf's"
check "all were sent" test "$(member "$state/closed.json" queries_sent)" = $((2 * $(lines_in "$state/queries")))
check "all were answered" test "$(member "$state/closed.json" queries_completed)" = "$(member "$state/closed.json" queries_sent)"
for line in 'Queries sent' 'Queries completed' 'Response codes' 'Average packet size'; do
	check "dnsperf counts the same: $line" test "$(grep "$line" "$state/closed.txt")" = "$(grep "$line" "$state/dnsperf.txt")"
done
check "nothing came that was no answer" test "$(member "$state/closed.json" mismatched)" = 0
check "the port counted before and after" above "$(member "$state/closed.json" ports.after | grep -o "'packets_received': [0-9]*" | grep -o '[0-9]*$')" 9999

# Numbers that could not be kept are not measured first.
check_status 1 "${bench_command[@]}" -s "$server" --json "$state/none/run.json" 2>"$state/unwritable" >"$state/unwritable.txt"
check "that the JSON cannot be written is said" grep -q "none/run.json: cannot be written: No such file or directory" "$state/unwritable"
check "before the run" test ! -s "$state/unwritable.txt"
check_status 1 "${bench_command[@]}" -s "$server" --json /dev/full 2>"$state/full" >/dev/null
check "a full disk is told" grep -q '/dev/full: cannot be written: No space left on device' "$state/full"
check_status 1 "${bench_command[@]}" -s "$server" --json - 2>"$state/full" >/dev/full
check "also behind stdout" grep -q 'stdout: cannot be written' "$state/full"

pause_server() { # while a load of four seconds runs
	wait_until 20 "the load to begin" grep -q 'Started at' "$1"
	local end=$((SECONDS + 2))
	while [ $SECONDS -lt $end ]; do pause; done
	kill -STOP "$knotd_pid"
	end=$(($(date +%s%N) + 1000000000))
	while [ "$(date +%s%N)" -lt $end ]; do pause; done
	kill -CONT "$knotd_pid"
}
for loop in open closed; do
	: >"$state/paused-$loop.txt"
	flags=(-Q 200)
	[ $loop = open ] || flags=(-q 20)
	background "${bench_command[@]}" -s "$server" "${flags[@]}" -l 4 --json "$state/paused-$loop.json" >"$state/paused-$loop.txt"
	bench_pid=$!
	pause_server "$state/paused-$loop.txt"
	wait $bench_pid || fail "the $loop loop under a pause: $(cat "$state/paused-$loop.txt")"
done
open_p99=$(member "$state/paused-open.json" latency_us.p99)
closed_p99=$(member "$state/paused-closed.json" latency_us.p99)
check "an open loop shows the pause in p99 ($open_p99 us)" above "$open_p99" 700000
check "a closed loop hides it ($closed_p99 us)" above 300000 "$closed_p99"
check "though its longest shows it" above "$(member "$state/paused-closed.json" latency_us.max)" 900000

# A dataplane that runs already: it gets the server for the run, and none that it has is measured by mistake.
start_dataplane --interface eth0
attached=(on probe "$(program parallax-bench)" --socket "$socket" -d "$state/queries")
"${attached[@]}" -s "$server" --json "$state/attached.json" >/dev/null
check "all were answered through a dataplane that ran" test "$(member "$state/attached.json" queries_completed)" = "$(lines_in "$state/queries")"
check "the server was taken away again" test "$(rpc upstreams.list | grep -c '"server"')" = 0
ctl upstreams add "$server" >/dev/null
check_status 1 "${attached[@]}" -s 10.203.0.99 2>"$state/others"
check "that it has others is said" grep -q 'has other servers than 10.203.0.99:53' "$state/others"
stop_dataplane

check_status 3 "${bench_command[@]}" -s 10.203.0.99 -l 1 --quiet 2>"$state/unreachable"
check "that there is no path is said" grep -q 'no path to 10.203.0.99:53' "$state/unreachable"
: >"$state/interrupted.txt"
background "${bench_command[@]}" -s "$server" -Q 100 -l 60 --json "$state/interrupted.json" >"$state/interrupted.txt"
bench_pid=$!
wait_until 20 "the load to begin" grep -q 'Started at' "$state/interrupted.txt"
kill -TERM $bench_pid
status=0
wait $bench_pid || status=$?
check "an interrupted run ends with 130" test $status = 130
check "and tells what it had" test "$(member "$state/interrupted.json" queries_lost)" = 0
check "no dataplane is left over" test -z "$(ip netns pids "${prefix}probe" | xargs -r ps -o comm= -p | grep parallax-data || :)"
# However it ends, what it started ends too: a terminal that is closed, or the OOM killer.
ended_by() { # SIGNAL STATUS
	local status=0
	: >"$state/ended.txt"
	TMPDIR=$state background "${bench_command[@]}" -s "$server" -Q 100 -l 60 --json "$state/ended.json" >"$state/ended.txt"
	bench_pid=$!
	wait_until 20 "the load to begin" grep -q 'Started at' "$state/ended.txt"
	kill -"$1" $bench_pid
	wait $bench_pid || status=$?
	check "the status after SIG$1 is $2, not $status" test $status = "$2"
	wait_until 10 "the dataplane to end after SIG$1" no_dataplane
}
no_dataplane() { test -z "$(ip netns pids "${prefix}probe" | xargs -r ps -o comm= -p | grep parallax-data || :)"; }
ended_by HUP 130
check "a hangup leaves what it had" test "$(member "$state/ended.json" queries_lost)" = 0
ended_by KILL 137
# The engine beside a bare echo, in a network of its own: whatever the rate, all is answered and there is a ceiling.
unshare -n "$(program parallax-bench)" --self-test memif -l 1 --dataplane "$(program parallax-dataplane)" \
	--reflect "$(program parallax-reflect)" --json "$state/self.json" >/dev/null
check "the self-test's look-ups were answered" test "$(member "$state/self.json" queries_lost)" = 0
check "with nothing left out" test "$(member "$state/self.json" response_codes)" = "{'NOERROR': $(member "$state/self.json" queries_sent)}"
check "and an echo came back" above "$(member "$state/self.json" ceiling_pps)" 1000
# The same within one process, found in the build tree by itself.
unshare -n "$(program parallax-bench)" --self-test ring -l 1 --json "$state/ring.json" >/dev/null
check "over rings as well" test "$(member "$state/ring.json" queries_lost)" = 0
check "with nothing left out there" test "$(member "$state/ring.json" response_codes)" = "{'NOERROR': $(member "$state/ring.json" queries_sent)}"
check "beside an echo over rings" above "$(member "$state/ring.json" ceiling_pps)" 1000
check_status 1 "$(program parallax-bench)" --self-test pcap 2>"$state/pcap"
check "other ports are refused by name" grep -q 'give ring, memif or af_xdp' "$state/pcap"
echo "p99 under a pause of 1 s: open loop $open_p99 us, closed loop $closed_p99 us"
