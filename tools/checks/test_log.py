# SPDX-License-Identifier: BSD-3-Clause
"""Counts single tests in meson's testlog.json: those of a CUnit program each, any other program as one."""

import json
import re
from pathlib import Path
from typing import NamedTuple

CUNIT = re.compile(r"^\s*tests\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)", re.MULTILINE)
SKIPPED = ("SKIP",)
PASSED = ("OK", "EXPECTEDFAIL")


class Count(NamedTuple):
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def plus(self, other):
        return Count(*(a + b for a, b in zip(self, other)))


def count_entry(entry) -> Count:
    if entry["result"] in SKIPPED:
        return Count(skipped=1)
    is_good = entry["result"] in PASSED
    found = CUNIT.search(entry.get("stdout") or "")
    if not found:
        return Count(passed=1) if is_good else Count(failed=1)
    passed, failed = int(found[3]), int(found[4])
    # A sanitizer's report or a crash at the end fails a program whose tests all passed.
    return Count(passed, max(failed, 0 if is_good else 1))


def read_log(path: Path):
    """The count, and the failed entries."""
    total, failed = Count(), []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        entry = json.loads(line)
        total = total.plus(count_entry(entry))
        if entry["result"] not in PASSED + SKIPPED:
            failed.append(entry)
    return total, failed


def tail_of(entry, lines: int = 60) -> str:
    text = (entry.get("stdout") or "") + (entry.get("stderr") or "")
    return "\n".join(text.rstrip().split("\n")[-lines:])
