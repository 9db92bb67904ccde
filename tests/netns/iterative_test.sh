#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What an operator sees of iterative look-ups, in both port modes, with servers on the link and behind a gateway: records and
# DNSSEC states, servers that are down or that no way leads to, what is remembered and forgotten, files that are not there.
. "$(dirname "$0")/_internet.sh"

lookup() { ctl --json lookup "$@" --resolution iterative >"$state/answer" 2>"$state/answer.err" || :; }
answer() { # WHAT PYTHON: of the last look-up, as `it`
	python3 -c 'import json, sys; it = json.load(open(sys.argv[1])); sys.exit(not eval(sys.argv[2]))' "$state/answer" "$2" ||
		fail "not so: $1 ($2): $(cat "$state/answer" "$state/answer.err")"
}
sweep_is_right() { # SET
	sweep --quiet --resolution iterative --caa --input "$zones/names.$1" --output "$state/lines" >/dev/null 2>&1 || :
	compare "$zones/expect.$1" "$state/lines" >"$state/compare.log" || fail "$1: $(head -n 5 "$state/compare.log")"
}
refuses_to_start() { # PATTERN FLAGS…
	local status=0 pattern=$1
	shift
	on probe timeout 20 "$(program parallax-dataplane)" --socket "$state/other.sock" --interface eth0 "$@" \
		>"$state/refused" 2>&1 || status=$?
	check "the start with $* fails" test "$status" = 1
	check "/$pattern/ in: $(cat "$state/refused")" grep -qE -e "$pattern" "$state/refused"
}

# A zone whose servers nobody can reach, one that claims our own addresses.
eval "raise_the_$(declare -f raise_internet)"
raise_internet() {
	cat >>"$zones/tld/u0" <<-ZONE
	nowhere.u0. 3600 IN NS ns.nowhere.u0.
	ns.nowhere.u0. 3600 IN A 192.0.2.1
	ourselves.u0. 3600 IN NS ns.ourselves.u0.
	ns.ourselves.u0. 3600 IN A 10.204.0.1
	silent.u0. 3600 IN NS ns.silent.u0.
	ns.silent.u0. 3600 IN A 10.204.3.99
	ZONE
	raise_the_raise_internet
}
setup_internet 2000
signed=$(head -n 1 "$zones/names.signed")
unsigned=$(head -n 1 "$zones/names.unsigned")

# Files.
refuses_to_start 'root_hints: /nowhere/hints cannot be read' --root-hints /nowhere/hints --trust-anchor "$zones/root.anchor"
refuses_to_start 'trust_anchor: /nowhere/key cannot be read' --root-hints "$zones/root.hints" --trust-anchor /nowhere/key
refuses_to_start 'no root hints as in' --root-hints "$zones/root.anchor" --trust-anchor "$zones/root.anchor"
refuses_to_start 'root.hints:1: this is no DS or DNSKEY' --root-hints "$zones/root.hints" --trust-anchor "$zones/root.hints"

# Shared mode, servers on the link.
start_recursor
sweep_is_right unsigned
sweep_is_right signed
sweep_is_right insecure
lookup "$signed" CAA
answer "a signed name is secure" 'it["dnssec"] == "secure"'
lookup "$unsigned" CAA
answer "an unsigned name is insecure" 'it["dnssec"] == "insecure"'
for name in nowhere.u0 ourselves.u0 silent.u0; do
	begin=$SECONDS
	lookup $name CAA
	answer "$name fails" 'it["status"] == "TIMEOUT" and it["dnssec"] == "insecure" and it["records"] == []'
	check "$name fails soon" test $((SECONDS - begin)) -le 9
done
check "queries were given back that no way leads for" test "$(counter paths_missing)" -ge 3
check "look-ups are counted" test "$(counter iterative_lookups)" -ge 2000
check "none is open" test "$(counter iterative_in_flight)" = 0
# Not of names below zones that are known to be unsigned.
check "proofs are counted" test "$(counter proofs_judged)" -ge 1000 -a "$(counter proofs_bogus)" -ge 1
check "and what they take" test "$(counter signatures_checked)" -ge 1000

# What is remembered: without the servers of the TLDs there are only those names that are known already.
entries=$(counter iterative_cache_entries)
check "something is remembered" test "$entries" -gt 10
kill -STOP "$knotd_pid"
lookup "$unsigned" TXT
answer "a delegation that is remembered is used" 'it["status"] in ("NOERROR", "NXDOMAIN")'
ctl --json cache flush --zone u0 >"$state/flushed"
check "some is forgotten" grep -qE '"entries": *[1-9]' "$state/flushed"
check "and some is not" test "$(counter iterative_cache_entries)" -gt 0
kill -CONT "$knotd_pid"
ctl cache flush >"$state/flushed"
wait_until 10 "everything to be forgotten" eval 'test "$(counter iterative_cache_entries)" = 0'
lookup "$signed" CAA
answer "what was forgotten is found again" 'it["dnssec"] == "secure"'

# Servers that are down: a failure, and the state of the zone says whether it may be excused.
kill "$nsd_leaf_pid" && wait "$nsd_leaf_pid" 2>/dev/null || :
ctl cache flush >"$state/flushed"
lookup "$unsigned" CAA
answer "an unsigned zone that is down fails as insecure" 'it["status"] == "TIMEOUT" and it["dnssec"] == "insecure"'
lookup "$signed" CAA
answer "a signed zone that is down is not insecure" 'it["status"] != "NOERROR" and it["dnssec"] in ("bogus", "indeterminate")'
start_nsd leaf 10.204.1.{1..8}
wait_until 60 "everybody else's servers" answers 10.204.1.1 host0.u0 SOA
stop_dataplane

# Shared mode, the leaves' servers behind a gateway.
ip -n "${prefix}probe" route add 10.204.1.0/24 via 10.204.0.10
start_recursor
sweep_is_right signed
stop_dataplane

# Without validation, and without iteration.
start_dataplane --interface eth0 --root-hints "$zones/root.hints" --trust-anchor none
lookup "$signed" CAA
answer "nothing is validated" 'it["status"] == "NOERROR" and it["dnssec"] in (None, "unchecked")'
check "which the log says" grep -q 'nothing is validated' "$state/dataplane.log"
stop_dataplane
start_dataplane --interface eth0 --iterative off
lookup "$signed" CAA
answer "iteration is off" 'it["status"] == "CANCELLED" and "without iterative" in it["error"]'
check_status 1 ctl cache flush 2>"$state/flushed"
check "there is nothing to flush" grep -q 'iterative look-ups are off' "$state/flushed"
stop_dataplane

# Exclusive mode: on the link, then all but the gateway beyond it. The kernel of the probe keeps out.
on probe ip address flush dev eth0
exclusive() { # DEVICE ADDRESS [FLAGS…]
	local device=$1
	shift
	rm -f "$socket"
	background ip netns exec "${prefix}probe" "$(program parallax-dataplane)" --socket "$socket" --capture-dir "$state/capture" \
		--device "net_af_packet0,iface=eth0$device" --address "$@" --root-hints "$zones/root.hints" \
		--trust-anchor "$zones/root.anchor" >>"$state/dataplane.log" 2>&1
	dataplane_pid=$!
	wait_until 30 "parallax-dataplane to listen" dataplane_listens
}
exclusive "" 10.204.0.3/16
sweep_is_right unsigned
sweep_is_right signed
lookup silent.u0 CAA
answer "a server that is not there" 'it["status"] == "TIMEOUT" and it["dnssec"] == "insecure"'
lookup nowhere.u0 CAA
answer "no gateway, no way" 'it["status"] == "TIMEOUT" and it["dnssec"] == "insecure"'
stop_dataplane
exclusive ,qpairs=2 10.204.0.3/32 --gateway 10.204.0.10 --workers 2 --validators 2
sweep_is_right unsigned
sweep_is_right signed
ctl cache flush >"$state/flushed"
lookup "$signed" CAA
answer "two workers, two validators" 'it["dnssec"] == "secure"'
stop_dataplane
echo "both modes, on the link and behind a gateway: as the zones say"
