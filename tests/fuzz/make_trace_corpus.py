#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes the corpus of fuzz_trace: steps of every kind, cut and odd ones.

Run by a developer when a form is added; its output is kept in git.   Usage: tests/fuzz/make_trace_corpus.py
"""
import pathlib
import struct

TARGET = pathlib.Path(__file__).resolve().parent / "corpus" / "fuzz_trace"
ROOT, TEST, NAME = b"\0", b"\4test\0", b"\7eXample\4test\0"
QUERY, REMEMBERED, PROOF, CUT = 1, 2, 3, 4
V4, V6 = b"\4\xc0\0\2\1\0\x35", b"\6" + bytes(15) + b"\1\0\x35"


def step(kind, verdict=0, depth=0, transport=0, dnssec=0, cause=0, ede=0, qtype=257, judged=0, server=b"\0", zone=b"",
         name=b"", query=b"", response=b""):
    data = struct.pack(">BBBBBBHHIIq", kind, verdict, depth, transport, dnssec, cause, ede, qtype, 1000, 250, judged) + server
    data += bytes([len(zone)]) + zone + bytes([len(name)]) + name
    return data + struct.pack(">H", len(query)) + query + struct.pack(">H", len(response)) + response


question = struct.pack(">6H", 7, 0, 1, 0, 0, 0) + NAME + struct.pack(">HH", 257, 1)
answer = struct.pack(">6H", 7, 0x8400, 1, 0, 0, 0) + NAME + struct.pack(">HH", 257, 1)
referral = step(QUERY, 5, transport=1, server=V4, zone=ROOT, name=TEST, query=question, response=answer)
found = step(QUERY, 3, transport=2, server=V6, zone=TEST, name=NAME, query=question, response=answer)
proof = step(PROOF, 3, dnssec=1, judged=1790000000, zone=TEST, name=NAME)
timeout = step(QUERY, 13, depth=1, transport=1, server=V4, zone=TEST, name=NAME, query=question)
SEEDS = [
    b"", referral + found + proof, timeout + step(REMEMBERED, zone=TEST, name=NAME), step(CUT, qtype=0),
    step(PROOF, 8, dnssec=4, cause=19, ede=6, zone=ROOT, name=NAME), referral[:-1], referral + b"\1", step(0), step(5),
    step(QUERY, 15, server=V4, zone=TEST, name=NAME), step(QUERY, 5, server=b"\5\0\0", zone=TEST, name=NAME),
    step(QUERY, 5, server=V4, zone=b"\xc0\0", name=NAME), step(QUERY, 5, server=V4, name=NAME), step(PROOF, 5, zone=TEST, name=NAME),
]

TARGET.mkdir(parents=True, exist_ok=True)
for number, data in enumerate(SEEDS):
    (TARGET / f"trace-{number:02}").write_bytes(data)
