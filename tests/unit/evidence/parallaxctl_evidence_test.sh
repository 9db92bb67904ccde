#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# parallaxctl explain and replay of files, without any daemon: what is printed, and the exit statuses.
# Usage: parallaxctl_evidence_test.sh PARALLAXCTL FOLDER_OF_RECORDED_EVIDENCE
set -eu
ctl=$1
recorded=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
	echo "parallaxctl_evidence_test: $*" >&2
	exit 1
}

# Runs parallaxctl with the other words; its output is in $work/out.
expect() {
	wanted=$1
	shift
	status=0
	"$ctl" "$@" >"$work/out" 2>"$work/err" || status=$?
	[ "$status" -eq "$wanted" ] || fail "$* ended with $status instead of $wanted: $(cat "$work/out" "$work/err")"
}

for name in signed unsigned bogus mended failed; do
	expect 0 explain --evidence "$recorded/$name.json"
	cmp "$work/out" "$recorded/$name.txt" || fail "explain of $name is another text"
	expect 0 replay "$recorded/$name.json"
	grep -q '^agrees: ' "$work/out" || fail "replay of $name does not say that it agrees"
	expect 0 explain --evidence "$recorded/$name.json" --json
	cmp "$work/out" "$recorded/$name.json" || fail "the evidence of $name is another when it is printed"
	expect 0 explain --evidence="$recorded/$name.json" --output "$work/$name.json"
	cmp "$work/$name.json" "$recorded/$name.json" || fail "the evidence of $name is another when it is kept"
	[ ! -e "$work/$name.json.new" ] || fail "a draft was left"
done

expect 0 replay - <"$recorded/signed.json"
expect 0 --json replay "$recorded/signed.json"
grep -q '"verdict":"agrees".*"differences":\[\]' "$work/out" || fail "the JSON of replay is another"

sed 's/"dnssec":"secure"/"dnssec":"insecure"/g' "$recorded/signed.json" >"$work/changed.json"
expect 1 replay "$work/changed.json"
grep -q '^step 7: the proof is secure (none), recorded is insecure (none)$' "$work/out" || fail "the proof is not told"
grep -q '^result: "dnssec" is not what the messages say$' "$work/out" || fail "the result is not told"
grep -q '^differs: ' "$work/out" || fail "the verdict is not told"
expect 1 --json replay "$work/changed.json"

echo '{}' >"$work/empty.json"
expect 2 replay "$work/empty.json"
expect 2 replay "$work/missing.json"
expect 2 explain --evidence "$work/empty.json"
expect 2 explain --evidence "$recorded/signed.json" --output "$work/no/such/folder"
expect 1 replay
expect 1 explain --evidence "$recorded/signed.json" www.example.test
expect 1 explain --evidence
expect 3 --socket "$work/no.sock" explain www.example.test CAA
