#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The DNS fault cases 1-36, each against a fresh dataplane: what must come right comes right, everything else ends as a
# named failure, nothing forged or partial is used, nothing says "no CAA", and nothing asks without end.
# FAULTS: only these numbers or names ("5 9 tcp-reset").
. "$(dirname "$0")/_setup.sh"

setup_lab --names 4000
lab names >"$state/all"
lab expect >"$state/all.expect"
# Names whose own CAA answers, so that "no CAA" is always false for them.
grep -m 400 -E '^c[0-9]+\.' "$state/all" >"$state/names"
python3 -c '
import json, sys
wanted = set(open(sys.argv[1], encoding="utf-8").read().split())
sys.stdout.writelines(t for t in open(sys.argv[2], encoding="utf-8") if json.loads(t)["name"] in wanted)' \
	"$state/names" "$state/all.expect" >"$state/expect"
bad=0 done=0
wanted() { # FULL-NAME
	local pattern
	[ -n "${FAULTS:-}" ] || return 0
	for pattern in $FAULTS; do
		[ "$1" = "$pattern" ] || [ "${1#*-}" = "$pattern" ] || [ "${1%%-*}" = "$(printf %02d "$pattern" 2>/dev/null)" ] && return 0
	done
	return 1
}
verdict() { # FULL-NAME STATUS TEXT
	done=$((done + 1))
	if [ "$2" = 0 ]; then echo "ok   $1: $3"; else bad=$((bad + 1)); echo "FAIL $1: $3"; fi
}
run_sweep() { # NAMES-FILE FLAGS…: into out.jsonl; failures are judged from the lines
	sweep --quiet --caa --input "$1" --output "$state/out.jsonl" "${@:2}" 2>"$state/sweep.log" || [ $? = 2 ]
}
statuses() { field "$state/out.jsonl" status | sort | uniq -c | tr -s '\n ' ' '; }

# Network faults: each function returns 0 when all is as it must be, and prints one line.
all_right() { compare "$state/expect" "$state/out.jsonl" --allow-failures "${1:-0}" | tail -n 1; }
none_right() { # STATUS: every line failed that way
	statuses
	[ "$(field "$state/out.jsonl" status | sort -u)" = "$1" ] && [ "$(lines_in "$state/out.jsonl")" = 400 ] &&
		! grep -q '"found_at"' "$state/out.jsonl"
}
case_01() { run_sweep "$state/names" && all_right; }
case_02() {
	local begin=$SECONDS
	run_sweep "$state/names" && none_right TIMEOUT && [ $((SECONDS - begin)) -le 11 ] && most_queries 12
}
most_queries() { [ "$(field "$state/out.jsonl" queries | sort -n | tail -n 1)" -le "$1" ]; }
# A climb of four levels takes four round trips of 2 s, and the first ones are spent on learning how far the servers are.
case_03() { run_sweep "$state/names" --timeout 20s && all_right && most_queries 12; }
case_04() { run_sweep "$state/names" && none_right TIMEOUT; }
case_05() { run_sweep "$state/names" && all_right 2.5; }
case_06() {
	background run_sweep "$state/names" --timeout 60s
	local sweep_pid=$! begin
	wait_until 20 "time-outs" eval 'test "$(counter query_timeouts)" -gt 10'
	lab fault 6 off
	begin=$SECONDS
	wait $sweep_pid && all_right && echo "healed in $((SECONDS - begin)) s" && [ $((SECONDS - begin)) -le 6 ]
}
case_07() { run_sweep "$state/names" && all_right; }
case_08() { run_sweep "$state/names" && all_right && [ "$(counter packets_by_reason.late)" -ge 400 ]; }
case_28() { run_sweep "$state/names" --rate 100 && all_right; }
case_29() {
	seq 200 | sed 's/.*/big.special.test/' >"$state/big"
	run_sweep "$state/big" && [ "$(field "$state/out.jsonl" status | sort | uniq -c | tr -d ' ')" = 200NOERROR ]
}

while read -r fault _; do
	wanted "$fault" || continue
	# shellcheck disable=SC2046
	start_dataplane --interface eth0 $(upstreams auth)
	lab fault "$fault" on
	result=0
	text=$("case_${fault%%-*}" 2>&1 </dev/null | tail -n 2 | tr '\n' ' '; exit "${PIPESTATUS[0]}") || result=$?
	lab fault "$fault" off
	stop_dataplane
	verdict "$fault" $result "$text"
done < <(lab fault list | grep ' network ')

while read -r fault; do
	wanted "$fault" || continue
	# shellcheck disable=SC2046
	start_dataplane --interface eth0 $(upstreams "fault:$fault")
	seq -f "n%g.${fault#*-}.fault.test" 0 35 >"$state/fault-names"
	run_sweep "$state/fault-names" || :
	result=0
	text=$("$netns_dir/fault_expectations.py" judge "$fault" "$state/fault-names" "$state/out.jsonl" 2>&1) || result=$?
	stop_dataplane
	verdict "$fault" $result "${text#"$fault": }"
done < <("$netns_dir/fault_expectations.py" list)

if wanted 17-lame; then
	# A lame server beside a good one costs nothing but time.
	# shellcheck disable=SC2046
	start_dataplane --interface eth0 $(upstreams fault:lame) $(upstreams fault)
	seq -f 'n%g.anything.example' 0 35 >"$state/fault-names"
	run_sweep "$state/fault-names" || :
	result=0
	[ "$(grep -c right.test "$state/out.jsonl")" = 36 ] || result=1
	stop_dataplane
	verdict "17-lame beside a good server" $result "$(statuses)"
fi
check "faults were tried" test $done -gt 0
[ $bad = 0 ] || fail "$bad of $done fault cases are not as they must be"
echo "$done fault cases as they must be"
