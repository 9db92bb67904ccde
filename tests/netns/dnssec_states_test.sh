#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Every DNSSEC state that a name can be in, by case: what is expected and what is found. The signed names, 1 % of them
# bogus by five kinds of faults (all must be found, and nothing else be bogus), and odd zones, a few of each.
# NAMES: how many names the zones have, half of them signed (default 2000; 200000 for 100,000 signed ones).
. "$(dirname "$0")/_internet.sh"

# As many at the same time as the servers' sockets hold: a lost packet would be a failure of the lab.
compare_set() { # SET EXPECTED
	echo
	echo "$1"
	sweep --resolution iterative --caa --window 500 --input "$zones/names.$1" --output "$state/lines.$1" >/dev/null 2>&1 || :
	check "$1 names are in the states that the zones put them in" compare "$2" "$state/lines.$1"
}

setup_internet "${NAMES:-2000}"
start_recursor
compare_set signed "$zones/expect.signed"
summary=$(compare "$zones/expect.signed" "$state/lines.signed" | grep '^bogus: ')
compare_set special "$zones/expect.special"
stop_dataplane

# The one state that a switch changes: whether a denial by too many iterations may be taken for an unsigned zone's.
start_recursor --nsec3-iterations-insecure true
sed '/"kind": "nsec3-500"/s/"indeterminate"/"insecure"/' "$zones/expect.special" >"$state/expect.insecure"
check "the switch is of some names" test "$(diff "$zones/expect.special" "$state/expect.insecure" | grep -c '^>')" -ge 5
echo
echo "with --nsec3-iterations-insecure:"
compare_set special "$state/expect.insecure"
echo
echo "$summary; all states are as the zones say"
