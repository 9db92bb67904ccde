#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The small disk of audit log and evidence fills up under orders: from then on nothing is issued, each order is told why, the
# log says it once, and when there is room again orders are issued without a restart. Nothing was issued without its
# records and its evidence, and the log verifies.
. "$(dirname "$0")/_orders.sh"

disk=$(mktemp -d /tmp/plx-disk.XXXXXX)
mount -t tmpfs -o size=8m,mode=777 tmpfs "$disk"
trap 'status=$?; set +e; umount -l "$disk"; rmdir "$disk"; (exit $status); finish' EXIT
audit_log=$disk/audit.db
setup_orders
up_iteratively --set audit_log="$audit_log"
is_whole() {
	next_serial
	publish dns-01
	place_order whole dns-01
	client expect "$state/whole" decision=issue dcv=5/5 caa=5/5
}
check "an order is issued" is_whole

log=$state/lab/logs/parallaxd-fra-1.log
count=${ORDERS:-300}
client publish "full1..$count" plain-dns-01 | lab publish --file -
client order "full1..$count" plain-dns-01 >"$state/orders"
load() { # FILE: its orders; their answers
	on probe "$root_dir/tests/support/order_load.py" --url "$api" --ca "$daemons/ca/ca.pem" --connections 4 \
		--per-request 5 --output "$state/answers" "$1" >"$state/summary" || fail "an order got no answer: $(cat "$state/summary")"
}
outcomes() { field "$state/answers" outcome | grep -cx "$1" || :; }
told_once() { # EVENT: that, and no other way round
	test "$(grep -c "event=$1_failing" "$log")" -le 1 && ! grep -q "event=$1_resumed" "$log"
}
head -c 4M /dev/zero >"$disk/filler"
load "$state/orders"
issued=$(field "$state/answers" decision | grep -cx issue || :)
refused=$(outcomes refused)
check "some orders were issued ($issued)" test "$issued" -ge 10
check "others were refused ($refused)" test "$refused" -ge 100
check "all of them hear that it is log or evidence" \
	test "$(grep '"outcome": "refused"' "$state/answers" | grep -cE 'the audit log c|the evidence of look-ups c')" = "$refused"
check "the log says so" grep -Eq 'event=(audit|evidence)_failing .*free space' "$log"
check "it says so once: $(grep -E '_failing|_resumed' "$log")" eval 'told_once audit && told_once evidence'
check "it is not ready" eval '! all_are_up'
check "readiness says why: $(call /readyz)" grep -Eq 'audit log|evidence' <(call /readyz)

rm "$disk/filler"
wait_until 10 "orders to be issued again, without a restart" is_whole
check "the log says that as well" grep -Eq 'event=(audit|evidence)_resumed' "$log"
audit_verifies "$state/answers"
evidence=$(primary_rpc audit.verify {} evidence_verified)
check "each has its evidence ($evidence files)" test "$evidence" -ge $((2 * issued))
echo "$issued orders issued, $refused refused on a full disk; $(cat "$state/audit-judged")"
