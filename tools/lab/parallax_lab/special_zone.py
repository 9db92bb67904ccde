# SPDX-License-Identifier: BSD-3-Clause
"""special.test: hand-made names for single cases that tests ask for by name."""

from .zone_model import Answer, Sample, presentation

ORIGIN = "special.test"
BIG_CAA_RECORDS = 1001


def big_caa() -> tuple:
    """1001 records, over 20 kB: what public CAA test suites serve. The one that permits is the last."""
    records = [("CAA", 0, "issue", f"big{n:04d}.test") for n in range(BIG_CAA_RECORDS - 1)]
    return (*records, ("CAA", 0, "issue", "ca.test"))


def samples() -> list[Sample]:
    issue = ("CAA", 0, "issue", "ca.test")
    address = ("A", "192.0.2.80")
    made = []

    def add(label: str, *records):
        name = f"{label}.{ORIGIN}"
        answer = Answer("NOERROR", name, name, records, ())
        made.append(Sample(name, tuple(f"{label} {presentation(record)}" for record in records), answer,
                           "CAA", answer._replace(found_at=None)))

    add("big", *big_caa())
    add("empty-value", ("CAA", 0, "issue", ""))
    add("critical-unknown", ("CAA", 128, "futuretag", "must be understood"), issue)
    add("all-flags", ("CAA", 255, "issue", "ca.test"))
    add("long-value", ("CAA", 0, "issue", "ca.test; note=" + "x" * 1000))
    hops = tuple(f"hop{n}.{ORIGIN}" for n in range(1, 5))
    made.append(Sample(f"chain4.{ORIGIN}",
                       ("chain4 CNAME hop1", "hop1 CNAME hop2", "hop2 CNAME hop3", "hop3 CNAME hop4",
                        f"hop4 {presentation(issue)}", f"hop4 {presentation(address)}"),
                       Answer("NOERROR", f"chain4.{ORIGIN}", hops[-1], (issue,), hops),
                       "A", Answer("NOERROR", None, hops[-1], (address,), hops)))
    return made


def extra_lines() -> list[str]:
    """Names whose answer is a failure or differs by resolver, so that no expected line is made for them."""
    lines = ["loop-a CNAME loop-b", "loop-b CNAME loop-a"]
    lines += [f"long{n} CNAME long{n + 1}" for n in range(20)] + ['long20 CAA 0 issue "ca.test"']
    lines += [f"big-txt TXT {' '.join(chr(34) + 'y' * 255 + chr(34) for _ in range(40))}"]
    return lines
