#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The table of CAA verdicts from the zone to the answer: every vector that DNS can show is a name in the lab, is looked up
# by the primary's dataplane and ordered; the verdict is the table's at the primary and at all five remotes.
. "$(dirname "$0")/_orders.sh"

folder=$(mktemp -d /tmp/plx-netns-vectors.XXXXXX)
vectors() { "$netns_dir/caa_vectors.py" "$@"; }
vectors zone >"$folder/vectors.test.zone"
lab_options+=(--zone "$folder/vectors.test.zone")
setup_orders
rm -r "$folder"

vectors names >"$state/names"
socket=$daemons/fra-1/dataplane.sock
cut -d' ' -f1 "$state/names" >"$state/input"
sweep --quiet --caa --input "$state/input" --output "$state/sweep.jsonl" || [ $? = 2 ] # some are to fail
python3 - "$state/names" "$state/sweep.jsonl" <<'PYTHON' || fail "a relevant CAA set was not found where it is"
import json, sys
wanted = dict(line.split() for line in open(sys.argv[1], encoding="utf-8"))
found = {line["name"]: line for line in map(json.loads, open(sys.argv[2], encoding="utf-8"))}
wrong = [f"{name}: {found[name]['status']}, found at {found[name]['found_at']}, not {place}"
         for name, place in wanted.items() if (found[name]["found_at"] or "-") != place]
sys.exit("\n".join(wrong) or 0)
PYTHON

vectors orders >"$state/orders"
call /v1/orders -H 'Content-Type: application/x-ndjson' --data-binary "@$state/orders" >"$state/answers" ||
	fail "the orders got no answer: curl status $?"
check "each order is answered" test "$(lines_in "$state/answers")" = "$(lines_in "$state/orders")"
vectors judge "$state/answers" >"$state/judged" || fail "verdicts are not as in the table"
audit_verifies
echo "$(cat "$state/judged"), each from six perspectives; $(lines_in "$state/names") by a look-up of their own as well"
