#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Orders at their limits: 1,000 identifiers are answered with a quorum each, and no body above 4 MiB is taken; 2,000 orders
# are in flight while a perspective is slow, the primary stays under 1 GB, one more is told to come back; wrong orders are
# refused with a pointer and nothing is run; a client that hangs up frees its order.
. "$(dirname "$0")/_orders.sh"

# Long waits: what a slow perspective holds up is to be in flight until it is quick again.
setup_orders --set limits.check_timeout=60s --set limits.lookup_timeout=60s
limits() { "$netns_dir/order_limits.py" "$@"; }
audit_log=$daemons/fra-1/audit.db
body_bytes=4194304
post() { # FILE [FLAGS of curl…]: the status; headers in $state/head, the answer in $state/answer
	call /v1/orders -o "$state/answer" -D "$state/head" -w '%{http_code}' -H 'Content-Type: application/json' \
		--max-time 170 --data-binary "@$1" "${@:2}"
}
status_is() { # STATUS FILE
	local got
	got=$(post "$2") || got="$got, curl status $?"
	[ "$got" = "$1" ] || fail "status $got, not $1, for $2: $(head -c 400 "$state/answer")"
}
status() { primary_rpc status.get {} "$1"; }
in_flight_is() { [ "$(status orders.in_flight)" = "$1" ]; }
memory() { # KEY: of the primary, in KiB
	awk -v key="$1:" '$1 == key { print $2 }' "/proc/$(pid_of parallaxd-fra-1)/status"
}

# What is wrong is refused whole, before anybody is asked.
asked() { # what dataplanes were told to look up, what remotes were asked and what was recorded so far
	local one
	for one in "$daemons"/*/dataplane.sock; do
		"$netns_dir/dataplane_rpc.py" "$one" counters.get {} total.jobs_received
	done
	primary_rpc counters.get {} remotes | grep '"asked"'
	status orders.checks
	limits records "$audit_log"
}
asked >"$state/asked-before"
wrong=$(on probe "$netns_dir/order_limits.py" faults "$api" "$daemons/ca/ca.pem" \
	"$root_dir/tests/unit/order/order_faults.tsv") || fail "a wrong order was not refused as it must be: $wrong"

# One order of a thousand, in the largest body that is taken. The same with an octet more, and with a name more, is not.
client publish big1..1000 plain-dns-01 | lab publish --file -
client order big1..1000 plain-dns-01 | limits merge $body_bytes >"$state/large"
client order big1..1000 plain-dns-01 | limits merge $((body_bytes + 1)) >"$state/too-large"
client order big1..1001 plain-dns-01 | limits merge 0 >"$state/too-many"
check "the body is as large as it may be" test "$(stat -c %s "$state/large")" = $body_bytes
status_is 413 "$state/too-large"
status_is 413 "$state/too-many"
asked >"$state/asked-after"
cmp -s "$state/asked-before" "$state/asked-after" ||
	fail "something was asked for orders that were refused: $(diff "$state/asked-before" "$state/asked-after")"
began=$SECONDS
status_is 200 "$state/large"
limits judge "$state/answer" 1000 || fail "the order of 1,000 is not answered as it must be"
took=$((SECONDS - began))
asked >"$state/asked-after"
check "what is asked is counted" test "$(paste "$state/asked-before" "$state/asked-after" |
	awk -F'\t' '$1 == $2' | wc -l)" = 0

# A remote whose dataplane does not move is slow without end, and all orders wait for it.
slow=$(pid_of dataplane-gru-1)
kill -STOP "$slow"

# A client that hangs up: nobody waits for the answer any more, and nothing holds its order.
client order hangup1..20 plain-dns-01 | limits merge 0 >"$state/hangup"
background post "$state/hangup" >/dev/null
client_pid=$!
wait_until 30 "the order to be in flight" in_flight_is 1
kill_tree() { # PID: and the processes that it started
	local child
	for child in $(pgrep -P "$1"); do kill_tree "$child"; done
	kill "$1" 2>/dev/null || :
}
kill_tree "$client_pid"
wait_until 20 "the order to be freed" in_flight_is 0
is_abandoned() { [ "$(limits decision "$audit_log" hangup1)" = abandoned ]; }
wait_until 20 "the order to be recorded as abandoned" is_abandoned
check "no check of it runs any more" test "$(status orders.checks_in_flight)" = 0

# As many as may be in flight; one more is told when to come back, and those before it are answered.
client order "full1..2000" plain-dns-01 >"$state/orders"
client order one-more plain-dns-01 >"$state/one-more"
before=$(memory VmRSS)
background on probe "$root_dir/tests/support/order_load.py" --url "$api" --ca "$daemons/ca/ca.pem" --connections 10 \
	--per-request 200 --output "$state/answers" "$state/orders" >"$state/summary" 2>"$state/load.log"
load_pid=$!
wait_until 60 "2,000 orders to be in flight" in_flight_is 2000
status_is 429 "$state/one-more"
check "Retry-After says when" grep -qiE '^retry-after: [1-9][0-9]*.?$' "$state/head"
check "nobody is answered while all wait" test "$(lines_in "$state/answers")" = 0
after=$(memory VmRSS)
kill -CONT "$slow"
wait "$load_pid" || fail "the load ended with status $?: $(cat "$state/summary" "$state/load.log")"
peak=$(memory VmHWM)
check "each of the 2,000 is answered" test "$(grep -c '"outcome": "answered"' "$state/answers")" = 2000
check "the primary stays under 1 GB, with $peak KiB at most" test "$peak" -lt 1000000
wait_until 20 "all orders to be gone" in_flight_is 0
status_is 200 "$state/one-more"
audit_verifies "$state/answers"
echo "$wrong wrong orders refused, 1,000 identifiers in $took s, 2,000 orders in flight: $before to $after KiB, peak $peak KiB"
