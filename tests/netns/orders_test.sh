#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Orders seen from six perspectives: one of ten identifiers and all kinds of proof issues with 5/5; each location fault
# brings the right decision in each mode and the right diagnosis; a hijacked prefix towards one of five remotes issues,
# towards two refuses, towards the primary refuses. All of it is in the audit log, whose chain verifies.
. "$(dirname "$0")/_orders.sh"

# Short waits: what is dropped is dropped for good here.
setup_orders --set dcv.timeout=5s --set limits.check_timeout=12s --set limits.lookup_timeout=5s

publish
place_order ten
expect ten decision=issue enforced=issue mode=enforce dcv=5/5 caa=5/5 primary=pass primary_caa=permit codes=-
audit_verifies
orders=1

# The same faults in each mode. What the primary passes issues unless enforced; what it does not never does.
modes="report-only test-window enforce"
in_each_mode() { # NAME KINDS WANTED…
	local name=$1 kinds mode decision
	read -ra kinds <<<"$2"
	for mode in $modes; do
		set_mode "$mode"
		next_serial
		"$publisher" "${kinds[@]}"
		place_order "$name-$mode" "${kinds[@]}"
		orders=$((orders + 1))
		decision=$enforced
		[ "$mode" = enforce ] || [ "$primary_sees" = no ] || decision=issue
		expect "$name-$mode" "mode=$mode" "decision=$decision" "enforced=$enforced" "${@:3}"
	done
}
publisher=publish
with_fault() { # FAULT KINDS CODE WANTED…
	lab fault "$1" on
	in_each_mode "$1" "$2" "has=$3" "${@:4}"
	lab fault "$1" off
}
primary_sees=yes enforced=refuse
with_fault http-geo-block "http-01 website" http-geo-blocked primary=pass dcv=1/5 caa=5/5
with_fault http-firewall http-01 http-firewalled primary=pass dcv=1/5 caa=5/5
with_fault http-allow-list "http-01 tls-alpn-01" http-allow-list primary=pass dcv=0/5 caa=5/5
with_fault http-redirect-differs http-01 http-redirect-differs primary=pass dcv=0/5 caa=5/5
with_fault http-content-differs "http-01 website" http-content-differs primary=pass dcv=0/5 caa=5/5
with_fault dns-split-horizon "dns-01 dns-change" dns-differs-by-location primary=pass dcv=0/5 caa=5/5
with_fault dns-removed-early dns-01 challenge-removed-early primary=pass caa=5/5
with_fault caa-differs "dns-01 http-01" caa-differs-by-location primary=pass primary_caa=permit dcv=5/5 caa=0/5
with_fault dns-unreachable-remotes dns-01 dns-server-unreachable primary=pass primary_caa=permit dcv=0/5 caa=0/5
primary_sees=no
with_fault http-user-agent http-01 http-user-agent-filtered primary=fail dcv=0/5 caa=5/5
with_fault dns-refuses-caa "http-01 dns-01" dns-type-refused primary=pass primary_caa=error dcv=5/5 caa=0/5

# One of five may be missing, or lied to; two may not.
is_whole() { # all five are asked and answer again
	next_serial
	publish dns-01
	place_order whole dns-01
	client expect "$state/whole" dcv=5/5 caa=5/5
}
primary_sees=yes enforced=issue
lab fault perspective-down sin-1 on
in_each_mode perspective-down "dns-01 http-01" has=perspective-down primary=pass dcv=4/5 caa=4/5
lab fault perspective-down off
wait_until 60 "sin-1 to be back" is_whole
attacked="http-01 plain-dns-01 tls-alpn-01"
differs=(has@http-01=http-content-differs has@plain-dns-01=dns-differs-by-location)
lab fault hijack-one on
in_each_mode hijack-one "$attacked" primary=pass dcv=4/5 caa=5/5 "${differs[@]}"
lab fault hijack-one off
lab fault hijack-two on
enforced=refuse
in_each_mode hijack-two "$attacked" primary=pass dcv=3/5 caa=5/5 "${differs[@]}"
lab fault hijack-two off

# An attacker who orders himself, and proves at his own servers what the customer never published.
primary_sees=no
publisher=publish_attacker
lab fault hijack-one on
in_each_mode attack-one "http-01 plain-dns-01" primary=fail dcv=0/5 # there is nothing to corroborate
lab fault hijack-one off
lab fault hijack-primary on
primary_sees=yes # which is why the others are asked: before enforcement this issues
in_each_mode attack-primary "http-01 plain-dns-01" primary=pass dcv=0/5
# And the customer, whose proof the primary cannot see.
primary_sees=no
publisher=publish
in_each_mode hijack-primary "http-01 plain-dns-01" primary=fail dcv=0/5
lab fault hijack-primary off

# The announced calendar: a window opens and closes by itself; orders say under which mode they were decided.
from_now() { date -u -d "+$1 seconds" +%FT%TZ; } # SECONDS
is_decided_under() { # MODE
	next_serial
	publish dns-01
	place_order calendar dns-01
	client expect "$state/calendar" "mode=$1" decision=issue enforced=issue
}
lab daemons config --mode report-only --schedule "first test-window $(from_now 8) $(from_now 18)"
primary_rpc config.reload >"$state/reload" || fail "config.reload: $(cat "$state/reload")"
primary_rpc mode.release '{"profile":"tls","reason":"back to the calendar"}' >"$state/mode"
check "before the window" is_decided_under report-only
wait_until 20 "the window to open" is_decided_under test-window
wait_until 20 "the window to close" is_decided_under report-only

set_mode enforce
check "all is as it was at the start" is_whole
audit_verifies
echo "$orders orders of ten kinds, under 14 faults and in three modes: decision, quorum and diagnosis as they must be"
