# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced after _internet.sh by what looks hostile names up (attacks.tsv).
#
#   attack_names keytrap 1 500       look-ups 1 to 500 of that attack, one name a line
#   attack_outcome keytrap           what they must end as
#   measure_lookups COUNT COMMAND…   runs a sweep of so many names to $state/lines; prints what each of them cost:
#     queries by UDP, octets to and from the servers, signatures checked, us of CPU of the validators and of all other
#     threads; and the seconds that all together took

attack_list() { grep -v '^#' "$netns_dir/attacks.tsv" | cut -f1; }
attack_names() { # ATTACK FIRST LAST
	awk -F'\t' -v attack="$1" -v first="$2" -v last="$3" '$1 == attack {
		for (n = first; n <= last; n++) { name = $2; gsub(/N/, n, name); print name }}' "$netns_dir/attacks.tsv"
}
attack_outcome() { awk -F'\t' -v attack="$1" '$1 == attack {print $3}' "$netns_dir/attacks.tsv"; }

octets_exchanged() { # by the servers' port
	on internet cat /sys/class/net/eth0/statistics/{rx,tx}_bytes | awk '{sum += $1} END {printf "%.0f\n", sum}'
}
threads_cpu_us() { # of the dataplane: us of CPU of the validators, and of all others
	local task validators=0 others=0 on_cpu_ns
	for task in "/proc/$dataplane_pid"/task/*; do
		read -r on_cpu_ns _ <"$task/schedstat"
		if [[ $(<"$task/comm") == plx-validate* ]]; then
			validators=$((validators + on_cpu_ns / 1000))
		else
			others=$((others + on_cpu_ns / 1000))
		fi
	done
	echo "$validators $others"
}
lookup_costs() { # a row of counts that only grow
	echo "$(packets_received) $(octets_exchanged) $(counter signatures_checked) $(threads_cpu_us) $(date +%s.%N)"
}
measure_lookups() { # COUNT COMMAND…
	local count=$1 before
	shift
	before=$(lookup_costs)
	"$@" >/dev/null 2>"$state/sweep.err" || :
	echo "$before $(lookup_costs)" | awk -v n="$count" '{
		for (i = 1; i <= 5; i++) printf "%.1f ", ($(i + 6) - $i) / n
		printf "%.2f\n", $12 - $6}'
}
