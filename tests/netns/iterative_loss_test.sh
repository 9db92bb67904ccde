#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Iterative sweeps of a small Internet that loses packets, and of one where one of two servers of each zone is silent: what
# another try would have had is not lost. NAMES, LOSS (percent of the queries) for measurements.
. "$(dirname "$0")/_internet.sh"

names=${NAMES:-4000}
loss=${LOSS:-2}

lose() { # PERCENT
	on internet nft add table ip loss
	on internet nft add chain ip loss input '{ type filter hook input priority 0; }'
	on internet nft add rule ip loss input udp dport 53 numgen random mod 100 '<' "$1" drop
}
silence() { # ADDRESS…: the host is there, and says nothing
	local address
	on internet nft add table ip silence
	on internet nft add chain ip silence input '{ type filter hook input priority 0; }'
	for address in "$@"; do on internet nft add rule ip silence input ip daddr "$address" udp dport 53 drop; done
}
failures() { # look-ups that a dataplane that knows nothing could not answer
	local set
	start_recursor
	for set in unsigned signed; do
		sweep --resolution iterative --caa --input "$zones/names.$set" --output "$state/lines.$set" 2>/dev/null || :
	done
	kill "$dataplane_pid" && wait "$dataplane_pid" 2>/dev/null || :
	awk '/"status":"(TIMEOUT|LAME|SERVFAIL|TRUNCATED|LIMIT|LOOP|MALFORMED)"/ {sum++} END {print sum + 0}' \
		"$state/lines.unsigned" "$state/lines.signed"
}

setup_internet "$names"
check "without loss no name fails" test "$(failures)" = 0
lose "$loss"
lost=$(failures)
check "of $names names with $loss % loss one in a thousand fails, not $lost" test "$lost" -le $((names / 1000))
on internet nft delete table ip loss
silence 10.204.0.21 10.204.1.{2,4,6,8}
silent=$(failures)
check "of $names names with a silent server one in a hundred fails, not $silent" test "$silent" -le $((names / 100))
echo "$names names: $lost failed with $loss % of the queries lost, $silent with one of two servers silent"
