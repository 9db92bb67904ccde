#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes the corpora of fuzz_open_mpic_request, fuzz_open_mpic_foreign and fuzz_evidence from the cases of unit tests.

Run by a developer when cases are added; its output is kept in git.   Usage: tests/fuzz/make_open_mpic_corpus.py
"""
import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE.parent / "unit" / "open_mpic"
ENDPOINTS = {"mpic": 0, "caa": 1, "dcv": 2}
CHECKS = {"caa": 0, "acme-http-01": 1, "acme-dns-01": 2, "acme-tls-alpn-01": 3}


def seeds(folder):
    for path in sorted((CASES / folder).glob("*.json")):
        yield path.stem, json.loads(path.read_text())


def put(target, name, number, value):
    folder = HERE / "corpus" / target
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(bytes([number]) + json.dumps(value, separators=(",", ":")).encode())


for name, case in seeds("requests"):
    put("fuzz_open_mpic_request", name, ENDPOINTS[case["endpoint"]], case["body"])
for name, case in seeds("foreign"):
    if name in CHECKS:
        for number, answer in enumerate(case["answers"]):
            if len(json.dumps(answer["response"])) < 1000:
                put("fuzz_open_mpic_foreign", f"{name}-{number}", CHECKS[name], answer["response"])

# Neighbours make a set of perspectives.
OUTCOMES = {"pass": 1, "permit": 1, "fail": 2, "prohibit": 2, "error": 3}
results = [case["result"] for _, case in seeds("responses") if "result" in case]
(HERE / "corpus" / "fuzz_evidence").mkdir(exist_ok=True)
for number in range(0, len(results), 3):
    views = [{"outcome": OUTCOMES[result["outcome"]], "time_us": 10**6 * place,
              "caa" if result["check"] == "caa" else "evidence": result["evidence"]}
             for place, result in enumerate(results[number:number + 4])]
    views[0]["evidence"] = views[0].get("evidence") or {}
    views[0]["evidence"]["probes"] = [{"probe": "later", "result": "fail"}]
    text = json.dumps(views, separators=(",", ":"))
    (HERE / "corpus" / "fuzz_evidence" / f"views-{number:02}").write_text(text)
