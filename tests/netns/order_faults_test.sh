#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Faults around a perspective, by the numbers of the list of fault cases: 43-47 web servers that deceive (judged by what
# was captured on the wire), 48 the resolver dies, 50 the control daemon dies, 51 the dataplane dies or hangs, 52 the disk
# of the audit log is full, 56 perspectives are cut off, 57 a slow one, 58 wrong certificates, and new ones under load.
. "$(dirname "$0")/_orders.sh"

small_disk=$(mktemp -d /tmp/plx-audit.XXXXXX)
mount -t tmpfs -o size=4m,mode=777 tmpfs "$small_disk"
trap 'status=$?; set +e; umount -l "$small_disk"; rmdir "$small_disk"; (exit $status); finish' EXIT
audit_log=$small_disk/audit.db
setup_orders --set limits.check_timeout=10s --set audit_log="$audit_log"
lab publish a page.plain.test 10.203.4.53
victim=nyc-1 host=perspective2 resolver=local2 url=https://10.203.0.202:8443
victim_socket=$daemons/$victim/control.sock
faults() { "$netns_dir/http_faults.py" "$@"; }
ask() { # FILE: its checks, of the victim
	on perspective1 "$netns_dir/check_client.py" "$daemons" "$url" <"$1"
}
caa_checks() { # COUNT PREFIX
	local now
	now=$(date -u +%FT%TZ)
	seq "$1" | sed "s/.*/{\"check\":\"caa\",\"identifier\":{\"type\":\"dns\",\"value\":\"$2-&.plain.test\"},\"issuer_domains\":[\"ca.test\"],\"profile\":\"tls\",\"time\":\"$now\"}/"
}
outcomes() { # FILE KEY: each value once, in order
	field "$1" "$2" | sort -u | tr '\n' ' '
}
not() { ! "$@"; }
works() { # the victim answers a new question
	next_serial
	caa_checks 1 "works$serial" >"$state/one"
	ask "$state/one" >"$state/one.answer" && [ "$(outcomes "$state/one.answer" outcome)" = "permit " ]
}
check "the victim works" works

echo "cases 43 to 47: web servers"
faults table >"$state/table"
faults publish 10.203.4.53 fd00:203:4::53 >"$state/publish"
cat >>"$state/publish" <<'LINES'
a inside.plain.test 10.9.9.9
aaaa inside.plain.test fd12::1
a old.plain.test 10.203.4.54
aaaa old.plain.test fd00:203:4::54
LINES
lab publish --file "$state/publish"
ip -n "${prefix}elsewhere" address add 10.203.4.54/24 dev eth0
ip -n "${prefix}elsewhere" address add fd00:203:4::54/64 dev eth0 nodad
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=nobody -keyout "$state/web.key" \
	-out "$state/web.pem" 2>/dev/null
background on elsewhere "$root_dir/tests/support/hostile_web.py" "$state/table" 10.203.4.53:80 '[fd00:203:4::53]:80' --tls \
	"$state/web.pem" "$state/web.key" 10.203.4.53:443 '[fd00:203:4::53]:443' 10.203.4.54:443=TLSv1_1 \
	'[fd00:203:4::54]:443=TLSv1_1' >"$state/web.log" 2>&1
wait_until 10 "the hostile web server" grep -q ready "$state/web.log"
background on "$host" tcpdump -nn -l -i any 'tcp and not port 8443' >"$state/capture.text" 2>"$state/tcpdump.log"
tcpdump_pid=$!
wait_until 10 "tcpdump" grep -q 'listening on' "$state/tcpdump.log"
memory_kb() { awk '/^VmRSS/ {print $2}' "/proc/$(pid_of "parallaxd-$victim")/status"; }
faults checks 43 45 46 47 - >"$state/checks"
ask "$state/checks" >"$state/answers" || fail "the channel broke: $(cat "$state/answers")"
vectors=$(faults judge "$state/answers" 43 45 46 47 -) || fail "a web server deceived us"
# Again, all at once and more of them, for the memory: 256 KiB for each that is held.
before=$(memory_kb)
for _ in {1..8}; do faults checks 46; done >"$state/checks"
ask "$state/checks" >"$state/answers" || fail "the channel broke: $(cat "$state/answers")"
grown=$(($(memory_kb) - before))
check "$(lines_in "$state/checks") endless answers take $grown KiB" test $grown -lt $((256 * $(lines_in "$state/checks")))
# 44: the name leads inside once the first request was made.
faults checks 44 >"$state/checks"
background ask "$state/checks" >"$state/answers"
ask_pid=$!
wait_until 10 "the first request" grep -q '^rebind ' "$state/web.log"
lab unpublish a rebind.plain.test
lab unpublish aaaa rebind.plain.test
printf '%s\n' 'a rebind.plain.test 10.9.9.9' 'aaaa rebind.plain.test fd12::1' | lab publish --file -
wait $ask_pid || fail "the channel broke"
faults judge "$state/answers" 44 >"$state/judged" || fail "the name was bound anew, and we followed"
kill "$tcpdump_pid"
wait "$tcpdump_pid" 2>/dev/null || :
connections=$(faults addresses "$state/capture.text" 10.203.3.0/24 10.203.4.0/24 fd00:203:3::/64 fd00:203:4::/64) ||
	fail "connections were tried where none may be"
check "the channel is as it was" works

echo "case 48: the resolver dies"
resolver_pid=$(pid_of $resolver)
caa_checks 40 dead >"$state/checks"
kill -9 "$resolver_pid"
ask "$state/checks" >"$state/answers" || fail "the channel broke"
check "without a resolver there is no permission: $(outcomes "$state/answers" outcome)" \
	test "$(outcomes "$state/answers" outcome)" = "error "
background on $resolver unbound -d -p -c "$state/lab/$resolver/unbound.conf" 2>"$state/unbound.log"
begin=$SECONDS
wait_until 20 "the look-ups to go on" works
check "they go on within 5 s of the resolver ($((SECONDS - begin)) s)" test $((SECONDS - begin)) -le 7

# What is asked now waits for the name server for as long as it may.
in_flight() { # COUNT PREFIX: in the background, its pid in ask_pid
	caa_checks "$1" "$2" >"$state/checks"
	background ask "$state/checks" >"$state/answers" 2>"$state/ask.log"
	ask_pid=$!
	# A resolver that takes a server for dead answers some at once: most are enough.
	wait_until 10 "look-ups in flight" looks_up $(($1 / 2))
}
looks_up() { [ "$("$netns_dir/dataplane_rpc.py" "$victim_socket" status.get {} dataplane.lookups_in_flight)" -ge "$1" ]; }
lab fault dns-unreachable-remotes on

echo "case 50: the control daemon dies"
dataplane_pid_before=$(pid_of dataplane-$victim)
in_flight 30 control-dies
kill -9 "$(pid_of parallaxd-$victim)"
check_status 3 wait $ask_pid
sent() { socket=$daemons/$victim/dataplane.sock rpc counters.get {} total.queries_sent; }
quiet_looks=0 last_sent=
is_quiet() { # nothing was sent between twenty looks
	local now
	now=$(sent)
	[ "$now" = "$last_sent" ] || quiet_looks=0
	last_sent=$now quiet_looks=$((quiet_looks + 1))
	[ $quiet_looks -gt 20 ]
}
wait_until 20 "the dataplane to stop what nobody waits for" is_quiet
lab daemons restart parallaxd-$victim
check "the dataplane lived on" test "$(pid_of dataplane-$victim)" = "$dataplane_pid_before"

echo "case 51: the dataplane dies, then hangs"
is_detached() { [ "$("$netns_dir/dataplane_rpc.py" "$victim_socket" status.get {} dataplane.attached)" = False ]; }
for signal in KILL STOP; do
	in_flight 30 "dataplane-$signal"
	kill -$signal "$(pid_of dataplane-$victim)"
	begin=$(date +%s%3N)
	if [ $signal = KILL ]; then
		wait_until 10 "parallaxd to notice" is_detached
		took=$(($(date +%s%3N) - begin))
		check "that is noticed within a second or so ($took ms)" test $took -le 2000
	fi
	# What was asked may be asked again of a dataplane that comes back, until its deadline; none does.
	wait $ask_pid || fail "the channel broke"
	check "all that was in flight is an error: $(outcomes "$state/answers" outcome)" \
		test "$(outcomes "$state/answers" outcome)" = "error "
	took=$(($(date +%s%3N) - begin))
	check "nobody waits longer than for a look-up and its grace ($took ms)" test $took -le 11000
	check "and the failure is our own" not grep -qv 'in our own infrastructure' "$state/answers"
	[ $signal = KILL ] || kill -CONT "$(pid_of dataplane-$victim)"
	[ $signal = STOP ] || lab daemons restart dataplane-$victim
	lab fault dns-unreachable-remotes off
	wait_until 15 "the look-ups to go on" works
	lab fault dns-unreachable-remotes on
done
lab fault dns-unreachable-remotes off

echo "case 57: a slow perspective"
tested() { primary_rpc perspectives.test "{\"name\":\"$victim\"}" "$1"; } # PATH
kill -STOP "$(pid_of parallaxd-$victim)"
begin=$SECONDS
check "it does not corroborate" test "$(tested cause)" = timeout
check "its deadline holds ($((SECONDS - begin)) s)" test $((SECONDS - begin)) -le 12
kill -CONT "$(pid_of parallaxd-$victim)"
is_asked() { [ "$(tested cause)" = answered ]; }
wait_until 40 "the slow one to be asked again" is_asked

echo "case 58: certificates"
reload() { "$netns_dir/dataplane_rpc.py" "$daemons/$1/control.sock" config.reload >"$state/reload"; } # NAME
is_refused() { [ "$(tested cause)" = refused-identity ]; }
refuses() { # WHAT OPTIONS of daemons certificate…
	lab daemons certificate $victim "${@:2}"
	reload $victim
	reload fra-1 # which leaves its connections behind; those that stand have proven what they are
	wait_until 40 "$1 to be refused" is_refused
}
refuses "an expired certificate" --start 20200101000000Z --end 20200201000000Z
refuses "one that is not valid yet" --start 20400101000000Z --end 20400201000000Z
refuses "another perspective's name" --uri 'parallax://perspective/gru-1?rir=LACNIC'
refuses "another region" --uri "parallax://perspective/$victim?rir=LACNIC"
refuses "a primary's name" --uri "parallax://primary/$victim"
lab daemons certificate $victim
reload $victim
wait_until 40 "the right certificate to be taken" is_asked
# The other way round: who is no primary is not answered.
cp "$daemons/fra-1/tls.pem" "$daemons/fra-1/tls.key" "$state"
lab daemons certificate fra-1 --start 20200101000000Z --end 20200201000000Z
caa_checks 1 expired-primary >"$state/one"
check "an expired primary is not answered" not ask "$state/one" 2>"$state/refused"
lab daemons certificate fra-1 --uri parallax://primary/somebody
check "an unknown primary is not answered" not ask "$state/one" 2>"$state/refused"
check "it hears why: $(cat "$state/refused")" grep -q 'status 403' "$state/refused"
lab daemons certificate fra-1
# New ones at both ends while orders are on their way: none misses an answer. Neither side waits for the other, so
# each goes on until both have done enough, however slow one of them is.
: >"$state/rotations"
rotate() {
	until [ -e "$state/rotated-enough" ]; do
		lab daemons certificate $victim
		lab daemons certificate fra-1
		reload $victim
		reload fra-1
		echo >>"$state/rotations"
	done
}
background rotate
rotate_pid=$!
placed=0
while kill -0 $rotate_pid 2>/dev/null; do
	next_serial
	publish dns-01
	place_order rotation dns-01
	expect rotation decision=issue dcv=5/5 caa=5/5
	placed=$((placed + 1))
	if [ $placed -ge 3 ] && [ "$(wc -l <"$state/rotations")" -ge 8 ]; then
		touch "$state/rotated-enough"
		break
	fi
done
wait $rotate_pid || fail "the certificates could not be changed"
check "orders were placed meanwhile" test $placed -ge 3

echo "case 56: perspectives are cut off"
next_serial
publish dns-01
lab fault perspective-down nyc-1 on
place_order one-down dns-01
expect one-down decision=issue dcv=4/5 caa=4/5
lab fault perspective-down gru-1 on
place_order two-down dns-01
expect two-down decision=refuse dcv=3/5 caa=3/5 primary=pass
lab fault perspective-down off
is_whole() {
	next_serial
	publish dns-01
	place_order whole dns-01
	client expect "$state/whole" decision=issue dcv=5/5 caa=5/5
}
wait_until 60 "all to be asked again" is_whole

echo "case 52: the disk of the audit log is full"
head -c 8M /dev/zero >"$small_disk/filler" 2>/dev/null || :
refused=0
for _ in {1..20}; do
	next_serial
	client order "s$serial" dns-01 >"$state/order.json"
	status=$(call /v1/orders -o "$state/full" -w '%{http_code}' -H 'Content-Type: application/json' \
		--data-binary "@$state/order.json")
	[ "$status" = 503 ] && refused=$((refused + 1))
done
check "orders are refused: $(cat "$state/full")" test $refused -ge 15
check "the reason is told" grep -q '"detail"' "$state/full"
check "it is not ready" not all_are_up
rm "$small_disk/filler"
wait_until 10 "orders to be taken again, without a restart" is_whole
audit_verifies
echo "$vectors web servers with $connections connections, all where they may be; 48, 50-52, 56-58; $(cat "$state/audit-judged")"
