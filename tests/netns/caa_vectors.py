#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The table of CAA verdicts as names in a zone of the lab, orders for them, and a judge of the answers.

caa_vectors.py zone    the zone, for parallax-lab up --zone
caa_vectors.py orders  the orders, a line each: one for each profile and account
caa_vectors.py names   NAME FOUND_AT of the vectors that look for the relevant set
caa_vectors.py judge ANSWERS  the answers, a line each; exit status 0 when every verdict is the table's

From tests/unit/policy/caa_vectors.tsv come the rows that DNS can show and that hold under the default switches today; from
caa_climb_vectors.tsv those that need several names.
"""

import json
import re
import sys
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
VERDICTS = HERE.parent / "unit" / "policy" / "caa_vectors.tsv"
CLIMBS = HERE / "caa_climb_vectors.tsv"
ZONE = "vectors.test"
ACCOUNTS = {"U1": "https://ca.test/a/1", "U2": "https://ca.test/a/2"}
METHODS = {"http-01/19": {"validation_method": "acme-http-01", "token": "t" * 43,
                          "key_authorization": "t" * 43 + "." + "k" * 43},
           "dns-01/7": {"validation_method": "acme-dns-01", "key_authorization_hash": "h" * 43}}


class Vector(NamedTuple):
    number: str
    profile: str
    account: str
    method: str
    name: str  # without the zone
    lines: list[str]  # of the zone
    outcome: str
    found_at: str  # "*": not looked at

    @property
    def identifier(self) -> str:
        return f"{self.name}.{ZONE}"


def rows(path: Path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.startswith("#"):
            yield number, line.split("\t")


def expand(text: str) -> str:
    for name, uri in ACCOUNTS.items():
        text = re.sub(rf"\b{name}\b", uri, text)
    return text


def generic(record: str) -> str | None:
    """FLAGS TAG "VALUE" as TYPE257 in hexadecimal, which says nothing of what may be in it. None: no record, or one that
    no name server would load."""
    found = re.fullmatch(r'(\d+) (\S+) "(.*)"', record)
    if not found:
        return None
    flags, tag, value = found.groups()
    octets = bytes([int(flags), len(tag)]) + tag.encode() + expand(value).encode()
    return f"TYPE257 \\# {len(octets)} {octets.hex()}"


def verdict_vectors():
    for number, (vector, profile, kind, records, account, method, switches, date, outcome, _) in rows(VERDICTS):
        is_wildcard = kind == "wildcard"
        # Names of labels that a wildcard may not be validated for by http-01; the record then decides nothing about it.
        method = "dns-01/7" if method == "-" and is_wildcard else "http-01/19" if method == "-" else method
        texts = [] if records == "none" else [generic(text) for text in records.split(" | ")]
        if (switches, date) != ("-", "-") or None in texts or method not in METHODS or account not in ("-", "U2") \
                or profile not in ("tls", "smime") or (is_wildcard and ("validationmethods" in records or profile == "smime")):
            continue
        name = f"r{number}"
        yield Vector(vector, profile, "U1" if account == "-" else account, method, f"*.{name}" if is_wildcard else name,
                     [f"{name} {text}" for text in texts], outcome, name if texts else "-")


def climb_vectors():
    for _, (vector, records, name, outcome, found_at) in rows(CLIMBS):
        lines = [] if records == "-" else records.split(" | ")
        yield Vector(vector, "tls", "U1", "dns-01/7", name, lines, outcome, found_at)


def vectors() -> list[Vector]:
    return [*verdict_vectors(), *climb_vectors()]


def orders():
    groups: dict[tuple[str, str], list[Vector]] = {}
    for vector in vectors():
        groups.setdefault((vector.profile, vector.account), []).append(vector)
    for (profile, account), group in sorted(groups.items()):
        yield {"profile": profile, "account_uri": ACCOUNTS[account], "issuer_domains": ["ca.test", "second.ca.example"],
               "reference": f"{profile} {account}",
               "identifiers": [{"type": "dns", "value": vector.identifier, "dcv": METHODS[vector.method]}
                               for vector in group]}


def judge(path: str):
    found = {}
    with open(path, encoding="utf-8") as file:
        for text in file:
            answer = json.loads(text)
            if "identifiers" not in answer:
                sys.exit(f"no answer but {text.strip()}")
            profile = answer["reference"].split()[0]
            found |= {(profile, one["value"]): one["caa"] for one in answer["identifiers"]}
    wrong = []
    for vector in vectors():
        caa = found.get((vector.profile, vector.identifier))
        outcome = caa and caa["primary"]
        # Every remote must see the same; what is no permission corroborates nothing.
        quorum = caa and caa["quorum"]
        wanted = "5/5" if vector.outcome == "permit" else "0/5"
        if (outcome, quorum) != (vector.outcome, wanted):
            wrong.append(f"vector {vector.number}: {vector.identifier}, {vector.profile}: {outcome} {quorum}, not "
                         f"{vector.outcome} {wanted}: {'; '.join(vector.lines) or 'no records'}")
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{len(vectors())} CAA vectors")


def main(command: str, *words: str):
    if command == "zone":
        print("; SPDX-License-Identifier: BSD-3-Clause",
              "@ 300 SOA ns1.test. hostmaster.test. 1 3600 900 604800 1", "@ 300 NS ns1.test.", sep="\n")
        for line in dict.fromkeys(line for vector in vectors() for line in vector.lines):
            print(line.replace(" ", " 60 ", 1))
    elif command == "orders":
        for order in orders():
            print(json.dumps(order))
    elif command == "names":
        for vector in vectors():
            if vector.found_at != "*":
                print(vector.identifier.removeprefix("*."),
                      "-" if vector.found_at == "-" else f"{vector.found_at}.{ZONE}")
    elif command == "judge":
        judge(*words)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
