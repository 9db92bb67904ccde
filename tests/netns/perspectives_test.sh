#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Six perspectives and the customers of a CA in the lab: from everywhere the same is seen, signed and unsigned, by IPv4
# and IPv6; each location fault shows where it must and only there, and is gone when it is switched off.
. "$(dirname "$0")/_setup.sh"

path=/.well-known/acme-challenge/token
web4=10.203.3.80 web6="[fd00:203:3::80]"
primary=1 remotes="2 3 4 5" near=6 # numbers of perspectives; 6 is in the primary's region

# What one perspective sees by way of its resolver: the status, and the records in order.
dns_seconds=20
dns() { # N NAME TYPE
	local text
	text=$(on "perspective$1" kdig +time="$dns_seconds" +retry=0 +noall +header +answer "@10.203.0.$((10 + $1))" "$2" "$3" 2>&1) || :
	sed -n 's/.*status: \([A-Z]*\);.*/\1/p' <<<"$text"
	sed -n "s/.*[[:space:]]IN[[:space:]]$3[[:space:]]*//p" <<<"$text" | sort
}
page_seconds=20 # far more than it takes, for a busy machine
page() { # N URL [ADDRESS] [FLAGS…]: status and text; 000 for no answer
	local url=$2 address=${3:-$web4}
	on "perspective$1" curl -sk --noproxy '*' --max-time "$page_seconds" --connect-to "::$address:" \
		-w ' %{http_code}' "${@:4}" "$url" | tr '\n' ' ' || :
}
sees() { # WHAT WANTED COMMAND…: the command's output is that
	local what=$1 wanted=$2 got
	shift 2
	got=$("$@")
	[ "$(tr -s '\n ' ' ' <<<"$got")" = "$wanted " ] || fail "not so: $what: it is '$got', not '$wanted' ($*)"
}
fault() { lab fault "$@"; }
all_see() { # WHAT WANTED COMMAND ARGUMENTS…: COMMAND N ARGUMENTS from everywhere
	local n
	for n in $primary $remotes $near; do
		sees "$1, from perspective$n" "$2" "$3" "$n" "${@:4}"
	done
}
are_equal_everywhere() {
	all_see "the TXT record" 'NOERROR "proof"' dns _acme-challenge.www.orders.test TXT
	all_see "the page" 'keyauth 200' page "http://www.orders.test$path"
	all_see "the CAA set" 'NOERROR 0 issue "ca.test"' dns orders.test CAA
}

setup_lab --names 1000 --perspectives 6 --netem distance
lab perspectives --json >"$state/perspectives.json"
check "perspectives are at places of all five regions, 500 km apart" python3 - "$state/perspectives.json" <<'PYTHON'
import json, math, sys
places = json.load(open(sys.argv[1], encoding="utf-8"))
def km(a, b):
    p, q, d = math.radians(a["latitude"]), math.radians(b["latitude"]), math.radians(a["longitude"] - b["longitude"])
    return 6371 * math.acos(math.sin(p) * math.sin(q) + math.cos(p) * math.cos(q) * math.cos(d))
assert len(places) == 6 and len({p["rir"] for p in places}) == 5, places
assert min(km(a, b) for a in places for b in places if a != b) >= 500
assert [p["is_primary"] for p in places] == [True] + [False] * 5
assert len({p["resolver"] for p in places}) == len({p["address"] for p in places}) == 6
PYTHON

lab publish http www.orders.test $path keyauth
lab publish http 10.203.3.80 $path by-address
lab publish --file - <<'LINES'
# many at once
txt _acme-challenge.www.orders.test proof
txt _acme-challenge.www.plain.test "two words"
http www.plain.test /.well-known/acme-challenge/token keyauth
caa only.orders.test 128 issue "ca.test; validationmethods=dns-01"
cname alias.plain.test www.orders.test
tls-alpn www.orders.test 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
tls-alpn 10.203.3.80 ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
LINES
are_equal_everywhere
all_see "the unsigned zone's record" 'NOERROR "two words"' dns _acme-challenge.www.plain.test TXT
all_see "a CAA record below the apex" 'NOERROR 128 issue "ca.test; validationmethods=dns-01"' dns only.orders.test CAA
all_see "the page by IPv6" 'keyauth 200' page "http://www.orders.test$path" "$web6"
all_see "the page by TLS" 'keyauth 200' page "https://www.plain.test$path"
all_see "the page by TLS and IPv6" 'keyauth 200' page "https://www.plain.test$path" "$web6"
all_see "the page of an address" 'by-address 200' page "http://10.203.3.80$path"
all_see "the address of a name" "NOERROR $web4" dns www.orders.test A
all_see "the address of any name" "NOERROR fd00:203:3::80" dns nobody.plain.test AAAA
sees "an alias" "NOERROR www.orders.test." dns 3 alias.plain.test CNAME
for n in $primary $remotes $near; do
	on "perspective$n" kdig +time=12 +dnssec "@fd00:203::b:$n" _acme-challenge.www.orders.test TXT >"$state/secure" || :
	check "perspective$n validates with its resolver, by IPv6" grep -q 'Flags:.* ad' "$state/secure"
done

microseconds() { # for a connection
	on "perspective$1" curl -s --noproxy '*' -o "$state/page" -w '%{time_connect}\n' "http://$web4/" | tr -d .
}
shortest() { for _ in 1 2 3; do microseconds "$1"; done | sort -n | head -n 1; }
frankfurt=$(shortest 1) dublin=$(shortest 6) new_york=$(shortest 2) singapore=$(shortest 4)
check "the farther, the later ($frankfurt, $dublin, $new_york, $singapore us)" test "$frankfurt" -lt "$dublin" \
	-a "$dublin" -lt "$new_york" -a "$new_york" -lt "$singapore" -a "$new_york" -ge 080000

certificate() { # N ADDRESS SERVER-NAME: with the digest of the challenge, as openssl writes it
	on "perspective$1" timeout 10 openssl s_client -connect "$2:443" -servername "$3" -alpn acme-tls/1 </dev/null \
		2>/dev/null >"$state/handshake" || :
	openssl x509 -noout -text <"$state/handshake" >"$state/certificate" 2>/dev/null || :
}
for address in $web4 "$web6"; do
	certificate 2 "$address" www.orders.test
	check "acme-tls/1 is agreed on" grep -q 'ALPN protocol: acme-tls/1' "$state/handshake"
	check "acmeIdentifier is there, critical" grep -q '1.3.6.1.5.5.7.1.31: critical' "$state/certificate"
	check "the name is there" grep -q 'DNS:www.orders.test' "$state/certificate"
done
openssl x509 -in "$state/handshake" -outform DER | od -An -v -tx1 | tr -d ' \n' >"$state/der"
check "acmeIdentifier is the published one" grep -q 042000112233445566778899aabbccddeeff00112233445566778899aabbccddeeff \
	"$state/der"
certificate 1 $web4 80.3.203.10.in-addr.arpa
check "an address has its challenge by its reverse name" grep -q 'IP Address:10.203.3.80' "$state/certificate"
certificate 1 $web4 nobody.orders.test
check "a name without one gets no certificate" test ! -s "$state/certificate"

# Thousands at once, and away again.
seq 2000 | sed 's/.*/txt _acme-challenge.n&.orders.test value&/' >"$state/many"
begin=$SECONDS
lab publish --file "$state/many"
check "2000 records are published in $((SECONDS - begin)) s" test $((SECONDS - begin)) -lt 60
sees "the last of many" 'NOERROR "value2000"' dns 4 _acme-challenge.n2000.orders.test TXT
lab unpublish --file "$state/many"
gone() { [ "$(dns 4 _acme-challenge.n2000.orders.test TXT)" != 'NOERROR
"value2000"' ]; }
wait_until 10 "a record's time to live" gone

# Each fault: what the primary, a remote, and one in the primary's region see of it; and again without it.
url=http://www.orders.test$path
fault http-geo-block on
fault http-geo-block on # a second time does nothing
sees "geo-block spares the primary" 'keyauth 200' page $primary "$url"
sees "geo-block spares the region" 'keyauth 200' page $near "$url"
for n in $remotes; do
	sees "geo-block" 'not available in your region 403' page "$n" "$url"
done
sees "geo-block by IPv6" 'not available in your region 403' page 4 "$url" "$web6"
sees "geo-block by TLS" 'not available in your region 403' page 4 "https://www.orders.test$path"
sees "DNS is as ever" 'NOERROR "proof"' dns 4 _acme-challenge.www.orders.test TXT
check "it is listed as on" grep -q '^http-geo-block *location *on' <(lab fault list)
check "and in the status" grep -q 'faults on: http-geo-block' <(lab status)
fault http-geo-block off
are_equal_everywhere

fault http-firewall on
sees "the firewall spares the region" 'keyauth 200' page $near "$url"
page_seconds=2
sees "the firewall spares the primary" 'keyauth 200' page $primary "$url"
sees "the firewall drops" ' 000' page 3 "$url"
sees "the firewall drops IPv6" ' 000' page 5 "$url" "$web6"
check_status 28 on perspective3 curl -s --noproxy '*' --max-time 1 "http://$web4/"
page_seconds=20
fault http-firewall off

fault http-allow-list on
sees "the primary is on the list" 'keyauth 200' page $primary "$url"
sees "the primary is on the list, IPv6" 'keyauth 200' page $primary "$url" "$web6"
for n in $remotes $near; do
	check_status 7 on "perspective$n" curl -s --noproxy '*' --max-time 10 "http://$web4/"
done
fault http-allow-list off

fault http-user-agent on
sees "another agent" 'keyauth 200' page 3 "$url"
sees "the agent" 'no robots 403' page 3 "$url" $web4 -A 'Parallax/1.0 (DCV)'
sees "the agent from the primary" 'no robots 403' page $primary "$url" $web4 -A 'Parallax/1.0 (DCV)'
fault http-user-agent curl on
sees "the other agent" 'no robots 403' page $primary "$url"
fault http-user-agent off

fault http-redirect-differs on
sees "no redirect for the primary" 'keyauth 200' page $primary "$url"
sees "a redirect for a remote" "http://elsewhere.orders.test$path 302" page 5 "$url" \
	$web4 -o /dev/null -w '%{redirect_url} %{http_code}'
fault http-content-differs on
fault http-redirect-differs off
sees "the page for the primary" 'keyauth 200' page $primary "$url"
sees "another for a remote" 'another page 200' page 5 "$url"
fault http-content-differs off
are_equal_everywhere

txt=_acme-challenge.www
fault dns-split-horizon on
sees "the primary sees the record" 'NOERROR "proof"' dns $primary $txt.orders.test TXT
for n in 2 $near; do
	sees "a remote sees none" NOERROR dns "$n" $txt.orders.test TXT
	sees "nor in the unsigned zone" NOERROR dns "$n" $txt.plain.test TXT
	sees "but another address" "NOERROR 10.203.4.53" dns "$n" www.orders.test A
	sees "and the same CAA" 'NOERROR 0 issue "ca.test"' dns "$n" orders.test CAA
done
lab publish txt late.orders.test late
sees "the primary sees what is published now" 'NOERROR "late"' dns $primary late.orders.test TXT
sees "a remote does not" NOERROR dns 3 late.orders.test TXT
fault dns-split-horizon off
sees "now it does" 'NOERROR "late"' dns 3 late.orders.test TXT
are_equal_everywhere

fault caa-differs on
sees "the primary's CAA" 'NOERROR 0 issue "ca.test"' dns $primary orders.test CAA
sees "a remote's CAA" 'NOERROR 0 issue "other-ca.test"' dns 2 orders.test CAA
sees "a remote's CAA below" 'NOERROR 0 issue "other-ca.test"' dns $near only.orders.test CAA
sees "the record is the same" 'NOERROR "proof"' dns 2 $txt.orders.test TXT
fault caa-differs off
are_equal_everywhere

fault dns-removed-early on
sees "the first look" 'NOERROR "proof"' dns $primary $txt.orders.test TXT
sees "the second" NXDOMAIN dns 2 $txt.orders.test TXT
sees "the third" NXDOMAIN dns 5 $txt.orders.test TXT
sees "the first at another name" 'NOERROR "two words"' dns 5 $txt.plain.test TXT
sees "the second there" NXDOMAIN dns $primary $txt.plain.test TXT
sees "addresses stay" "NOERROR $web4" dns 2 www.orders.test A
fault dns-removed-early off
are_equal_everywhere

fault dns-unreachable-remotes on
sees "the primary reaches the name server" 'NOERROR "proof"' dns $primary $txt.orders.test TXT
does_not_answer() { # N NAME TYPE
	local got dns_seconds=4
	got=$(dns "$@")
	[ "$got" = SERVFAIL ] || [ -z "$got" ]
}
check "a remote does not" does_not_answer 2 $txt.orders.test TXT
check "one in the region neither" does_not_answer $near $txt.plain.test TXT
fault dns-unreachable-remotes off
are_equal_everywhere

fault dns-refuses-caa on
for n in $primary 3; do
	sees "CAA is refused" SERVFAIL dns "$n" orders.test CAA
	sees "TXT is not" 'NOERROR "proof"' dns "$n" $txt.orders.test TXT
done
check "the name server says REFUSED" grep -q 'status: REFUSED' <(on perspective2 kdig @10.203.2.53 orders.test CAA)
check "by TCP and IPv6 too" grep -q 'status: REFUSED' <(on perspective2 kdig +tcp @fd00:203:2::53 orders.test CAA)
fault dns-refuses-caa off
are_equal_everywhere

# The attacker has a page and, in the unsigned zone, a record of his own. Nobody sees them before a hijack.
lab publish --attacker http www.orders.test $path stolen
lab publish --attacker txt $txt.plain.test stolen
lab publish --attacker tls-alpn www.orders.test ee112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
check_status 1 lab publish --attacker txt $txt.orders.test stolen 2>/dev/null
are_equal_everywhere
is_hijacked() { # N
	sees "perspective$1 sees the attacker's page" 'stolen 200' page "$1" "$url"
	sees "and by IPv6" 'stolen 200' page "$1" "$url" "$web6"
	sees "and the attacker's record" 'NOERROR "stolen"' dns "$1" $txt.plain.test TXT
	sees "but the signed zone as it is" 'NOERROR "proof"' dns "$1" $txt.orders.test TXT
}
is_not_hijacked() { # N
	sees "perspective$1 sees the customer's page" 'keyauth 200' page "$1" "$url"
	sees "and the customer's record" 'NOERROR "two words"' dns "$1" $txt.plain.test TXT
}
fault hijack-one on
is_hijacked 2
for n in $primary 3 4 5 $near; do is_not_hijacked "$n"; done
certificate 2 $web4 www.orders.test
openssl x509 -in "$state/handshake" -outform DER | od -An -v -tx1 | tr -d ' \n' >"$state/der"
check "tls-alpn-01 is the attacker's" grep -q 0420ee112233 "$state/der"
fault hijack-one off
is_not_hijacked 2
fault hijack-one jnb-1 on
is_hijacked 5
is_not_hijacked 2
fault hijack-one off
fault hijack-two on
is_hijacked 2
is_hijacked 3
for n in $primary 4 5 $near; do is_not_hijacked "$n"; done
fault hijack-primary on
fault hijack-two off
is_hijacked $primary
for n in $remotes $near; do is_not_hijacked "$n"; done
fault hijack-primary off
are_equal_everywhere

fault perspective-down sin-1 on
check_status 28 on perspective4 curl -s --noproxy '*' --max-time 1 "http://$web4/"
check "its resolver is cut off too" does_not_answer 4 www.orders.test A
sees "another is not" 'keyauth 200' page 3 "$url"
fault perspective-down perspective4 off
lab exec sin-1 -- true
are_equal_everywhere

# Several at once, and wrong words.
fault caa-differs on
fault http-content-differs on
fault hijack-one on
sees "the hijack comes first" 'stolen 200' page 2 "$url"
sees "content differs" 'another page 200' page 3 "$url"
sees "CAA differs" 'NOERROR 0 issue "other-ca.test"' dns 3 orders.test CAA
sees "the primary sees it right" 'keyauth 200' page $primary "$url"
for name in caa-differs http-content-differs hijack-one; do fault $name off; done
are_equal_everywhere
lab unpublish txt $txt.orders.test
lab unpublish http www.orders.test $path
sees "nothing is left of the record" NXDOMAIN dns 2 $txt.orders.test TXT
sees "nor of the page" ' 404' page 2 "$url" $web4 -o /dev/null
lab unpublish all
sees "nor of the other" 'NOERROR 0 issue "ca.test"' dns 2 orders.test CAA
wrong() { # COMMAND…: status 1 and one line
	check_status 1 "$@" 2>"$state/err"
	check "one line: $(cat "$state/err")" test "$(wc -l <"$state/err")" = 1
}
wrong lab publish txt www.elsewhere.example x
wrong lab publish tls-alpn www.orders.test 00
wrong lab publish http www.orders.test /../../etc/x y
wrong lab publish mx www.orders.test y
wrong lab fault perspective-down on
wrong lab fault perspective-down mars-1 on
wrong lab fault http-firewall sin-1 on
lab status >/dev/null || fail "not all runs any more: $(lab status)"
echo "six perspectives see the same, and each location fault where it must be seen"
