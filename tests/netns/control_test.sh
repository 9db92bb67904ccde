#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The control socket against a working dataplane: every command of parallaxctl, for people and as JSON, with its exit
# status; captures that change no result and that parallax-pcap bears out; upstreams that go during a sweep; who may do
# what; an orderly end.
. "$(dirname "$0")/_setup.sh"

setup_lab --names 5000
lab names caa >"$state/names"
lab expect caa >"$state/expect"
mapfile -t servers < <(upstreams auth --plain)
check "the lab has two authoritative servers" test ${#servers[@]} -ge 2
server=${servers[0]%:53}
group=games # of Debian's base system; the daemon and nobody are not in it

refused() { # STATUS PATTERN COMMAND…: that exit status, nothing but one line on stderr, which matches
	local got=0 status=$1 pattern=$2
	shift 2
	"$@" >"$state/out" 2>"$state/err" || got=$?
	check "exit status $status, not $got, of $*: $(cat "$state/err")" test $got = "$status"
	check "one line on stderr of $*: $(cat "$state/err")" test "$(wc -l <"$state/err")" = 1
	check "/$pattern/ in what $* says: $(cat "$state/err")" grep -qE -e "$pattern" "$state/err"
}
json() { # EXPRESSION COMMAND…: the one line that --json prints is JSON for which the expression (on `it`) holds
	local expression=$1
	shift
	ctl --json "$@" >"$state/out" || fail "exit status $? of parallaxctl --json $*"
	python3 -c '
import json, sys
lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
it = json.loads(lines[0])
sys.exit(0 if len(lines) == 1 and eval(sys.argv[2]) else f"{sys.argv[2]} is not so of {lines}")' "$state/out" "$expression" ||
		fail "parallaxctl --json $*"
}
shows() { # PATTERN COMMAND…: exit status 0, nothing on stderr, and a line that matches
	local pattern=$1
	shift
	ctl "$@" >"$state/out" 2>"$state/err" || fail "exit status $? of parallaxctl $*: $(cat "$state/err")"
	check "nothing on stderr of parallaxctl $*" test ! -s "$state/err"
	check "/$pattern/ in what parallaxctl $* shows: $(cat "$state/out")" grep -qE -e "$pattern" "$state/out"
}
start_sweep() { # OUTPUT FLAGS…: the program itself, so that $sweep_pid is its own; `sweep_ended` waits for it
	rm -f "$1"
	background env "$(program parallax-sweep)" --socket "$socket" --quiet --caa --input "$state/names" --output "$@" \
		2>>"$state/sweep.log"
	sweep_pid=$!
}
sweep_is_whole() { # OUTPUT
	wait $sweep_pid || fail "the sweep to $1 ended with $?"
	compare "$state/expect" "$1" >"$state/compare.log" || fail "$1: $(tail -n 1 "$state/compare.log")"
}

test_without_daemon() {
	local command
	for command in status workers "upstreams list" "upstreams add 192.0.2.1" "upstreams drain 192.0.2.1" "upstreams remove 192.0.2.1" \
		"lookup a.test CAA" "caa a.test" counters clients poll-mode "poll-mode on" "capture start a" "capture stop" \
		"capture status" "cache flush" drain describe "watch --count 2"; do
		# shellcheck disable=SC2086
		refused 3 "$socket: .*; is the daemon running" ctl $command
		# shellcheck disable=SC2086
		refused 3 "$socket: " ctl --json $command
	done
}

test_wrong_commands() {
	refused 1 "no command is given" ctl
	refused 1 '"statsu"' ctl statsu
	refused 1 "upstreams list, upstreams add" ctl upstreams
	refused 1 "no flag --frobnicate" ctl status --frobnicate
	refused 1 '"now" is one word too many' ctl status now
	refused 1 "NAME is missing" ctl lookup
	refused 1 "TYPE is missing" ctl lookup a.test
	refused 1 'timeout_ms: "soon" is not a number' ctl caa a.test --timeout-ms soon
	refused 1 "timeout_ms" ctl caa a.test --timeout-ms 0
	refused 1 "attempts" ctl caa a.test --attempts 1000
	refused 1 "attempts: a value must follow|--attempts: a value" ctl caa a.test --attempts
	refused 1 "--socket: a path must follow" ctl caa a.test --socket
	refused 1 "--socket: a path must follow" ctl status --socket=
	refused 1 'name: "a.\\255" is not UTF-8 text' ctl caa $'a.\xff'
	refused 2 "the answer cannot be written" eval 'ctl describe >/dev/full'
	refused 1 '"NOTATYPE" is not a record type' ctl lookup a.test NOTATYPE
	refused 1 "ANY is a question" ctl lookup a.test ANY
	refused 1 '"magic" is no resolution; write stub or iterative' ctl lookup a.test A --resolution magic
	refused 1 "ask with resolution iterative" ctl caa a.test --no-cache
	refused 1 "only stub look-ups can be asked by TCP" ctl caa a.test --resolution iterative --tcp
	refused 1 "caa: " ctl caa bad..name
	refused 1 'poll-mode: .*"maybe"|enabled: "maybe" is not on or off' ctl poll-mode maybe
	refused 1 'poll-mode: "on" is one word too many|poll-mode: "off" is one word too many' ctl poll-mode on off
	refused 1 "192.0.2.300" ctl upstreams add 192.0.2.300
	refused 1 '"0.0.0.0" cannot be a server' ctl upstreams add 0.0.0.0
	refused 1 '"ff02::1" cannot be a server' ctl upstreams add ff02::1,trusted
	refused 1 "frob" ctl upstreams add 192.0.2.7,frob
	refused 1 "is an upstream already" ctl upstreams add "$server"
	refused 1 "is no upstream" ctl upstreams remove 192.0.2.7
	refused 1 "is no upstream" ctl upstreams drain 192.0.2.7
	refused 1 "not a server" ctl upstreams drain nowhere
	refused 1 "file name" ctl capture start ../x
	refused 1 "file name" ctl capture start .hidden
	refused 1 "is not an address" ctl capture start a.pcap --server nowhere
	refused 1 "size_mb" ctl capture start a.pcap --size-mb 0
	refused 1 "no capture is running" ctl capture stop
	refused 1 "watch takes only --count" ctl watch --count 0
	refused 1 "watch takes only --count" ctl watch --seconds 2
	# With --json the error is also there to be parsed.
	refused 1 "is no upstream" ctl --json upstreams remove 192.0.2.7
	check "the error as JSON" python3 -c 'import json, sys
error = json.load(open(sys.argv[1]))["error"]
assert error["code"] and error["message"], error' "$state/out"
}

test_reading() {
	shows '^state +running' status
	json 'it["state"] == "running" and it["port"]["mode"] == "shared" and it["pid"] > 1' status
	shows 'WORKER' workers
	json 'len(it["workers"]) == 1 and it["workers"][0]["worker"] == 0' workers
	shows "SERVER.*HEALTH" upstreams list
	shows "packets_received +[0-9]" ports
	json "[u['server'] for u in it['upstreams']][0].startswith('$server')" upstreams list
	shows 'queries_sent' counters
	json 'it["total"]["queries_sent"] >= 0 and len(it["workers"]) == 1' counters
	shows '.' clients
	json 'isinstance(it["clients"], list)' clients
	shows 'lookup.run' describe
	json '{"status.get", "capture.start", "drain.start"} <= {m["name"] for m in it["methods"]}' describe
	shows '^state +off' capture status
	json 'it["state"] == "off" and it["file"] is None' capture status
	shows 'queries' watch --count 2
	check "watch drew twice" test "$(grep -c '^parallax-dataplane ' "$state/out")" = 2
	ctl --json watch --count=2 >"$state/out"
	check "watch as JSON is two lines" python3 -c 'import json, sys
lines = [json.loads(text) for text in open(sys.argv[1])]
assert len(lines) == 2 and all(l["status"]["state"] == "running" and l["upstreams"] for l in lines), lines' "$state/out"
}

test_capture_dir() { # the daemon was started when it could not write there
	check "the start warns of the folder" grep -q 'capture_dir_unusable.*capture_dir=.*account=nobody' "$state/dataplane.log"
	refused 1 "no file can be made in $state/capture" ctl capture start a.pcap
	chmod 1777 "$state/capture"
}

test_lookups() {
	shows 'found at chain4.special.test' caa chain4.special.test
	json 'it["status"] == "NOERROR" and it["records"][0]["value"] == "ca.test" and len(it["aliases"]) == 4' caa chain4.special.test
	shows '192.0.2.80' lookup chain4.special.test A
	json 'it["records"][0]["data"] == "192.0.2.80" and it["type"] == "A"' lookup chain4.special.test A --timeout-ms 3000 --attempts=2
	# The CAA search of a wildcard begins without its star; the CAA set that the wildcard has itself is not its own.
	local wild
	wild=$(sed -n 's/^w[0-9]*\.\(wild\..*\)/\1/p' "$state/names" | sed 1q)
	json 'it["records"][0]["value"] == "wild-ca.test"' lookup "*.$wild" CAA
	json "it['name'] == '*.$wild' and it['found_at'] != '*.$wild' and 'wild-ca.test' not in str(it['records'])" caa "*.$wild"
	json 'it["transport"] == "tcp" and len(it["records"]) == 1001' caa big.special.test
	json 'it["transport"] == "tcp" and it["queries"] == 1' lookup chain4.special.test CAA --tcp
	json 'it["status"] == "NXDOMAIN"' lookup no-such-name.special.test A
	check_status 2 ctl lookup loop-a.special.test A >"$state/out"
	check_status 2 ctl --json lookup loop-a.special.test A >"$state/out"
	check "a failure is told" grep -q '"LOOP"' "$state/out"
}

cpu_ticks() { awk '{print $14 + $15}' "/proc/$dataplane_pid/stat"; }
cpu_percent() { # of a core, over two seconds
	local before
	before=$(cpu_ticks)
	read -rt 2 <> <(:) || : # the window that is measured
	echo $((($(cpu_ticks) - before) * 100 / $(getconf CLK_TCK) / 2))
}
test_poll_mode() {
	local idle polling again
	shows 'off|false|no' poll-mode
	json 'it["enabled"] is False' poll-mode
	idle=$(cpu_percent)
	shows '.' poll-mode on
	json 'it["enabled"] is True' poll-mode
	json 'it["workers"][0]["polling"] is True' workers
	polling=$(cpu_percent)
	json 'it["enabled"] is False' poll-mode off
	again=$(cpu_percent)
	echo "poll mode: $idle % of a core before, $polling % while on, $again % after"
	check "the dataplane sleeps before" test "$idle" -le 5
	# A core unless others want it: measured while other cases may share the machine.
	check "polling takes a core" test "$polling" -ge 40
	check "the dataplane sleeps afterwards" test "$again" -le 5
}

replay() { # FILE FLAGS…: of compare_capture.py
	check "tcpdump reads $1" eval "tcpdump -nr $state/capture/$1 >$state/tcpdump.log 2>&1"
	"$(program parallax-pcap)" "$state/capture/$1" >"$state/replay.jsonl" 2>"$state/replay.err" ||
		fail "parallax-pcap ended with $?: $(cat "$state/replay.err")"
	check "tcpdump sees as many packets as were captured" test "$(grep -c ' > ' "$state/tcpdump.log")" = "$(lines_in "$state/replay.jsonl")"
	"$netns_dir/compare_capture.py" "$state/replay.jsonl" "${@:2}" || fail "the replay of $1 differs from the sweep"
}
test_captures() {
	shows 'running' capture start name.pcap --name special.test
	refused 1 "a capture is running already" ctl capture start other.pcap
	start_sweep "$state/name.jsonl"
	sweep_is_whole "$state/name.jsonl"
	json 'it["state"] == "off" and it["dropped"] == 0 and it["captured"] > 0 and it["end_reason"] == "stopped"' capture stop
	replay name.pcap "$state/name.jsonl" --below special.test --tcp big.special.test

	json 'it["state"] == "running"' capture start all.pcap --name .
	start_sweep "$state/all.jsonl"
	sweep_is_whole "$state/all.jsonl"
	json 'it["dropped"] == 0' capture stop
	replay all.pcap "$state/all.jsonl" --below . --tcp big.special.test

	json 'it["state"] == "running"' capture start server.pcap --server "$server"
	start_sweep "$state/server.jsonl"
	sweep_is_whole "$state/server.jsonl"
	shows 'end_reason +stopped' capture stop
	json 'it["dropped"] == 0' capture status
	replay server.pcap "$state/server.jsonl" --server "$server"
	refused 1 "exists already" ctl capture start server.pcap

	# Captures that come and go under load.
	local round=0
	start_sweep "$state/rounds.jsonl" --rate 1500
	while kill -0 $sweep_pid 2>/dev/null; do
		round=$((round + 1))
		json 'it["state"] == "running"' capture start round$round.pcap
		json 'it["state"] == "off" and it["end_reason"] == "stopped" and it["dropped"] == 0' capture stop
		check "capture $round is whole" eval "tcpdump -nr $state/capture/round$round.pcap >$state/tcpdump.log 2>&1"
	done
	check "captures came and went" test $round -ge 3
	sweep_is_whole "$state/rounds.jsonl"

	# What does not fit ends the capture, not the sweep.
	json 'it["limit_bytes"] == 1 << 20' capture start small.pcap --size-mb 1
	start_sweep "$state/small.jsonl"
	sweep_is_whole "$state/small.jsonl"
	wait_until 10 "the full capture to end" json 'it["state"] == "off"' capture status
	json 'it["end_reason"] == "size limit" and it["bytes"] <= 1 << 20' capture status
	check "the file keeps its limit" test "$(stat -c %s "$state/capture/small.pcap")" -le $((1 << 20))
	check "and ends with a whole packet" eval "tcpdump -nr $state/capture/small.pcap >$state/tcpdump.log 2>&1"
}

test_upstream_changes() {
	local other=${servers[1]%:53} third=10.203.0.99
	json 'it["index"] >= 0' upstreams add "$third,rate=10" # nobody is there
	json "any(u['server'].startswith('$third') and u['rate'] == 10 for u in it['upstreams'])" upstreams list
	shows '.' upstreams remove "$third"
	start_sweep "$state/remove.jsonl" --rate 1500
	wait_until 30 "a fifth of the lines" has_lines "$state/remove.jsonl" 1000
	json 'it["index"] >= 0' upstreams remove "$other"
	json "not any(u['server'].startswith('$other:') or u['server'] == '$other' for u in it['upstreams'])" upstreams list
	wait_until 30 "two fifths of the lines" has_lines "$state/remove.jsonl" 2000
	json 'it["index"] >= 0' upstreams add "$other"
	json 'it["index"] >= 0' upstreams drain "$server"
	json "[u['draining'] for u in it['upstreams'] if u['server'].startswith('$server')] == [True]" upstreams list
	wait_until 30 "three fifths of the lines" has_lines "$state/remove.jsonl" 3000
	check "the sweep still ran when servers came and went" kill -0 $sweep_pid
	shows '.' upstreams drain "$server" --off
	json "[u['draining'] for u in it['upstreams'] if u['server'].startswith('$server')] == [False]" upstreams list
	shows 'parallax-sweep|bulk' clients
	sweep_is_whole "$state/remove.jsonl"
}

as() { # UID GROUPS COMMAND…: as an account that is neither root nor the daemon's
	setpriv --reuid "$1" --regid "$1" --groups "$2" -- "$(program parallaxctl)" --socket "$socket" "${@:3}"
}
test_permissions() {
	local gid member=61001 stranger=61002 command
	gid=$(getent group "$group" | cut -d: -f3)
	check "the socket is for its group only" test "$(stat -c '%a %G' "$socket")" = "660 $group"
	check "a member looks up" as $member "$gid" caa chain4.special.test >"$state/out"
	check "a member reads" as $member "$gid" status >"$state/out"
	check "a member with it as its main group reads" setpriv --reuid $member --regid "$gid" --clear-groups -- \
		"$(program parallaxctl)" --socket "$socket" workers >"$state/out"
	check "a member may sweep" setpriv --reuid $member --regid $member --groups "$gid" -- "$(program parallax-sweep)" \
		--socket "$socket" --quiet --caa --input - --output - <<<chain4.special.test >"$state/out"
	for command in "upstreams add 192.0.2.9" "upstreams remove $server" "upstreams drain $server" "poll-mode on" \
		"capture start member.pcap" "capture stop" "cache flush" drain; do
		# shellcheck disable=SC2086
		refused 1 'needs the permission' as $member "$gid" $command
	done
	json 'it["state"] == "running" and it["poll_mode"] is False and it["capture"] is False' status
	json "any(u['server'].startswith('$server') and not u['draining'] for u in it['upstreams'])" upstreams list
	refused 3 "member of socket_group" as $stranger $stranger status
	refused 3 "member of socket_group" as $stranger $stranger caa chain4.special.test
	refused 3 "member of socket_group" as $stranger $stranger watch --count 1
	# Who gets past the file's mode is refused by the daemon, and watch does not wait for that to change.
	for command in status "watch --count 1"; do
		# shellcheck disable=SC2086
		refused 1 "members of socket_group may connect" setpriv --reuid $stranger --regid $stranger --clear-groups \
			--inh-caps=+dac_override --ambient-caps=+dac_override -- "$(program parallaxctl)" --socket "$socket" $command
	done
	check "the daemon's own account may change" setpriv --reuid nobody --regid nogroup --clear-groups -- \
		"$(program parallaxctl)" --socket "$socket" poll-mode off >"$state/out"
}

dataplane_ended() { ! kill -0 "$dataplane_pid"; }
test_drain() {
	json 'it["state"] == "running"' capture start drain.pcap
	start_sweep "$state/drain.jsonl" --rate 2000
	wait_until 30 "a fifth of the lines" has_lines "$state/drain.jsonl" 1000
	json 'it["state"] == "draining"' drain
	wait_until 20 "the drained dataplane to end" dataplane_ended
	wait "$dataplane_pid" || fail "the drained dataplane ended with $?"
	check "it ended with nothing under way" grep -q 'drained.*lookups_given_up=0' "$state/dataplane.log"
	check "the capture's file is complete" eval "tcpdump -nr $state/capture/drain.pcap >$state/tcpdump.log 2>&1"
	check "the capture has packets" test "$(grep -c ' > ' "$state/tcpdump.log")" -gt 1000
	check "the sweep waits for another dataplane" kill -0 $sweep_pid
	check "before its end" test "$(lines_in "$state/drain.jsonl")" -lt 5000
	start
	sweep_is_whole "$state/drain.jsonl"

	# Nobody comes back in time: the sweep says so in a line, and goes on from there when it is told to.
	start_sweep "$state/told.jsonl" --rate 2000 --reconnect-timeout 1s --checkpoint "$state/told.check"
	wait_until 30 "a fifth of the lines" has_lines "$state/told.jsonl" 1000
	shows 'draining' drain
	wait "$dataplane_pid" || fail "the drained dataplane ended with $?"
	dataplane_pid=
	check_status 3 wait $sweep_pid
	check "the sweep says so" grep -q 'the dataplane did not come back' "$state/sweep.log"
	check "in one line: $(cat "$state/sweep.log")" test "$(lines_in "$state/sweep.log")" = 1
	start
	background env "$(program parallax-sweep)" --socket "$socket" --quiet --caa --input "$state/names" \
		--output "$state/told.jsonl" --checkpoint "$state/told.check" --resume
	sweep_pid=$!
	sweep_is_whole "$state/told.jsonl"
}

start() { # shellcheck disable=SC2046
	start_dataplane --interface eth0 --socket-group "$group" $(upstreams auth)
}
test_without_daemon
chmod 755 "$state/capture"
start
for part in wrong_commands reading capture_dir lookups poll_mode captures upstream_changes permissions drain; do
	begin=$SECONDS
	test_$part
	echo "$part: $((SECONDS - begin)) s"
done
