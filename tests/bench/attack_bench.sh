#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What hostile names (attacks.tsv) cost, and what the ordinary ones lose that are looked up beside them.
#
# usage: attack_bench.sh [--attacks "ATTACK..."] [--set unsigned|signed] [--rounds N] [--seconds S] [--rate N]
#                        [--limit PERCENT] [--names N] [--keep FOLDER]
# First each attack by itself: what a look-up of it costs, beside an ordinary one. Then windows of S seconds in which
# ordinary names are looked up from an empty memory, as fast as they are answered (closed loop, SWEEP_WINDOW of them at
# the same time, default 256), in turns alone and beside N look-ups a second of an attack: alone, beside the first,
# alone, beside the second ... in each round, and alone at the end. What is lost is told against the two windows alone
# around it; what windows alone differ by in the same way is the noise, and printed below.
# BUILD_DIR: where parallax was built (default: build). SERVER_CORES, SUBJECT_CORES: lists for taskset (default 0 and 1).
# VALIDATORS: validator threads (default 1). --keep: zones are made once (of --names N, default 200000) and kept there.
# Exit status 2 when the median loss beside an attack is above --limit (default 10), or an ordinary name was not what the
# zones say. Needs root and two cores.
begin=$SECONDS
names=200000 rate=50 rounds=3 seconds=2 set=unsigned attacks='' limit=10 keep=''
while [ $# -gt 0 ]; do
	case $1 in
	--names) names=$2; shift 2 ;;
	--rate) rate=$2; shift 2 ;;
	--rounds) rounds=$2; shift 2 ;;
	--seconds) seconds=$2; shift 2 ;;
	--set) set=$2; shift 2 ;;
	--attacks) attacks=$2; shift 2 ;;
	--limit) limit=$2; shift 2 ;;
	--keep) keep=$2; shift 2 ;;
	--help) sed -n '3,17s/^# \{0,1\}//p' "$0"; exit 0 ;;
	*) echo "attack_bench: $1: unknown option; see --help" >&2; exit 1 ;;
	esac
done
export SERVER_CORES=${SERVER_CORES:-0} SUBJECT_CORES=${SUBJECT_CORES:-1}
zones=$keep
. "$(dirname "$0")/../netns/_internet.sh"
. "$netns_dir/_attacks.sh"
show_state() { :; } # what went wrong is in the rows
attacks=${attacks:-$(attack_list)}
for attack in $attacks; do
	[ -n "$(attack_outcome "$attack")" ] || fail "--attacks: there is no $attack; there are: $(attack_list | tr '\n' ' ')"
done
report=$root_dir/tests/bench/attack_report.py
attack_look_ups=20
on_subject() { ip netns exec "${prefix}probe" taskset -c "$subject_cores" "$@"; }
iterate() { on_subject "$(program parallax-sweep)" --socket "$socket" --resolution iterative "$@"; }
ordinary() { # FILE: what is looked up in the closed loop
	iterate --caa --input "$1" --output "$state/lines" --window "${SWEEP_WINDOW:-256}" --summary "$state/summary"
}
forget() { # a flush would keep which signatures were valid
	[ -z "$dataplane_pid" ] || stop_dataplane
	start_recursor --iterative-cache-mb 512
}

hostile_pid=
begin_attack() { # ATTACK, at the steady rate
	local before
	[ -f "$state/hostile.$1" ] || attack_names "$1" 1 $((rate * 100)) >"$state/hostile.$1"
	before=$(counter iterative_lookups)
	background ip netns exec "${prefix}probe" taskset -c "$subject_cores" "$(program parallax-sweep)" --socket "$socket" \
		--resolution iterative --type CAA --rate "$rate" --input "$state/hostile.$1" --output "$state/hostile.lines" \
		>"$state/hostile.log" 2>&1
	hostile_pid=$!
	has_begun() { [ "$(counter iterative_lookups)" -ge $((before + rate / 2)) ]; }
	wait_until 20 "hostile look-ups to begin" has_begun
}
end_attack() { # what is under way is dropped with its client
	kill -KILL "$hostile_pid"
	wait "$hostile_pid" 2>/dev/null || :
}
not_right() { # how many of the window's lines
	local right
	compare "$state/expect" "$state/lines" >"$state/comparison" || grep -v '^statuses' "$state/comparison" | tail -n 12 >&2
	right=$(sed -n 's/^expected .*: right \([0-9]*\),.*/\1/p' "$state/comparison")
	echo $(($(lines_in "$state/ordinary") - ${right:-0}))
}
datagrams_dropped() { # by the servers' sockets, which were full
	on internet awk '/^Udp:/ && $2 ~ /^[0-9]/ {print $6}' /proc/net/snmp
}
window() { # ATTACK|-: one row in $state/windows
	local started busy dropped
	forget
	[ "$1" = - ] || begin_attack "$1"
	started=$(counter iterative_lookups) dropped=$(datagrams_dropped) busy=$("$root_dir/tests/bench/iteration_report.py" busy "$server_cores")
	ordinary "$state/ordinary" >/dev/null 2>&1 || :
	busy=$(($("$root_dir/tests/bench/iteration_report.py" busy "$server_cores") - busy)) dropped=$(($(datagrams_dropped) - dropped))
	started=$(($(counter iterative_lookups) - started - $(lines_in "$state/ordinary")))
	[ "$1" = - ] || end_attack
	echo "$1 $(field "$state/summary" names_per_s) $(field "$state/summary" seconds) $started $busy $dropped $(not_right)" \
		>>"$state/windows"
}

setup_internet "$names"
printf 'machine: %s, %s cores, Linux %s; servers on core %s, subject with its clients on core %s\n' \
	"$(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo)" "$(nproc)" "$(uname -r)" "$server_cores" "$subject_cores"

head -n 10000 "$zones/names.$set" >"$state/few"
forget
ordinary "$state/few" >/dev/null 2>&1 || : # how many a window holds
count=$(awk -v rate="$(field "$state/summary" names_per_s)" -v s="$seconds" 'BEGIN {print int(rate * s)}')
head -n "$count" "$zones/names.$set" >"$state/ordinary"
head -n "$count" "$zones/expect.$set" >"$state/expect"
head -n 1000 "$zones/names.$set" >"$state/few"
printf 'zones ready and first look-ups done after %s s\n\n' $((SECONDS - begin))

forget
printf '%-18s %s\n' "ordinary-$set" "$(measure_lookups 1000 ordinary "$state/few")" >"$state/costs"
for attack in $attacks; do
	attack_names "$attack" 1 $attack_look_ups >"$state/few"
	printf '%-18s %s\n' "$attack" "$(measure_lookups $attack_look_ups iterate --type CAA --input "$state/few" \
		--output "$state/lines")" >>"$state/costs"
done
"$report" costs "$state/costs" "$attack_look_ups"

printf '\n%s %s names in a window; %s look-ups of an attack a second; %s rounds\n' "$(lines_in "$state/ordinary")" "$set" "$rate" "$rounds"
for _ in $(seq "$rounds"); do
	for attack in $attacks; do
		window -
		window "$attack"
	done
done
window -
status=0
"$report" losses "$state/windows" "$state/costs" "$limit" || status=$?
printf 'all of it took %s s\n' $((SECONDS - begin))
exit $status
