#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes the corpora of fuzz_order_list and fuzz_order_answer.

Run by a developer when a form is added; its output is kept in git.   Usage: tests/fuzz/make_order_corpus.py
"""
import hashlib
import json
import pathlib

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"
HOSTILE = "<script>alert(1)</script>\"'&\u202e\u2066\x1b[2J\u200b"

LISTS = [
    b"", b"\n", b" \t\r\n\n", b"{}", b"{}\n", b"\xef\xbb\xbf{}\n", b"www.example.test\n", b"[1]\n{}\n", b"{\"a\":1,\"a\":2}\n",
    b"{\"a\":}\n{\"b\":1}", b"{} {}\r\n{}\r\n", b"\0\n{}\n", b"{\"a\":\"\\u0000\"}\n", b"{\"a\":\"\xff\"}\n{}\n",
    b"x" * 500 + b"\n{}\n", b"{\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.test\"}]}\n" * 5, b"[" * 2000 + b"\n{}\n",
]


def check(primary, result, corroborates, text=""):
    return {"primary": primary, "primary_detail": {"message": text}, "quorum": "3/5", "corroborated": corroborates,
            "perspectives": [{"name": "gru-1" + text, "rir": "LACNIC", "result": result, "corroborates": corroborates,
                              "detail": {"message": text}}]}


def row(decision, text="", caa=True):
    is_good = decision == "issue"
    return {"type": "dns", "value": "a.test" + text, "enforced_decision": decision, "validation_method": "acme-dns-01",
            "dcv": check("pass", "pass" if is_good else "error", is_good, text),
            "caa": check("permit", "permit", True, text) if caa else None,
            "reasons": [] if is_good else [{"check": "dcv", "code": "quorum-missed", "message": text}],
            "diagnosis": [{"code": "http-geo-blocked" + text, "perspectives": ["gru-1"], "advice": text}]}


def answer(rows, decision, mode="report-only", **more):
    return {"id": "01J", "mode": mode, "enforced_decision": decision, "identifiers": rows, **more}


ANSWERS = [
    None, [], {}, answer([], "issue"), answer([row("issue")], "issue"), answer([row("refuse")], "refuse"),
    answer([row("issue"), row("refuse", HOSTILE, caa=False)], "refuse", reference=HOSTILE),
    answer([row("refuse")], "issue"), answer([row("issue")], "refuse"), answer([row("issue")], "issue", mode="enforce"),
    answer([row("maybe")], "refuse"), answer([1, None], "refuse"), answer([row("refuse", "x" * 600)], "refuse"),
    answer([{"value": "a", "enforced_decision": "refuse", "dcv": 1, "caa": [], "reasons": {}, "diagnosis": [1]}], "refuse"),
    answer([{"value": "a", "enforced_decision": "refuse", "dcv": {"perspectives": [None, {}]}}], "refuse"),
]


def put(target, inputs):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*"):
        if not old.name.startswith("found-"):  # by a fuzzer: kept
            old.unlink()
    for data in inputs:
        (folder / hashlib.sha1(data).hexdigest()[:16]).write_bytes(data)


put("fuzz_order_list", [bytes([size]) + data for data in LISTS for size in (0, 6)])
put("fuzz_order_answer", [json.dumps(value).encode() for value in ANSWERS])
