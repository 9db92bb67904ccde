#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes the corpus of fuzz_check_evidence; its certificates are those of fuzz_tls_alpn_certificate.

Run by a developer when a form is added; its output is kept in git.   Usage: tests/fuzz/make_evidence_corpus.py
"""
import pathlib
import struct

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"
TARGET = CORPUS / "fuzz_check_evidence"
NAME = bytes([8]) + b"\1a\4test\0"
CAA, TXT, A, PTR = 257, 16, 1, 12


def answer(qtype, records, status=1, found_at=0, aliases=0, decisive=0xFFFF, cut=0):
    body = NAME * (found_at + bool(records) + aliases)
    body += b"".join(struct.pack(">IH", 300, len(data)) + data for data in records)
    head = struct.pack(">HBBBHH", qtype, status, found_at, aliases, len(records), decisive)
    return b"\0" + head + body[: len(body) - cut]


def txt(text):
    return b"".join(bytes([len(text[i : i + 255])]) + text[i : i + 255] for i in range(0, max(len(text), 1), 255))


ANSWERS = [
    answer(TXT, []), answer(TXT, [txt(b"a\0b")]), answer(TXT, [txt(b"\\u0000")]), answer(TXT, [txt(bytes(range(256)))]),
    answer(TXT, [txt(b"x" * 5000), txt(b"y" * 5000)], decisive=1), answer(TXT, [txt(b"z" * 9000)], aliases=8, decisive=0),
    answer(TXT, [b"\5ab"]), answer(A, [b"\x7f\0\0\1"] * 40, decisive=39), answer(PTR, [b"\1a\4test\0"]),
    answer(CAA, [b"\0\5issueca.test", b"\x80\7unknown\0\xff"], found_at=1, decisive=1), answer(CAA, [b"\0\0"], found_at=1),
    answer(CAA, [b"\0\5issueca.test"], found_at=1, cut=1), answer(TXT, [], status=250), answer(TXT, [], aliases=9),
    answer(65535, [b"\0" * 40]),
]

TARGET.mkdir(parents=True, exist_ok=True)
for number, data in enumerate(ANSWERS):
    (TARGET / f"answer-{number:02}").write_bytes(data)
for seed in sorted((CORPUS / "fuzz_tls_alpn_certificate").glob("seed-*")):
    (TARGET / f"certificate-{seed.name[5:]}").write_bytes(b"\1" + seed.read_bytes())
