#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Web servers that deceive, by http_fault_vectors.tsv: for order_faults_test.sh.

http_faults.py table                 for tests/support/hostile_web.py
http_faults.py publish V4 V6         for parallax-lab publish --file: each label of plain.test leads to that server
http_faults.py checks CASE...        checks for check_client.py, of these cases
http_faults.py judge ANSWERS CASE... exit status 0 when each check came to what the table says
http_faults.py addresses CAPTURE V4-PREFIX...  exit status 0 when all TCP connections that tcpdump's text shows were made to
                                     these prefixes
"""

import ipaddress
import json
import re
import sys
import time
from pathlib import Path

VECTORS = Path(__file__).resolve().parent / "http_fault_vectors.tsv"
VALUE = "0123456789abcdefghijklmnop"


def rows(cases=None) -> list[list[str]]:
    lines = [line.split("\t") for line in VECTORS.read_text().splitlines() if not line.startswith("#")]
    return [row for row in lines if not cases or row[0] in cases]


def check(label: str) -> dict:
    return {"check": "dcv", "identifier": {"type": "dns", "value": f"{label}.plain.test"}, "profile": "tls",
            "dcv": {"validation_method": "website-change", "challenge_value": VALUE, "http_token_path": "proof"},
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}


def judge(path: str, cases: list[str]):
    with open(path, encoding="utf-8") as file:
        answers = {answer["n"]: answer for answer in map(json.loads, file)}
    wrong = []
    for number, (case, label, *_, outcome, reason, seconds) in enumerate(rows(cases), 1):
        answer = answers.get(number)
        got = (answer["outcome"], answer["reason"]) if answer else "no answer"
        if got != (outcome, reason):
            wrong.append(f"case {case}, {label}: {got}, not {(outcome, reason)}")
        elif answer["ms"] > 1000 * float(seconds):
            wrong.append(f"case {case}, {label}: took {answer['ms']} ms, more than {seconds} s")
    if wrong:
        sys.exit("\n".join(wrong))
    print(len(rows(cases)))


def addresses(path: str, prefixes: list[str]):
    allowed = [ipaddress.ip_network(prefix) for prefix in prefixes]
    seen, wrong = 0, []
    with open(path, encoding="utf-8") as file:
        for line in file:
            found = re.search(r" > (\S+)\.(\d+): Flags \[S[EW]*\],", line)
            if not found:
                continue
            seen += 1
            address = ipaddress.ip_address(found.group(1))
            if not any(address in prefix for prefix in allowed if prefix.version == address.version):
                wrong.append(line.strip())
    if wrong or not seen:
        sys.exit("\n".join(wrong) or "no connection was seen at all")
    print(seen)


def main(command: str, *words: str):
    if command == "table":
        for _, label, behaviour, argument, *_ in rows():
            print(label, behaviour, argument, sep="\t")
    elif command == "publish":
        for _, label, *_ in rows():
            print(f"a {label}.plain.test {words[0]}\naaaa {label}.plain.test {words[1]}")
    elif command == "checks":
        for _, label, *_ in rows(words):
            print(json.dumps(check(label)))
    elif command == "judge":
        judge(words[0], list(words[1:]))
    elif command == "addresses":
        addresses(words[0], list(words[1:]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
