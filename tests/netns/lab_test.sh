#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The lab itself: what it expects is what its servers say to kdig; signed zones validate; faults and shapes do what
# they say; a broken lab is taken down whole; the comparison of sweeps finds what is missing, double or wrong.
. "$(dirname "$0")/_setup.sh"

ask() { on probe kdig +time=3 +retry=0 "$@"; }
milliseconds() { # of one query
	ask "$@" | sed -n 's/.* in \([0-9.]*\) ms.*/\1/p' | cut -d. -f1
}
answers() { ask "$@" +short | grep -q .; }

setup_lab --names 1500 --perspectives 2
for kind in caa plain; do
	lab names $kind >"$state/names"
	lab expect $kind >"$state/expect.$kind"
	for server in 10.203.0.1 fd00:203::2; do
		on probe "$netns_dir/reference_sweep.py" --server $server $kind <"$state/names" >"$state/lines.$kind"
		check "kdig by way of $server gives the expected $kind answers" \
			compare "$state/expect.$kind" "$state/lines.$kind"
	done
done

# The comparison can fail: a line less, a line twice, a wrong value, a failure that tells records.
lines=$state/lines.caa
head -n -1 "$lines" >"$state/bad"
check_status 1 compare "$state/expect.caa" "$state/bad" >/dev/null
{ cat "$lines"; tail -n 1 "$lines"; } >"$state/bad"
check_status 1 compare "$state/expect.caa" "$state/bad" >/dev/null
sed '0,/"value":"ca.test"/s//"value":"evil.test"/' "$lines" >"$state/bad"
check_status 1 compare "$state/expect.caa" "$state/bad" >/dev/null
sed '0,/"status":"NOERROR"/s//"status":"SERVFAIL"/' "$lines" >"$state/bad"
check_status 1 compare "$state/expect.caa" "$state/bad" --allow-failures 50 >/dev/null

ask @10.203.0.1 +dnssec chain4.special.test CAA >"$state/secure"
check "a signed zone validates" grep -q 'Flags:.* ad' "$state/secure"
ask @10.203.0.1 +dnssec www.bogus.test CAA >"$state/bogus" || :
check "a zone whose DS does not fit fails" grep -q 'status: SERVFAIL' "$state/bogus"
check "nsd behind the router answers" answers @10.203.1.54 special.test SOA

lab netem "delay 40ms" --host perspective2
looks_from() { on "$1" kdig +time=3 +retry=0 @10.203.0.1 chain4.special.test CAA >"$state/$1"; }
check "a perspective looks up" looks_from perspective1
check "another looks up by a slower path" looks_from perspective2
check "both see the same" test "$(grep -c 'CAA.*ca.test' "$state/perspective1")" = "$(grep -c 'CAA.*ca.test' "$state/perspective2")"
took=$(sed -n 's/.* in \([0-9.]*\) ms.*/\1/p' "$state/perspective2" | cut -d. -f1)
check "its link takes 40 ms each way ($took ms)" test "$took" -ge 79

lab fault 01-dead-server on
check_status 1 answers @10.203.0.53 test SOA
check "the other address answers" answers @10.203.0.55 test SOA
lab fault 1 off
check "the address answers again" answers @10.203.0.53 test SOA
lab fault delay-2s on
took=$(milliseconds @10.203.0.53 test SOA)
check "an answer took 2 s ($took ms)" test "$took" -ge 1990 -a "$took" -lt 2500
lab fault delay-9s on
lab fault delay-2s on
check "the later shape replaces the earlier" test "$(lab status | grep 'faults on')" = "  faults on: 03-delay-2s"
lab fault delay-9s off
took=$(milliseconds @10.203.0.53 test SOA)
check "what is not on switches nothing off ($took ms)" test "$took" -ge 1990 -a "$took" -lt 2500
lab fault delay-2s off
lab netem "delay 40ms"
took=$(milliseconds @10.203.0.53 test SOA)
check "the link takes 40 ms each way ($took ms)" test "$took" -ge 79 -a "$took" -lt 300
lab netem off
lab netem "loss 100%"
check_status 1 answers @10.203.0.53 test SOA
lab netem off
lab fault truncated on
ask @10.203.0.100 +ignore n1.anything.example CAA >"$state/truncated"
check "the whole fault server truncates" grep -q 'Flags:.* tc' "$state/truncated"
lab fault truncated off
ask @10.203.0.100 n1.anything.example CAA +short >"$state/plain"
check "and answers by name again" grep -q right.test "$state/plain"
lab status --json >"$state/status.json"
check "status tells the lab is up" grep -q '"is_up": true' "$state/status.json"

# Whatever is left of a lab goes: here a namespace and a daemon are missing.
read -r pid _ <"$state/lab/pids/nsd.pid"
kill -9 "$pid"
ip netns delete "${prefix}web"
check_status 3 lab status >/dev/null
lab down
check "no namespace is left" test -z "$(ip netns list | grep "^$prefix" || :)"
wrong() { # COMMAND…: usage errors end with 1 and one line
	check_status 1 "$@" 2>"$state/err"
	check "one line: $(cat "$state/err")" test "$(wc -l <"$state/err")" = 1
}
wrong lab
wrong lab frobnicate
wrong lab fault truncated maybe
wrong lab fault 37 on
wrong lab fault truncated on
wrong lab netem off
check "nothing is left of faults without a lab" test ! -e "$state/lab"
wrong lab up --names many
wrong lab up --queues 0
wrong lab up --perspectives 33
printf '@ SOA ns h 1 3600 600 86400 300\n@ NS ns\nns A 10.203.0.53\nwww A 1.2.3\n' >"$state/odd.test.zone"
check_status 1 lab up --names 1000 --zone "$state/odd.test.zone" 2>"$state/err"
check "the zone's fault is placed: $(cat "$state/err")" grep -q "$state/odd.test.zone:4: .*1\.2\.3" "$state/err"
wrong lab upstreams nobody
check_status 1 lab up --names 10 2>/dev/null
check_status 1 lab up --netem "delay soon" 2>/dev/null
echo "expected answers equal kdig's; faults and shapes work"
