#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Iterative sweeps of a small Internet, with and without memory: every line is what the zones say, and every DNSSEC state:
# planted faults of all kinds are found, and nothing else is bogus. What the dataplane remembers of them takes little memory.
. "$(dirname "$0")/_internet.sh"

lines_of() { sweep --resolution iterative --caa --input "$zones/names.$1" --output "$state/lines.$1" "${@:2}"; }

setup_internet 2000

# The zones are what they are said to be: another resolver finds the same.
start_resolver
for set in unsigned signed; do
	on probe "$netns_dir/reference_sweep.py" --server 127.0.0.1 --validating caa <"$zones/names.$set" >"$state/reference"
	check "unbound finds in $set names what is expected" compare "$zones/expect.$set" "$state/reference" >/dev/null
done
stop_resolver

start_recursor
for flag in "" --no-cache; do
	for set in unsigned insecure signed special; do
		# shellcheck disable=SC2086 # no flag is no argument
		lines_of $set $flag >/dev/null 2>&1 || :
		check "$set names ${flag:-with memory} are what the zones say" compare "$zones/expect.$set" "$state/lines.$set"
	done
done
memory=$(peak_memory_kb "$dataplane_pid")
check "the dataplane takes under 200 MB ($memory KiB)" test "$memory" -lt $((200 * 1000 * 1000 / 1024))
echo "$(cat "$zones"/names.* | wc -l) names, twice: as the zones say; the dataplane took $memory KiB at most"
