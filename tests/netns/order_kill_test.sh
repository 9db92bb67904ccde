#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# kill -9 of a remote, of dataplanes and of the primary while hundreds of orders are in flight: no order is decided
# without its audit record, none is issued wrongly, every client gets an answer or a clear error, the chain verifies, and
# when all are back an order issues with 5/5. ITERATIVE=1: without resolvers, and no evidence is missing either.
. "$(dirname "$0")/_orders.sh"

setup_orders --set limits.check_timeout=10s
[ -z "${ITERATIVE:-}" ] || up_iteratively --set limits.check_timeout=10s
count=${ORDERS:-1200}
# Of each pair one has its proof and one has none: that one may never issue.
client publish "good1..$count" plain-dns-01 | lab publish --file -
paste -d '\n' <(client order "good1..$count" plain-dns-01) <(client order "bad1..$count" plain-dns-01) >"$state/orders"

killed=0
kill_hard() { # NAME: ends it without warning, then starts it again
	local pid
	pid=$(pid_of "$1")
	kill -9 "$pid" || fail "$1 did not run any more"
	killed=$((killed + 1))
	wait_until 10 "$1 to die" is_gone "$pid"
	lab daemons restart "$1" || fail "$1 did not start again"
}
is_gone() { ! kill -0 "$1"; }
answers_reach() { # COUNT, or the load is over
	has_lines "$state/answers" "$1" || ! kill -0 "$load_pid"
}
load() {
	on probe "$root_dir/tests/support/order_load.py" --url "$api" --ca "$daemons/ca/ca.pem" --connections 8 \
		--per-request 10 --output "$state/answers" "$state/orders"
}

background load >"$state/summary" 2>"$state/load.log"
load_pid=$!
reached=50
for victim in parallaxd-gru-1 dataplane-nyc-1 dataplane-fra-1 parallaxd-fra-1 parallaxd-dub-1 parallaxd-fra-1; do
	wait_until 120 "$reached answers" answers_reach $reached
	check "the load lasts until $victim is killed" kill -0 "$load_pid"
	kill_hard $victim
	reached=$(($(lines_in "$state/answers") + 100))
done
wait "$load_pid" || fail "the load ended with status $?: $(cat "$state/summary" "$state/load.log")"
check "each order has one outcome" test "$(lines_in "$state/answers")" = $((2 * count))

judge() {
	python3 - "$state/answers" <<-'PYTHON'
		import collections, json, sys
		lines = [json.loads(text) for text in open(sys.argv[1], encoding="utf-8")]
		outcomes = collections.Counter((line["outcome"], line["decision"], line["reference"].rstrip("0123456789"))
		                               for line in lines)
		assert len({line["reference"] for line in lines}) == len(lines), "an order has two outcomes"
		assert not [line for line in lines if line["decision"] == "issue" and line["reference"].startswith("bad")], \
		    "issued without a proof"
		assert outcomes["answered", "issue", "good"] > len(lines) // 8, f"hardly any issued: {outcomes}"
		assert not any(outcome == "hung" for outcome, _, _ in outcomes), outcomes
		unclear = [line for line in lines if line["outcome"] in ("refused", "cut") and not line["fault"]]
		assert not unclear, unclear[:3]
		print(", ".join(f"{' '.join(str(word) for word in key)} {number}" for key, number in sorted(
		    outcomes.items(), key=str)))
	PYTHON
}
judge >"$state/judged" || fail "the answers are wrong"
audit_verifies "$state/answers"
evidence=$(primary_rpc audit.verify {} evidence_verified)

is_whole() {
	next_serial
	publish dns-01
	place_order whole dns-01
	client expect "$state/whole" decision=issue dcv=5/5 caa=5/5
}
wait_until 60 "all to be back" is_whole
echo "$killed kills: $(cat "$state/judged"); $(cat "$state/audit-judged"); $evidence look-ups with their evidence"
