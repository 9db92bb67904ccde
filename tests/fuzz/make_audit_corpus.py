#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes the corpora of fuzz_audit_line and fuzz_audit_head.

Written from docs/audit-log.md alone, so it also shows that the chain can be computed in another language: its whole
file must verify, which fuzz_audit_line's replay reads and tests/unit/audit/audit_line_test.c asserts.
Usage: tests/fuzz/make_audit_corpus.py
"""
import hashlib
import json
import pathlib
import struct

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"
LOG_ID = "00112233445566778899aabbccddeeff"


def record_hash(sequence, time_us, kind, body, previous):
    digest = hashlib.sha256()
    for field in (b"parallax-audit-1", struct.pack(">Q", sequence), struct.pack(">q", time_us), kind.encode(),
                  body.encode(), previous):
        digest.update(struct.pack(">I", len(field)) + field)
    return digest.digest()


def export_lines():
    bodies = [
        ("genesis", {"log_id": LOG_ID, "version": "0.1.0", "schema": 1, "previous_log": None}),
        ("start", {"version": "0.1.0"}),
        ("check", {"order_id": "1", "identifier": "www.example.test", "perspective": "ams", "adn": None, "attempt": 1,
                   "check": "dcv", "method": "dns-01", "result": "pass", "signature": None,
                   "evidence": {"txt": "\u202e } \\\" \x7f"}}),
        ("quorum", {"order_id": "1", "identifier": "www.example.test", "attempt": 1, "check": "dcv", "quorum": "4/4",
                    "result": "pass"}),
    ]
    previous = bytes(32)
    lines = []
    for sequence, (kind, value) in enumerate(bodies, 1):
        body = json.dumps(value, sort_keys=True, separators=(",", ":"))
        time_us = 1790000000000000 + sequence
        digest = record_hash(sequence, time_us, kind, body, previous)
        lines.append(f'{{"sequence":{sequence},"time_us":{time_us},"kind":"{kind}","previous_hash":"{previous.hex()}",'
                     f'"hash":"{digest.hex()}","body":{body}}}')
        previous = digest
    lines.append(f'{{"end":true,"first_sequence":1,"last_sequence":{len(bodies)},"record_count":{len(bodies)},'
                 f'"last_hash":"{previous.hex()}"}}')
    return lines, previous


def write(target, name, text):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text.encode())


lines, last = export_lines()
write("fuzz_audit_line", "whole_file", "\n".join(lines) + "\n")
write("fuzz_audit_line", "file_without_end", "\n".join(lines[:-1]) + "\n")
write("fuzz_audit_line", "file_without_record", "\n".join(lines[:1] + lines[2:]) + "\n")
write("fuzz_audit_line", "file_after_end", "\n".join(lines + lines[:1]) + "\n")
write("fuzz_audit_line", "record", lines[2])
write("fuzz_audit_line", "end", lines[-1])
write("fuzz_audit_line", "negative_time", lines[1].replace('"time_us":', '"time_us":-'))
write("fuzz_audit_line", "leading_zero", lines[1].replace('"sequence":', '"sequence":0'))
write("fuzz_audit_line", "number_overflow", lines[1].replace('"sequence":2', '"sequence":9223372036854775808'))
write("fuzz_audit_line", "body_no_object", lines[1].replace('{"version":"0.1.0"}', "7"))
write("fuzz_audit_line", "body_repeated_member", lines[1].replace('"version":"0.1.0"', '"a":1,"a":2'))
write("fuzz_audit_line", "upper_case_hash", lines[1].upper())

head = {"hash": last.hex(), "log_id": LOG_ID, "sequence": 4, "signature": None, "time_us": 1790000000000009}
write("fuzz_audit_head", "unsigned", json.dumps(head) + "\n")
write("fuzz_audit_head", "signed", json.dumps({**head, "signature": "5a" * 64}) + "\n")
write("fuzz_audit_head", "short_signature", json.dumps({**head, "signature": "5a" * 63}) + "\n")
write("fuzz_audit_head", "sequence_zero", json.dumps({**head, "sequence": 0}) + "\n")
write("fuzz_audit_head", "more_members", json.dumps({**head, "more": 1}) + "\n")
write("fuzz_audit_head", "log_id_is_no_id", json.dumps({**head, "log_id": "g" * 32}) + "\n")
