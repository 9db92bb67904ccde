#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What must come of a sweep under each scripted DNS fault, and a judge of its output.

fault_expectations.py list                     the faults, a line each
fault_expectations.py judge FAULT NAMES LINES  exit status 0 when the sweep's jsonl output is as it must be
"""

import json
import re
import sys
from collections import Counter
from typing import NamedTuple

RIGHT = "right"  # the whole, true answer
QUERIES_MAX = 40  # per look-up, whatever the fault


class Expectation(NamedTuple):
    outcomes: frozenset  # RIGHT and statuses of failures
    queries_max: int = QUERIES_MAX
    transport: str | None = None  # of right answers


def allow(*outcomes: str, queries_max: int = QUERIES_MAX, transport: str | None = None) -> Expectation:
    return Expectation(frozenset(outcomes), queries_max, transport)


EXPECTATIONS = {
    "09-truncated": allow(RIGHT, transport="tcp"),
    "10-truncated-tcp-refused": allow("TRUNCATED"),
    "11-truncated-tcp": allow("TRUNCATED", queries_max=8),
    "12-wrong-id": allow(RIGHT, transport="tcp"),
    "13-wrong-source": allow(RIGHT),
    "14-wrong-question": allow(RIGHT, transport="tcp"),
    "15-question-count": allow(RIGHT, transport="tcp"),
    "16-lower-case": allow(RIGHT, transport="tcp"),
    "17-lame": allow("REFUSED", "SERVFAIL", queries_max=8),
    "18-upward-referral": allow("LAME", queries_max=8),
    # Whether to ask such a server without EDNS is the resolver's choice, but not on the word of a UDP packet.
    "19-formerr-edns": allow(RIGHT, "FORMERR", queries_max=12, transport="tcp"),
    "20-notimp-edns": allow("NOTIMP", "REFUSED", queries_max=10),
    "21-edns-dropped": allow("TIMEOUT", queries_max=8),
    "22-badvers": allow(RIGHT, "BADVERS", queries_max=12, transport="tcp"),
    "23-udp512-no-tcp": allow("TRUNCATED", queries_max=10),
    "24-wrong-cookie": allow(RIGHT, transport="tcp"),
    "25-badcookie": allow(RIGHT, transport="tcp"),
    "26-bad-opt": allow(RIGHT, transport="tcp"),
    "27-fragments": allow(RIGHT, transport="tcp"),
    "30-tcp-reset": allow("TRUNCATED"),
    "31-tcp-length": allow("TRUNCATED"),
    "32-tcp-slow": allow("TRUNCATED"),
    "33-tcp-two-answers": allow(RIGHT, transport="tcp"),
    "34-garbage": allow(RIGHT),
    "35-compression-loop": allow(RIGHT, transport="tcp"),
    "36-huge-answer": allow(RIGHT, "LIMIT", "YXDOMAIN"),
}


def is_right(line: dict) -> bool:
    return (line["status"] == "NOERROR" and line.get("found_at", "").lower() == line["name"].lower() and
            any(record.get("value") == "right.test" for record in line["records"]))


def problem_of(line: dict, expectation: Expectation, fault: str) -> str | None:
    shown = json.dumps(line)
    if "evil" in shown:
        return "a forged or partial answer was used"
    if line["status"] in ("NOERROR", "NXDOMAIN") and line.get("found_at") is None:
        return "it says that there is no CAA, which is false"
    outcome = RIGHT if is_right(line) else line["status"]
    if outcome not in expectation.outcomes:
        return f"{outcome} ({line.get('error')}), not {' or '.join(sorted(expectation.outcomes))}"
    if outcome != RIGHT and (line["records"] or "found_at" in line):
        return "a failure tells records or found_at"
    if outcome == RIGHT and expectation.transport and line["transport"] != expectation.transport:
        return f"it came by {line['transport']}, not {expectation.transport}"
    if line["queries"] > expectation.queries_max:
        return f"{line['queries']} queries, more than {expectation.queries_max}"
    if fault == "36-huge-answer":
        form = int(re.match(r"n(\d+)", line["name"])[1]) % 3
        wanted = (RIGHT, "LIMIT", "YXDOMAIN")[form]
        if outcome != wanted or (form == 0 and len(line["records"]) != 3500):
            return f"form {form}: {outcome} with {len(line['records'])} records, not {wanted} (3500 records if right)"
    return None


def judge(fault: str, names_path: str, lines_path: str) -> int:
    with open(names_path, encoding="utf-8") as names:
        waiting = Counter(name.strip() for name in names)
    outcomes, problems = Counter(), []
    with open(lines_path, encoding="utf-8") as lines:
        for text in lines:
            line = json.loads(text)
            waiting[line["name"]] -= 1
            outcomes[RIGHT if is_right(line) else line["status"]] += 1
            problem = problem_of(line, EXPECTATIONS[fault], fault)
            if problem:
                problems.append(f"{line['name']}: {problem}")
    problems += [f"{name}: {'missing' if count > 0 else 'twice'}" for name, count in waiting.items() if count]
    print(f"{fault}: " + ", ".join(f"{outcome} {count}" for outcome, count in outcomes.most_common()))
    for problem in problems[:5]:
        print(f"{fault}: {problem}", file=sys.stderr)
    return 1 if problems else 0


def main():
    if sys.argv[1:] == ["list"]:
        print("\n".join(EXPECTATIONS))
    elif len(sys.argv) == 5 and sys.argv[1] == "judge" and sys.argv[2] in EXPECTATIONS:
        sys.exit(judge(*sys.argv[2:]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
