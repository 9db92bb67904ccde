#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# An off-path attacker sends a million forged answers while look-ups wait: none is accepted, no look-up is lost, the
# alarm is raised and TCP is used. The attacker knows the server, the port range and the question.
. "$(dirname "$0")/_setup.sh"

forged=${FORGED:-1000000}
setup_lab --names 40000
lab names >"$state/names"
lab expect >"$state/expect"
gcc -std=gnu17 -O2 -D_GNU_SOURCE -o "$state/spoofer" "$root_dir/tests/support/spoofer.c"
mac=$(on probe cat /sys/class/net/eth0/address)
lab netem "delay 60ms" --host auth # so that look-ups wait
start_dataplane --interface eth0 --upstream 10.203.0.53:53
rate_for() { echo $(($1 / 12)); } # the attack lasts 12 s
attack() { # MODE COUNT
	on web "$state/spoofer" --interface eth0 --from 10.203.0.53 --to 10.203.0.10 --to-mac "$mac" \
		--name c1.shop001.example --first-port 16384 --last-port 32767 --mode "$1" --count "$2" \
		--rate "$(rate_for "$2")" >"$state/attack.$1"
}
background sweep --quiet --caa --rate 4000 --input "$state/names" --output "$state/out.jsonl"
sweep_pid=$!
wait_until 10 "look-ups to be under way" eval 'test "$(counter lookups_in_flight)" -gt 0'
for mode in blind wrong-case wrong-question; do
	background attack $mode $((forged / 3 + 1))
done
wait $sweep_pid || [ $? = 2 ] || fail "the sweep broke off"
cat "$state"/attack.* >"$state/sent" 2>/dev/null || :
wait_until 60 "the attack to end" eval 'test "$(cat "$state"/attack.* | wc -l)" = 3'
sent=$(sed 's/sent=//' "$state"/attack.* | paste -sd+ | bc)
unwanted=$(counter packets_by_reason.no_transaction)
alarms=$(counter spoof_alarms)
tcp=$(counter tcp_answers)
echo "forged $sent, arrived as unwanted $unwanted, alarms $alarms, answers by TCP $tcp"
compare "$state/expect" "$state/out.jsonl"
check "a million were sent" test "$sent" -ge "$forged"
check "most of them arrived" test "$unwanted" -ge $((sent / 2))
check "the alarm was raised" test "$alarms" -ge 1
check "TCP was used" test "$tcp" -ge 1
check "nothing forged was accepted" test "$(grep -c evil "$state/out.jsonl" || :)" = 0
echo "$sent forged answers: none accepted, $(lines_in "$state/out.jsonl") look-ups right, $alarms alarms, $tcp answers by TCP"
