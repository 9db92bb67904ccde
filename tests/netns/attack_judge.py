#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Were the look-ups of one attack harmless? Each has ended as it should, without records, within its queries.

attack_judge.py SWEEP.jsonl failed|bogus|indeterminate NAMES QUERIES_MAX
Prints statuses, states and queries; exit status 1 and a line for each finding when not.
"""

import json
import sys
from collections import Counter


def findings_of(line: dict, outcome: str, queries_max: int) -> list[str]:
    found = []
    if outcome == "failed" and line["status"] in ("NOERROR", "NXDOMAIN"):
        found.append(f"status is {line['status']}")
    if outcome == "bogus" and (line["status"] != "BOGUS" or line["dnssec"] != "bogus"):
        found.append(f"{line['status']} and {line['dnssec']}, not bogus")
    if outcome == "indeterminate" and line["dnssec"] != "indeterminate":
        found.append(f"{line['status']} and {line['dnssec']}, not indeterminate")
    if line["records"]:
        found.append("it has records")
    if line["queries"] > queries_max:
        found.append(f"{line['queries']} queries, at most {queries_max}")
    return found


def main():
    path, outcome, names, queries_max = sys.argv[1:5]
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(text) for text in file]
    findings = [f"{line['name'][-40:]}: {text}" for line in lines for text in findings_of(line, outcome, int(queries_max))]
    if len(lines) != int(names):
        findings.append(f"{len(lines)} lines, not {names}")
    ended = Counter(f"{line['status']}/{line['dnssec']}" for line in lines)
    reasons = Counter(line.get("error", "") for line in lines)
    queries = [line["queries"] for line in lines] or [0]
    print(f"{sum(queries) / len(queries):.1f} {max(queries)} " + ", ".join(f"{text} {count}" for text, count in ended.most_common(3))
          + f" ({reasons.most_common(1)[0][0] if reasons else ''})")
    for text in findings[:10]:
        print(text, file=sys.stderr)
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
