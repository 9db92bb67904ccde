#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes the corpora of the DNSSEC targets from the tables of tests/unit/dnssec.

Run when those are made anew; its output is kept in git.   Usage: tests/fuzz/make_dnssec_corpus.py
"""
import hashlib
import pathlib
import struct

HERE = pathlib.Path(__file__).resolve().parent
UNIT = HERE.parent / "unit" / "dnssec"
TARGETS = ["fuzz_canonical_rrset", "fuzz_dnssec_denial", "fuzz_dnssec_judge", "fuzz_dnssec_rdata", "fuzz_proof",
           "fuzz_trust_anchor"]
# The order of the checks in fuzz_dnssec_rdata.c, by RR type.
CHECKS = {46: 1, 48: 2, 43: 3, 47: 4, 50: 5}
# Zones whose messages are taken whole: one of each kind of denial, the rest for their algorithms.
ZONES = {"nsec.test": 40, "nsec3.test": 40, "optout.test": 30, "heavy.test": 3, "p384.test": 3, "ed448.test": 3,
         "rsa512.test": 3, ".": 3, "test": 6}


def add(target, data):
    (HERE / "corpus" / target / hashlib.sha1(data).hexdigest()[:16]).write_bytes(data)


def rows(path):
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return [line.split("\t") for line in lines[1:]]


def skip_name(wire, at):
    while wire[at] != 0 and wire[at] < 0xc0:
        at += 1 + wire[at]
    return at + (2 if wire[at] >= 0xc0 else 1)


def records(wire):
    """(type, RDATA) of all records."""
    at = skip_name(wire, 12) + 4
    for _ in range(sum(struct.unpack(">3H", wire[6:12]))):
        at = skip_name(wire, at)
        kind, length = struct.unpack(">H", wire[at:at + 2])[0], struct.unpack(">H", wire[at + 8:at + 10])[0]
        yield kind, wire[at + 10:at + 10 + length]
        at += 10 + length


def add_denials():
    """Zones of a few owners, whole and with records missing; see fuzz_dnssec_denial.c. Letters: 0 a, 1 b, 2 *, 3 c."""
    a, b_a, star, star_b, deep = b"\1\0", b"\2\1\0", b"\1\2", b"\2\2\1", b"\3\3\1\0"
    zones = [[(a, 1), (star, 0x80)], [(a, 2), (b_a, 1)], [(a, 0x10), (b"\1\3", 0x22)], [(deep, 1)],
             [(star_b, 4), (b"\1\1", 0x40), (a, 1)], [(deep, 2), (star, 1)], []]
    names = [b"\0", a, b_a, star, b"\1\1", b"\2\0\1", b"\3\0\1\3"]
    for flags in (0, 0x80, 0xc0):
        for zone in zones:
            owners = b"".join(name + bytes([types]) for name, types in zone)
            for index, name in enumerate(names):
                for mask in (0xff, 0xff ^ 1 << index % 3):
                    add("fuzz_dnssec_denial", bytes([flags | len(zone), mask]) + owners + name + bytes([index]))


def add_proofs():
    """See fuzz_proof.c: each answer whole, failed, with messages left out, changed and another's."""
    answers = sum(row[3] == "answer" for row in rows(UNIT / "zone_messages.tsv"))
    whole = b"\0\0\0"
    for index in range(0, answers, 3):
        add("fuzz_proof", bytes([index, index & 1]))
        add("fuzz_proof", bytes([index, 2]) + whole + bytes([1, 0, 0]))
        add("fuzz_proof", bytes([index, 0]) + whole * (index % 4) + bytes([3 | index % 8 << 2, index % 2, index * 5 & 255]))
        add("fuzz_proof", bytes([index, 8]) + bytes([0, 0, 0, index, 1, 4, index + 1]) + bytes([2, index, 4]))


for target in TARGETS:
    (HERE / "corpus" / target).mkdir(parents=True, exist_ok=True)
    for old in (HERE / "corpus" / target).glob("[0-9a-f]" * 16):  # what has a name was found by fuzzing and stays
        old.unlink()
left = dict(ZONES)
seen = set()
for row in rows(UNIT / "zone_messages.tsv"):
    zone, wire = row[0], bytes.fromhex(row[7])
    if left.get(zone, 0) > 0:
        left[zone] -= 1
        add("fuzz_dnssec_judge", bytes([len(zone.strip(".").split(".")) if zone != "." else 0, 0]) + wire)
    if (zone, row[2]) not in seen:
        seen.add((zone, row[2]))
        add("fuzz_canonical_rrset", b"\2" + wire)
    for kind, rdata in records(wire):
        if kind in CHECKS and (zone, kind) not in seen:
            seen.add((zone, kind))
            add("fuzz_dnssec_rdata", bytes([CHECKS[kind]]) + rdata)
for row in rows(UNIT / "published_vectors.tsv"):
    add("fuzz_dnssec_judge", b"\1\1" + bytes.fromhex(row[9]))
add("fuzz_dnssec_rdata", b"\0" + bytes.fromhex("0006400100000003041b") + bytes(26) + b"\x20")
add("fuzz_dnssec_rdata", b"\0\0\1\x62\1\1\x40")
add_denials()
add_proofs()
KEY = "257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4="
DS = "20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"
for text in (f". IN DNSKEY {KEY} ; keytag 3613\n. 3600 IN DS {DS}\n", f"DS {DS}", f"a.b DS {DS}\nb DS {DS}\n; end\n",
             ". IN DS 1 5 2 00\n", ". IN DNSKEY 385 3 15 l02W\n", "\n;\n"):
    add("fuzz_trust_anchor", text.encode())
