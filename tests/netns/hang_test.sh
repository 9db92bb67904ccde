#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# SIGSTOP of the dataplane in the middle of a sweep, and of orders of parallaxd: noticed within a second, and once it goes
# on (SIGCONT) nothing is lost and nothing is there twice. While it hangs nothing passes.
. "$(dirname "$0")/_setup.sh"

limit_ms=${LIMIT_MS:-1000}
now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }
poll() { read -rt 0.005 <> <(:) || :; }
stopped_ms= times=
stop() { stopped_ms=$(now_ms) && kill -STOP "$dataplane_pid"; }
go_on() { kill -CONT "$dataplane_pid"; }
noticed() { # WHO PATTERN FILE COUNT: within the limit, that many lines of the file match
	local end=$((stopped_ms + 20000)) took
	until [ "$(grep -c "$2" "$3")" -ge "$4" ]; do
		[ "$(now_ms)" -lt $end ] || fail "$1 did not notice the hang"
		poll
	done
	took=$(($(now_ms) - stopped_ms))
	times+=" $took"
	check "$1 noticed it within $limit_ms ms ($took ms)" test $took -le "$limit_ms"
}
take() { # SECONDS: how long it hangs
	local end=$(($(now_ms) + $1 * 1000))
	while [ "$(now_ms)" -lt $end ]; do pause; done
}

setup_lab --names 30000
lab names >"$state/names"
lab expect >"$state/expect"
# shellcheck disable=SC2046
start_dataplane --interface eth0 $(upstreams auth)
# The program itself and not the one that entered the namespace for it.
check "it is the dataplane that is stopped" grep -q parallax "/proc/$dataplane_pid/comm"

# A sweep: two hangs, one of them shorter than the look-ups' time limit and one longer.
background env "$(program parallax-sweep)" --socket "$socket" --caa --rate 6000 --summary "$state/summary.json" \
	--input "$state/names" --output "$state/swept.jsonl" 2>"$state/sweep.log"
sweep_pid=$!
for hang in 1:5000:2 2:15000:10; do
	IFS=: read -r number lines seconds <<<"$hang"
	wait_until 30 "$lines lines" has_lines "$state/swept.jsonl" "$lines"
	stop
	noticed "the sweep" 'the dataplane does not respond' "$state/sweep.log" "$number"
	check_status 3 ctl status 2>"$state/ctl.err"
	check "parallaxctl says so too" grep -q 'the daemon does not respond' "$state/ctl.err"
	take "$seconds"
	check "the sweep still runs" kill -0 $sweep_pid
	go_on
	wait_until 10 "the sweep to go on" eval "[ \$(grep -c 'going on' $state/sweep.log) -ge $number ]"
done
wait $sweep_pid || fail "the sweep ended with $? after the dataplane hung"
compare "$state/expect" "$state/swept.jsonl"
resubmitted=$(field "$state/summary.json" resubmitted)
check "some look-ups were asked again" test "$resubmitted" -gt 0
wait_until 10 "the work of before the hangs to end" eval 'test "$(counter lookups_in_flight)" = 0'

# parallaxd: its look-ups wait for the dataplane, or fail as ours.
for key in sign remote; do
	openssl genpkey -algorithm ed25519 -out "$state/$key.key" 2>/dev/null
	openssl pkey -in "$state/$key.key" -pubout -out "$state/$key.pub"
done
openssl req -x509 -newkey ed25519 -nodes -keyout "$state/tls.key" -out "$state/tls.pem" -subj /CN=one -days 2 \
	-addext 'subjectAltName=URI:parallax://primary/one' 2>/dev/null
resolver() { echo "{address: 192.0.2.$1, rir: RIPE NCC, latitude: $2, longitude: $3}"; }
cat >"$state/parallaxd.yaml" <<YAML
control:
  role: primary
  perspective: {name: one, rir: RIPE NCC, latitude: 52.3, longitude: 4.9, resolvers: [$(resolver 53 52.3 4.9)]}
  listen: ["127.0.0.1:8443"]
  signing_key: $state/sign.key
  dataplane_socket: $socket
  resolution: stub
  socket: $state/parallaxd.sock
  user: root
  audit_log: $state/audit.db
  issuer_domains: [ca.test]
  private_suffixes: [test]
  tls: {certificate: $state/tls.pem, key: $state/tls.key, server_ca: $state/tls.pem}
  limits: {lookup_timeout: 4s}
  perspectives:
    - {name: fra-1, rir: RIPE NCC, latitude: 50.1, longitude: 8.6, resolvers: [$(resolver 54 50.1 8.6)],
       url: "https://127.0.0.1:9", public_key: $state/remote.pub}
YAML
background ip netns exec "${prefix}probe" "$(program parallaxd)" --config "$state/parallaxd.yaml" \
	>"$state/parallaxd.log" 2>&1
control() { "$(program parallaxctl)" --socket "$state/parallaxd.sock" "$@"; }
says() { control status | grep -q "state *$1"; }
wait_until 20 "parallaxd to reach the dataplane" says responds
name=$(head -n 1 "$state/names")
echo '{"profile":"tls","identifiers":[{"type":"dns","value":"'"$name"'","dcv":{"validation_method":"acme-dns-01",
"key_authorization_hash":"LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ"}}]}' >"$state/order.json"
order() { control --json order "$state/order.json" >"$state/order$1.out" 2>"$state/order$1.err" || :; }
are_ours() { # FILE: both checks of the order failed for want of a dataplane
	local part='[^}]*does not respond.*'
	grep -q '"decision":"refuse".*"reason":"dataplane-lost",'"$part"'"reason":"lookup-failed",'"$part" "$1"
}
count_ours() { # FIRST LAST
	local n count=0
	for n in $(seq "$1" "$2"); do
		check "order $n is decided" grep -q '"decision":' "$state/order$n.out"
		are_ours "$state/order$n.out" && count=$((count + 1))
	done
	echo $count
}
hung() { says 'does not respond'; }
orders_hang() { # FIRST LAST: orders that start while the dataplane hangs
	local n
	stop
	orders=
	for n in $(seq "$1" "$2"); do
		order "$n" &
		orders+=" $!"
	done
	until hung; do poll; done
	local took=$(($(now_ms) - stopped_ms))
	times+=" $took"
	# The look is a process started by a shell: some more is allowed than the daemon takes.
	check "parallaxd noticed it within a second ($took ms)" test $took -le $((limit_ms + 200))
}

orders_hang 1 10
go_on
# shellcheck disable=SC2086
wait $orders
wait_until 10 "parallaxd to see it respond" says responds
check "orders that started in a short hang saw the dataplane again" test "$(count_ours 1 10)" = 0

orders_hang 11 20
# shellcheck disable=SC2086
wait $orders
go_on
check "orders in a long one are refused, for a reason of ours" test "$(count_ours 11 20)" = 10
wait_until 10 "parallaxd to see it respond" says responds
check "no result came that nobody had asked for" test "$(control --json counters | python3 -c '
import json, sys
print(json.load(sys.stdin)["lookups"]["stray"])')" = 0
echo "noticed after$times ms; $(lines_in "$state/swept.jsonl") lines, $resubmitted asked again, all right; orders waited or failed"
