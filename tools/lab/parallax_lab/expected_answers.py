# SPDX-License-Identifier: BSD-3-Clause
"""The expected line of a sweep, in the field names of parallax-sweep's jsonl output."""

import json

from .zone_model import TTL, Record, Sample

FIELDS = {"CAA": ("flags", "tag", "value"), "CNAME": ("data",), "A": ("data",)}


def record_object(record: Record, owner: str) -> dict:
    shown = {"name": owner, "ttl": TTL, "type": record[0]}
    if record[0] == "TXT":
        shown["strings"] = list(record[1:])
    else:
        shown.update(zip(FIELDS[record[0]], record[1:]))
    return shown


def answer_object(sample: Sample, kind: str) -> dict:
    """`aliases` are those on the way to the records: a climb that goes on past an alias forgets it."""
    answer = sample.caa if kind == "caa" else sample.plain
    line = {"name": sample.name, "type": "CAA" if kind == "caa" else sample.plain_type, "status": answer.status,
            "records": [record_object(record, answer.owner) for record in answer.records],
            "aliases": list(answer.aliases)}
    if kind == "caa":
        line["found_at"] = answer.found_at
    return line


def line_text(shown: dict) -> str:
    return json.dumps(shown, separators=(",", ":")) + "\n"
