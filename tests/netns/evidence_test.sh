#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Evidence of look-ups in a small Internet: signed, unsigned and odd names, bogus ones, names of servers that
# are down. Each is explained, kept, and agrees when it is judged again; one that was changed does not.
. "$(dirname "$0")/_internet.sh"

setup_internet 400
start_recursor

# NAME WORD…: kept as $state/NAME.json and judged again.
evidence() {
	local name=$1
	shift
	local status=0 expected=2
	ctl explain "$name" "$@" --output "$state/$name.json" >"$state/tree" || status=$?
	! grep -qE '^result: (NOERROR|NXDOMAIN),' "$state/tree" || expected=0
	check "explain $name ends with $expected, not $status: $(cat "$state/tree")" test $status = $expected
	ctl replay "$state/$name.json" >"$state/replayed" ||
		fail "$name does not agree: $(cat "$state/replayed" "$state/tree")"
}
tree_has() { # PATTERN
	check "/$1/ in: $(cat "$state/tree")" grep -qE -e "$1" "$state/tree"
}

# Names with the state that each must have.
expected() { # SET NUMBER
	python3 -c 'import itertools, json, sys
for line in itertools.islice(open(sys.argv[1]), int(sys.argv[2])):
    it = json.loads(line)
    print(it["name"], it["dnssec"])' "$zones/expect.$1" "$2"
}
for set in signed unsigned insecure special; do
	count=0
	while read -r name dnssec; do
		evidence "$name" CAA --climb --no-cache
		# Odd zones may fail in more than one way.
		[ $set = special ] || tree_has "^result: [A-Z]+,.* $dnssec, [0-9]+ queries"
		[ $set = special ] || tree_has "proof: .* $dnssec"
		evidence "$name" TXT --no-cache
		count=$((count + 1))
	done < <(expected $set 40)
	check "there are names of $set" test "$count" -gt 1
done

read -r signed _ < <(expected signed 50 | grep ' secure$')
evidence "$signed" CAA --no-cache
tree_has '^result: NOERROR, secure'
for verdict in NOERROR secure; do
	sed "s/\"$verdict\"/\"other\"/" "$state/$signed.json" >"$state/changed.json"
	check_status 1 ctl replay "$state/changed.json" >"$state/replayed" || fail "changed evidence agrees"
done
ctl --json explain "$signed" CAA --no-cache >"$state/printed.json"
ctl replay "$state/printed.json" >"$state/replayed" || fail "printed evidence does not agree: $(cat "$state/replayed")"

# A device is written as it is: with root's rights a rename would put a file in its place.
ln -s /dev/full "$state/device"
status=0
ctl explain "$signed" CAA --output "$state/device" >"$state/tree" 2>"$state/err" || status=$?
check "a full device is told: $(cat "$state/err")" grep -q 'device: No space left on device' "$state/err"
check "with status 2, not $status" test $status = 2
check "and is in its place" test -L "$state/device"

# Hostile names: what a limit ended ends there again.
while IFS=$'\t' read -r _ name _; do
	evidence "${name//N/7}" CAA --no-cache
	tree_has '^result: [A-Z]+'
done < <(grep -v '^#' "$netns_dir/attacks.tsv")

# Servers that are down: the failure is in evidence, and the state of the zone.
kill "$nsd_leaf_pid" && wait "$nsd_leaf_pid" 2>/dev/null || :
for name in "$signed" "$(head -n 1 "$zones/names.unsigned")"; do
	evidence "$name" CAA --climb --no-cache
	tree_has 'no answer'
	tree_has '^result: (TIMEOUT|BOGUS), '
done
stop_dataplane
