#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A slow, independent sweep by kdig, in the jsonl form of parallax-sweep: what the lab's expected answers are held
against, so that the expectation itself is tested.

reference_sweep.py --server ADDRESS [--validating] caa|plain < names > lines.jsonl
With --validating, lines tell the DNSSEC state: secure when all answers of the climb have AD, insecure otherwise, and
SERVFAIL is taken for bogus.
"""

import argparse
import json
import subprocess
import sys

BATCH = 100


def ask(server: str, questions: list[tuple[str, str]]) -> list[dict]:
    """(name, type) pairs to decoded answers, by one kdig process."""
    argv = ["kdig", f"@{server}", "+json", "+retry=2", "+time=5", "+adflag"]
    for name, qtype in questions:
        argv += [f"{name}.", qtype]
    text = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    decoder, at, answers = json.JSONDecoder(), 0, []
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        shown, at = decoder.raw_decode(text, at)
        answers.append(shown)
    if len(answers) != len(questions):
        sys.exit(f"kdig gave {len(answers)} answers to {len(questions)} questions")
    return answers


def record_object(record: dict) -> dict:
    shown = {"name": record["NAME"].rstrip("."), "ttl": record["TTL"], "type": record["TYPEname"]}
    wire = bytes.fromhex(record["RDATAHEX"])
    if shown["type"] == "CAA":
        end = 2 + wire[1]
        shown.update(flags=wire[0], tag=wire[2:end].decode(), value=wire[end:].decode())
    elif shown["type"] == "TXT":
        strings, at = [], 0
        while at < len(wire):
            strings.append(wire[at + 1:at + 1 + wire[at]].decode())
            at += 1 + wire[at]
        shown["strings"] = strings
    elif shown["type"] == "A":
        shown["data"] = ".".join(map(str, wire))
    return shown


def answer_line(name: str, qtype: str, shown: dict) -> dict:
    records = [r for r in shown.get("answerRRs", []) if r["TYPEname"] in (qtype, "CNAME")]
    targets = {r["NAME"].lower(): r["rdataCNAME"].rstrip(".") for r in records if r["TYPEname"] == "CNAME"}
    owner, aliases = name, []
    while f"{owner}.".lower() in targets:
        owner = targets[f"{owner}.".lower()]
        aliases.append(owner)
    return {"name": name, "type": qtype, "status": {0: "NOERROR", 3: "NXDOMAIN"}.get(shown["RCODE"], "SERVFAIL"),
            "records": [record_object(r) for r in records if r["TYPEname"] == qtype], "aliases": aliases,
            "dnssec": "bogus" if shown["RCODE"] == 2 else "secure" if shown["AD"] else "insecure"}


def plain_lines(server: str, questions: list[tuple[str, str]]):
    for at in range(0, len(questions), BATCH):
        batch = questions[at:at + BATCH]
        for (name, qtype), shown in zip(batch, ask(server, batch)):
            yield answer_line(name, qtype, shown)


def climb_lines(server: str, names: list[str]):
    """RFC 8659 3: each name, then the parents of those that have no CAA, level by level."""
    open_names = {name: name for name in names}  # name -> ancestor to ask now
    insecure = set()
    while open_names:
        questions = [(ancestor, "CAA") for ancestor in open_names.values()]
        answers = list(plain_lines(server, questions))
        for (name, ancestor), line in zip(list(open_names.items()), answers):
            parent = ancestor.partition(".")[2]
            if line["dnssec"] == "insecure":
                insecure.add(name)
            if line["records"] or not parent or line["status"] not in ("NOERROR", "NXDOMAIN"):
                found_at = ancestor if line["records"] else None
                aliases = line["aliases"] if line["records"] else []
                state = "insecure" if line["dnssec"] == "secure" and name in insecure else line["dnssec"]
                yield {**line, "name": name, "found_at": found_at, "aliases": aliases, "dnssec": state}
                del open_names[name]
            else:
                open_names[name] = parent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--validating", action="store_true")
    parser.add_argument("kind", choices=("caa", "plain"))
    options = parser.parse_args()
    lines = [line.split() for line in sys.stdin]
    if options.kind == "caa":
        found = climb_lines(options.server, [words[0] for words in lines])
    else:
        found = plain_lines(options.server, [(name, qtype) for qtype, name in lines])
    for line in found:
        if not options.validating:
            del line["dnssec"]
        elif line["dnssec"] == "bogus":
            line["status"] = "BOGUS"
            line.pop("found_at", None)
        print(json.dumps(line, separators=(",", ":")))


if __name__ == "__main__":
    main()
