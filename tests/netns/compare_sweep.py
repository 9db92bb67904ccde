#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Compares every line of a sweep's jsonl output with what the lab's zones say: none missing, none twice, none wrong.

compare_sweep.py EXPECTED.jsonl SWEEP.jsonl [--allow-failures PERCENT]
EXPECTED comes from `parallax-lab expect` or lab_zones.py, which also says the DNSSEC state, and what failure
is right: then a table tells of each kind of name what was expected and what was found, and a line how many of the planted
bogus names were found, and how many others were called bogus. With --allow-failures, lines that say that a look-up failed (TIMEOUT, SERVFAIL ...) are counted apart and may be
that many; a wrong answer never passes, nor does bogus where none was planted. Exit status 0: equal; 1: not.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict

DEFINITIVE = ("NOERROR", "NXDOMAIN")
SHOWN_MAX = 10  # differences printed in full


def record_key(record: dict) -> tuple:
    """What must be equal of a record. The TTL may have been counted down by a resolver's cache."""
    if record["type"] == "CAA":
        return ("CAA", record["flags"], record["tag"], record["value"])
    if record["type"] == "TXT":
        return ("TXT", *record["strings"])
    return (record["type"], record["data"].rstrip(".").lower())


def plain_name(name: str) -> str:
    return name.rstrip(".").lower()


def state_of(line: dict) -> str:
    return f"{line['status']} {line.get('dnssec')}"


def difference(expected: dict, line: dict) -> str | None:
    """The first thing that differs, or None."""
    for key in ("type", "status") + (("dnssec",) if "dnssec" in expected else ()):
        if line.get(key) != expected[key]:
            return f"{key} is {line.get(key)}, not {expected[key]}"
    if "found_at" in expected:
        found = line.get("found_at", "absent")
        if (plain_name(found) if isinstance(found, str) else found) != expected["found_at"]:
            return f"found_at is {found}, not {expected['found_at']}"
    if [plain_name(alias) for alias in line.get("aliases", [])] != expected["aliases"]:
        return f"aliases are {line.get('aliases')}, not {expected['aliases']}"
    records = line["records"]
    if Counter(map(record_key, records)) != Counter(map(record_key, expected["records"])):
        return f"records are {str(records)[:300]}, not {str(expected['records'])[:300]}"
    if records and any(plain_name(record["name"]) != expected["records"][0]["name"] for record in records):
        return f"owner is {records[0]['name']}, not {expected['records'][0]['name']}"
    if any(record["ttl"] > expected["records"][0]["ttl"] for record in records):
        return f"TTL is {max(record['ttl'] for record in records)}, more than {expected['records'][0]['ttl']}"
    return None


class Comparison:
    def __init__(self, expected_path: str):
        self.waiting = {}
        with open(expected_path, encoding="utf-8") as lines:
            for text in lines:
                name = json.loads(text)["name"]
                if name in self.waiting:
                    sys.exit(f"{expected_path}: {name} is there twice")
                self.waiting[name] = text
        self.total = len(self.waiting)
        self.done = set()
        self.statuses = Counter()
        self.counts = Counter()
        self.kinds = defaultdict(Counter)  # what the names are and should become, and what became of them
        self.bogus = Counter()  # names by (is planted, is found)

    def note(self, kind: str, text: str):
        self.counts[kind] += 1
        if self.counts[kind] <= SHOWN_MAX:
            print(f"{kind}: {text}")

    def take(self, number: int, text: str):
        try:
            line = json.loads(text)
        except ValueError as error:
            self.note("unreadable", f"line {number}: {error}: {text[:200]!r}")
            return
        name = plain_name(line["name"])
        self.statuses[line["status"]] += 1
        if name not in self.waiting:
            self.note("twice" if name in self.done else "uncalled-for", f"line {number}: {name}")
            return
        expected = json.loads(self.waiting.pop(name))
        self.done.add(name)
        if "kind" in expected:
            self.kinds[expected["kind"], state_of(expected)][state_of(line)] += 1
        if "dnssec" in expected:
            self.bogus[expected["dnssec"] == "bogus", line.get("dnssec") == "bogus"] += 1
        if line["status"] not in DEFINITIVE:
            if "found_at" in line or line["records"]:
                self.note("wrong", f"{name}: a failure ({line['status']}) must not tell records or found_at")
            if line["status"] != "BOGUS" and expected["status"] in DEFINITIVE:
                self.note("failed", f"{name}: {line['status']}: {line.get('error')}")
                return
        reason = difference(expected, line)
        if reason:
            self.note("wrong", f"{name}: {reason}")

    def finish(self, failures_allowed_percent: float) -> bool:
        for name in list(self.waiting)[:SHOWN_MAX]:
            print(f"missing: {name}")
        if self.kinds:
            print(f"{'case':<26} {'names':>7}  {'expected':<22}  found")
        for (kind, expected), outcomes in sorted(self.kinds.items()):
            found = ", ".join(f"{outcome}: {count}" for outcome, count in outcomes.most_common() if outcome != expected)
            print(f"{kind:<26} {outcomes.total():>7}  {expected:<22}  {'the same' if not found else 'NOT SO: ' + found}")
        if self.bogus:
            planted, others = (sum(self.bogus[is_planted, found] for found in (False, True)) for is_planted in (True, False))
            print(f"bogus: found {self.bogus[True, True]} of {planted} planted, "
                  f"false positives {self.bogus[False, True]} of {others} others")
        missing = len(self.waiting)
        right = self.total - missing - self.counts["failed"] - self.counts["wrong"]
        print("statuses: " + ", ".join(f"{status} {count}" for status, count in self.statuses.most_common()))
        print(f"expected {self.total}: right {right}, wrong {self.counts['wrong']}, failed {self.counts['failed']}, "
              f"missing {missing}, twice {self.counts['twice']}, uncalled-for {self.counts['uncalled-for']}, "
              f"unreadable {self.counts['unreadable']}")
        bad = missing + sum(self.counts[kind] for kind in ("wrong", "twice", "uncalled-for", "unreadable"))
        return bad == 0 and self.counts["failed"] <= self.total * failures_allowed_percent / 100


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("expected")
    parser.add_argument("sweep")
    parser.add_argument("--allow-failures", type=float, default=0.0, metavar="PERCENT")
    options = parser.parse_args()
    comparison = Comparison(options.expected)
    if comparison.total == 0:
        sys.exit(f"{options.expected}: nothing expected, so nothing can be compared")
    with open(options.sweep, encoding="utf-8") as lines:
        for number, text in enumerate(lines, 1):
            comparison.take(number, text)
    sys.exit(0 if comparison.finish(options.allow_failures) else 1)


if __name__ == "__main__":
    main()
