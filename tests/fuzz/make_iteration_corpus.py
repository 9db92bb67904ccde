#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes the seeds of the targets that read what servers say to an iterating resolver.

Usage: tests/fuzz/make_iteration_corpus.py
"""

import pathlib
import random
import socket
import struct

HERE = pathlib.Path(__file__).resolve().parent
CORPUS = HERE / "corpus"
HINTS = HERE.parent / "unit" / "iteration" / "root.hints"

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "AAAA": 28, "DNAME": 39, "DS": 43, "RRSIG": 46, "NSEC3": 50, "CAA": 257}
AA, TC = 0x8400, 0x8200


def wire_name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label) + b"\0"


def rdata(rr_type, data):
    if rr_type in ("NS", "CNAME", "DNAME"):
        return wire_name(data)
    if rr_type == "A":
        return socket.inet_aton(data)
    if rr_type == "AAAA":
        return socket.inet_pton(socket.AF_INET6, data)
    if rr_type == "SOA":
        return b"\0\0" + struct.pack(">IIIII", 1, 2, 3, 4, int(data))
    return bytes.fromhex(data)


def message(labels, question, flags, *records):
    """labels: of the zone asked. A record: (section 1-3, owner, type, data)."""
    name, rr_type = question
    counts = [sum(record[0] == section for record in records) for section in (1, 2, 3)]
    wire = struct.pack(">HHHHHH", 0x1234, flags, 1, *counts) + wire_name(name) + struct.pack(">HH", TYPES[rr_type], 1)
    for _, owner, kind, data in sorted(records, key=lambda record: record[0]):
        octets = rdata(kind, data)
        wire += wire_name(owner) + struct.pack(">HHIH", TYPES[kind], 1, 300, len(octets)) + octets
    return bytes([labels]) + wire


ASKED = ("www.a.test", "A")
REPLIES = {
    "answer": message(2, ASKED, AA, (1, "www.a.test", "A", "192.0.2.1")),
    "nodata": message(2, ASKED, AA, (2, "a.test", "SOA", "60")),
    "nxdomain": message(2, ASKED, AA | 3, (2, "a.test", "SOA", "60")),
    "nxdomain-of-parent": message(2, ASKED, AA | 3, (2, "test", "SOA", "60")),
    "truncated": message(2, ASKED, AA | TC),
    "refused": message(2, ASKED, 0x8005),
    "referral": message(1, ASKED, 0x8000, (2, "a.test", "NS", "ns.a.test"), (2, "a.test", "NS", "ns.b.test"),
                        (2, "a.test", "DS", "00010d02aa"), (2, "a.test", "RRSIG", "002b0d02"), (2, "x.test", "NSEC3", "0101"),
                        (3, "ns.a.test", "A", "192.0.2.1"), (3, "ns.a.test", "AAAA", "2001:db8::1"),
                        (3, "ns.example.com", "A", "192.0.2.66")),
    "referral-upward": message(2, ASKED, 0x8000, (2, "", "NS", "a.root")),
    "referral-to-two": message(1, ASKED, 0x8000, (2, "a.test", "NS", "ns.a.test"), (2, "www.a.test", "NS", "ns.b.test")),
    "referral-to-100": message(1, ASKED, 0x8000, *[(2, "a.test", "NS", f"n{i}.v.test") for i in range(100)]),
    "cname": message(2, ASKED, AA, (1, "www.a.test", "CNAME", "x.a.test"), (1, "x.a.test", "A", "192.0.2.1")),
    "cname-out": message(2, ASKED, AA, (1, "www.a.test", "CNAME", "x.b.test"), (1, "x.b.test", "A", "192.0.2.1")),
    "cname-loop": message(2, ASKED, AA, (1, "www.a.test", "CNAME", "x.a.test"), (1, "x.a.test", "CNAME", "www.a.test")),
    "dname": message(1, ASKED, AA, (1, "a.test", "DNAME", "b.test"), (1, "www.a.test", "CNAME", "www.b.test")),
    "dname-lies": message(1, ASKED, AA, (1, "a.test", "DNAME", "b.test"), (1, "www.a.test", "CNAME", "evil.test")),
    "dname-yxdomain": message(1, ASKED, AA | 6, (1, "a.test", "DNAME", ".".join(["x" * 63] * 3 + ["y" * 60]))),
    "ds-of-child": message(1, ("a.test", "DS"), AA, (2, "a.test", "SOA", "60")),
    "priming": message(0, ("", "NS"), AA, (1, "", "NS", "a.root"), (3, "a.root", "A", "192.0.2.1")),
}


# fuzz_iteration: octets of its own little language, see there. Choices of names and types by their places in its tables.
NAME = {".": 0, "test": 1, "x.test": 2, "ns.x.test": 3, "www.x.test": 4, "y.test": 5, "ns.y.test": 6, "asked": 8}
TYPE = {"A": 0, "AAAA": 1, "NS": 2, "CNAME": 3, "DNAME": 4, "SOA": 5, "DS": 6, "CAA": 7}


def said(flags, rcode, *sections):
    """A reply: sections of (owner, type, data), data a name or a number."""
    counts = len(sections[0]) | len(sections[1]) << 2 | len(sections[2]) << 5
    octets = bytes([10, counts, flags, rcode])
    for owner, kind, data in sum(sections, []):
        octets += bytes([NAME[owner], TYPE[kind], 60, NAME.get(data, data) if isinstance(data, str) else data])
    return octets


def lookups():
    begin = bytes([0, NAME["www.x.test"], TYPE["A"]])
    to_tld = said(0, 0, [], [("test", "NS", "ns.x.test")], [("ns.x.test", "A", 10)])
    to_zone = said(0, 0, [], [("x.test", "NS", "ns.x.test")], [("ns.x.test", "A", 11)])
    to_zone_without = said(0, 0, [], [("x.test", "NS", "ns.y.test")], [])
    back = said(0, 0, [], [("y.test", "NS", "ns.x.test")], [])
    found = said(4, 0, [("asked", "A", 12)], [], [])
    yield "found", begin + to_tld + to_zone + found
    yield "nodata", begin + to_tld + to_zone + said(4, 0, [], [("x.test", "SOA", 60)], [])
    yield "nxdomain", begin + to_tld + to_zone + said(4, 3, [], [("x.test", "SOA", 60)], [])
    yield "alias", begin + to_tld + to_zone + said(4, 0, [("asked", "CNAME", "y.test")], [], []) + found
    yield "dname", begin + to_tld + to_zone + said(4, 0, [("x.test", "DNAME", "y.test")], [], []) + found
    yield "loop", begin + to_tld + to_zone_without + back
    yield "glueless", begin + to_tld + to_zone_without + found + found
    yield "truncated", begin + to_tld + to_zone + said(6, 0, [], [], []) + found
    yield "formerr", begin + said(0, 1, [], [], []) + to_tld + to_zone + found
    yield "silent", begin + bytes(20)
    noise = random.Random(5)
    for i in range(12):
        yield f"noise-{i}", bytes(noise.choice((noise.randrange(256), noise.randrange(9))) for _ in range(600))


def recursions():
    """Octets of fuzz_recursion's own little language, see there: configuration, then operations."""
    submit = bytes([0, 2])
    caa = bytes([0, 10])
    traced = bytes([0, 0x22])
    # Of a record: section (two bits from the top) and type, owner, data.
    to_tld = bytes([2, 0, 0, 0, 2, 0x41, 0, 4, 0x80, 4, 1])
    to_zone = bytes([2, 0, 0, 0, 2, 0x41, 1, 4, 0x80, 4, 2])
    found = bytes([2, 0, 4, 0, 1, 0x00, 8, 3])
    nothing = bytes([2, 0, 4, 0, 1, 0x43, 1, 60])
    truncated = bytes([2, 0, 6, 0, 0])
    folded = bytes([2, 0, 0, 0x80, 0])
    insecure = bytes([5, 0, 0x09])
    secure = bytes([5, 0, 0x15])
    needs = bytes([5, 0, 0x14])
    way = to_tld + to_zone
    yield "found", b"\x0c" + submit + way + found
    yield "proved", b"\x08" + submit + way + found + secure
    yield "needs", b"\x08" + submit + way + found + needs + nothing + nothing + found + insecure
    yield "climb", b"\x08" + caa + way + (nothing + insecure) * 3
    yield "traced", b"\x08" + traced + way + found + insecure
    yield "primed", b"\x00" + submit + bytes([2, 1, 4, 0, 2, 1, 7, 4, 0x80, 4, 1]) + way + found + insecure
    yield "truncated", b"\x0c" + submit + way + truncated + found
    yield "folded", b"\x0c" + submit + folded + way + found
    yield "slow", b"\x0f" + submit * 8 + bytes([1, 200] * 20) + way + found
    yield "cancelled", b"\x08" + submit + way + found + bytes([7, 251])
    noise = random.Random(6)
    for i in range(24):
        yield f"noise-{i}", bytes(noise.choice((noise.randrange(256), noise.randrange(9))) for _ in range(900))


def put(target, name, data):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def main():
    for name, data in REPLIES.items():
        put("fuzz_zone_reply", name, data)
    for name, data in lookups():
        put("fuzz_iteration", name, data)
    for name, data in recursions():
        put("fuzz_recursion", name, data)
    put("fuzz_root_hints", "internic", HINTS.read_bytes())
    put("fuzz_root_hints", "short", b". NS a.x ; comment\n. IN ns b.x\r\na.x A 192.0.2.1\nb.x 60 IN AAAA 2001:db8::1")
    for i, text in enumerate((b". NS", b". 1 IN NS a b c", b". NS a..x", b"com NS a.x", b". NS a.x\na.x A ::1", b". NS a.x")):
        put("fuzz_root_hints", f"fault-{i}", text)


if __name__ == "__main__":
    main()
