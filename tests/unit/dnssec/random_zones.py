#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Looks for honest answers that are judged bogus: random zones with wildcards, aliases, delegations, empty non-terminals and
opt-out, signed by ldns-signzone and served by knotd, asked for random names. Run by hand; prints what is judged wrong.

Needs: ldnsutils, knotd.   Usage: tests/unit/dnssec/random_zones.py BUILD_DIRECTORY [SEED [ROUNDS]]
"""
import pathlib
import random
import subprocess
import sys
import tempfile

import make_fixtures

LABELS = ["a", "b", "c", "d", "*"]
TYPES = ["A", "TXT", "CAA", "DS", "MX", "CNAME"]
KINDS = {
    "A": ["A 192.0.2.9"], "TXT": ['TXT "x"', "A 192.0.2.8"], "MX": ["MX 1 ns1"], "CNAME": ["CNAME t.example.net."],
    "DNAME": ["DNAME t.example.net."], "NS": ["NS ns.example.net."],
    "DS": ["NS ns.example.net.", "DS 12345 13 2 " + "00" * 32],
}
ZONES_OF_A_KIND = 12
NAMES_OF_A_ZONE = 60
OPTIONS = {"nsec": [], "hashed": ["-n", "-t", "0"], "optout": ["-n", "-p", "-t", "1", "-s", "cd"]}


def random_name(with_wildcard):
    labels = [random.choice(LABELS) for _ in range(random.randint(1, 4))]
    return ".".join(label if label != "*" or (i == 0 and with_wildcard) else "b" for i, label in enumerate(labels))


def random_content():
    """Nothing below a zone cut or a DNAME; wildcards neither delegate nor redirect."""
    kinds = {random_name(True): random.choice(list(KINDS) + ["A", "A"]) for _ in range(random.randint(2, 14))}
    kinds = {name: "A" if name[0] == "*" and kind in ("NS", "DS", "DNAME") else kind for name, kind in kinds.items()}
    lines = ["@ 300 SOA ns1 host 1 3600 900 1209600 60", "@ 300 NS ns1", "ns1 300 A 192.0.2.1"]
    for name, kind in kinds.items():
        labels = name.split(".")
        above = [kinds.get(".".join(labels[i:])) for i in range(1, len(labels))]
        if not {"NS", "DS", "DNAME"} & set(above):
            lines += [f"{name} 300 {record}" for record in KINDS[kind]]
    return "\n".join(lines) + "\n"


def random_rows(zones):
    yield ".", "@", "DNSKEY", "keys", "signed", "secure", "none"
    yield ".", "test", "DS", "delegation", "signed", "secure", "none"
    yield "test", "@", "DNSKEY", "keys", "signed", "secure", "none"
    for zone in zones:
        yield "test", zone.split(".")[0], "DS", "delegation", "signed", "secure", "none"
        yield zone, "@", "DNSKEY", "keys", "signed", "secure", "none"
        for _ in range(NAMES_OF_A_ZONE):
            kind = random.choice(TYPES)
            judge = "delegation" if kind == "DS" else "answer"
            yield zone, random_name(False), kind, judge, "-", "-", "-"


def main():
    program = pathlib.Path(sys.argv[1]) / "tests/unit/dnssec/dnssec_judge_rows"
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    for number in range(seed, seed + (int(sys.argv[3]) if len(sys.argv) > 3 else 1)):
        random.seed(number)
        zones = {f"{kind}{i}.test": ("ECDSAP256SHA256", 0, options, random_content())
                 for kind, options in OPTIONS.items() for i in range(ZONES_OF_A_KIND)}
        with tempfile.TemporaryDirectory() as folder:
            messages, anchor = pathlib.Path(folder) / "messages.tsv", pathlib.Path(folder) / "anchor.txt"
            make_fixtures.ask_rows(zones, random_rows(zones), messages, anchor)
            print(f"seed {number}:", flush=True)
            if subprocess.run([program, messages, anchor], check=False).returncode != 0:
                sys.exit(1)


main()
