#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Compares every line of a sweep's jsonl output with what the lab's zones say.

  parallax-lab names caa > names; parallax-lab expect caa > expected; parallax-sweep --caa ... --output answers
  compare_answers.py expected answers [--json]

Line N of the output must answer line N of the input: none missing, none twice, none wrong. Order within an RRset is
free, letter case of names too; a TTL may be lower than the zone's (a cache counts it down), never higher.
Memory: 16 octets per line. Exit status 0 when all agree, 2 when not, 1 when a file cannot be read.
"""

import argparse
import array
import collections
import hashlib
import json
import sys

SHOWN_MAX = 10
RECORD_FIELDS = ("type", "flags", "tag", "value", "strings", "data")


def fold(name):
    return name.lower() if isinstance(name, str) else name


def digest(line) -> int:
    """Of all that must agree, TTLs aside."""
    records = sorted(json.dumps([fold(record.get("name"))] + [record.get(field) for field in RECORD_FIELDS])
                     for record in line["records"])
    agreed = [fold(line["name"]), line["type"], line["status"], fold(line.get("found_at")), records,
              [fold(alias) for alias in line.get("aliases", [])]]
    return int.from_bytes(hashlib.blake2b(json.dumps(agreed).encode(), digest_size=8).digest(), "little")


def ttl_bound(line, choose) -> int:
    return choose((record["ttl"] for record in line["records"]), default=0)


class Comparison:
    def __init__(self):
        self.expected = array.array("Q")
        self.ttl_max = array.array("L")
        self.seen = bytearray()
        self.statuses = collections.Counter()
        self.transports = collections.Counter()
        self.aliased = self.with_records = self.queries = 0
        self.wrong = self.twice = self.unreadable = 0
        self.shown = 0

    def show(self, text):
        if self.shown < SHOWN_MAX:
            print(f"compare_answers: {text}", file=sys.stderr)
        self.shown += 1

    def read_expected(self, path):
        with open(path, encoding="utf-8") as file:
            for text in file:
                line = json.loads(text)
                self.expected.append(digest(line))
                self.ttl_max.append(ttl_bound(line, min))
        self.seen = bytearray(len(self.expected))

    def read_answers(self, path):
        with open(path, encoding="utf-8", errors="replace") as file:
            for number, text in enumerate(file, 1):
                try:
                    self.take(json.loads(text), text)
                except (ValueError, KeyError, TypeError) as error:
                    self.unreadable += 1
                    self.show(f"{path}:{number}: not an answer ({error!r}): {text[:200]!r}")

    def take(self, line, text):
        index = line["line"] - 1
        if not 0 <= index < len(self.seen):
            raise ValueError(f"there is no input line {line['line']}")
        if self.seen[index]:
            self.twice += 1
            self.show(f"input line {index + 1} is answered twice")
            return
        self.seen[index] = 1
        self.statuses[line["status"]] += 1
        self.transports[line.get("transport") or "none"] += 1
        self.queries += int(line.get("queries", 0))
        self.aliased += bool(line.get("aliases"))
        self.with_records += bool(line["records"])
        if digest(line) != self.expected[index] or ttl_bound(line, max) > self.ttl_max[index]:
            self.wrong += 1
            self.show(f"input line {index + 1} is wrong: {text.strip()[:400]}")

    def summary(self):
        missing = self.seen.count(0)
        return {"expected": len(self.seen), "answered": len(self.seen) - missing, "missing": missing,
                "twice": self.twice, "wrong": self.wrong, "unreadable": self.unreadable,
                "with_records": self.with_records, "aliased": self.aliased, "queries": self.queries,
                "statuses": dict(self.statuses.most_common()), "transports": dict(self.transports.most_common())}


def main() -> int:
    parser = argparse.ArgumentParser(description="Compares a sweep's output with the lab's expected answers.")
    parser.add_argument("expected")
    parser.add_argument("answers")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    options = parser.parse_args()
    comparison = Comparison()
    try:
        comparison.read_expected(options.expected)
        comparison.read_answers(options.answers)
    except OSError as error:
        print(f"compare_answers: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    summary = comparison.summary()
    faults = summary["missing"] + summary["twice"] + summary["wrong"] + summary["unreadable"]
    if options.json:
        print(json.dumps(summary))
    else:
        print(f"{summary['answered']} of {summary['expected']} answered: {summary['missing']} missing, "
              f"{summary['twice']} twice, {summary['wrong']} wrong, {summary['unreadable']} unreadable")
    return 0 if faults == 0 else 2


if __name__ == "__main__":
    sys.exit(main())
