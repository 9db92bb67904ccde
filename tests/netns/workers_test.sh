#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Several workers and several queues, in both port modes, by IPv4 and by IPv6 alone: an answer arrives on any queue and
# is steered to the worker that asked, and nothing is lost or asked twice on the way.
. "$(dirname "$0")/_setup.sh"

setup_lab --names 5000 --queues 2
lab names >"$state/names"
lab expect >"$state/expect"
worker_counter() { # WORKER EXPRESSION (on `it`)
	rpc counters.get {} workers | python3 -c 'import json, sys
it = json.load(sys.stdin)[int(sys.argv[1])]
print(eval(sys.argv[2]))' "$@"
}
run() { # LABEL WORKERS FLAGS…
	local label=$1 workers=$2 i steered
	start_dataplane --workers "$workers" "${@:3}"
	check "$label: $workers workers run" test "$(rpc workers.list {} workers | grep -c '"worker"')" = "$workers"
	sweep --quiet --caa --input "$state/names" --output "$state/$label.jsonl"
	compare "$state/expect" "$state/$label.jsonl"
	for ((i = 0; i < workers; i++)); do
		check "$label: worker $i asked" test "$(worker_counter $i 'it["queries_sent"]')" -gt 500
		check "$label: worker $i was answered" test "$(worker_counter $i 'it["packets_by_reason"]["accepted"]')" -gt 500
	done
	steered=$(counter packets_steered)
	echo "$label: $steered answers were steered, $(counter queries_sent) queries, $(counter queries_retried) retried, $(counter packets_by_reason.late) late"
	check "$label: no steering ring was full" test "$(counter packets_by_reason.steer_full)" = 0
	check "$label: no answer was lost on the way to its worker" test "$(counter packets_by_reason.no_transaction)" = 0
	if [ "$workers" = 1 ]; then
		check "$label: a lone worker steers nothing" test "$steered" = 0
	else
		check "$label: answers were steered" test "$steered" -gt 100
	fi
	stop_dataplane
}

for family in 4 6; do
	mapfile -t servers < <(upstreams auth --family $family | tr ' ' '\n')
	run shared-$family 2 --interface eth0 "${servers[@]}"
	run one-for-two-queues-$family 1 --interface eth0 "${servers[@]}"
done
on probe ip address flush dev eth0
for family in 4 6; do
	mapfile -t servers < <(upstreams auth --family $family | tr ' ' '\n')
	run exclusive-$family 2 --device net_af_packet0,iface=eth0,qpairs=2 --address 10.203.0.20/24 --address fd00:203::20/64 "${servers[@]}"
done
