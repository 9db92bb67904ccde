#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A judge of the audit log that shares no code with its writer: docs/audit-log.md and Python's own modules only.

audit_judge.py LOG [ANSWERS]   verifies the chain; with ANSWERS (order_load.py --output): each answer that left has its
                               record, with the same decision. Exit status 0 when all holds.
"""

import hashlib
import json
import sqlite3
import struct
import sys


def record_hash(sequence: int, time_us: int, kind: str, body: bytes, previous: bytes) -> bytes:
    fields = (b"parallax-audit-1", struct.pack(">Q", sequence), struct.pack(">q", time_us), kind.encode(), body, previous)
    return hashlib.sha256(b"".join(struct.pack(">I", len(field)) + field for field in fields)).digest()


def verify_chain(log: sqlite3.Connection) -> tuple[int, dict[str, str]]:
    """How many records there are, and the decision of each order."""
    previous, expected, decisions = bytes(32), 1, {}
    rows = log.execute("SELECT sequence, time_us, kind, CAST(body AS BLOB), previous_hash, hash FROM record"
                       " ORDER BY sequence")
    for sequence, time_us, kind, body, previous_hash, own in rows:
        if sequence != expected:
            sys.exit(f"record {expected} is missing, {sequence} is there")
        if previous_hash != previous:
            sys.exit(f"record {sequence} does not follow the one before it")
        if record_hash(sequence, time_us, kind, body, previous) != own:
            sys.exit(f"record {sequence} was edited")
        if kind == "order":
            order = json.loads(body)
            if order["order_id"] in decisions:
                sys.exit(f"record {sequence}: order {order['order_id']} is decided twice")
            decisions[order["order_id"]] = order["decision"]
        previous, expected = own, sequence + 1
    return expected - 1, decisions


def main(path: str, answers: str | None = None):
    log = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    count, decisions = verify_chain(log)
    checked = 0
    if answers:
        with open(answers, encoding="utf-8") as file:
            for text in file:
                answer = json.loads(text)
                if answer["outcome"] != "answered":
                    continue
                checked += 1
                recorded = decisions.get(answer["id"])
                if recorded != answer["decision"]:
                    sys.exit(f"order {answer['id']} ({answer['reference']}) was answered {answer['decision']}, "
                             f"its record says {recorded}")
    print(f"{count} records, {len(decisions)} orders decided, {checked} answers with their records")


if __name__ == "__main__":
    main(*sys.argv[1:])
