#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes corpus/fuzz_reflect_answer: queries and frames for parallax-reflect.

The first octet chooses by-name answers (bit 0), the second the room behind the query. Run by a developer when a form is
added; its output is kept in git.   Usage: tests/fuzz/make_reflect_corpus.py
"""
import pathlib
import struct

FOLDER = pathlib.Path(__file__).resolve().parent / "corpus" / "fuzz_reflect_answer"


def name(text: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".") if label) + b"\0"


def query(text: str, kind: int = 257, opt: bytes | None = b"", version: int = 0, size: int = 1232) -> bytes:
    wire = struct.pack(">HHHHHH", 0x1234, 0x0110, 1, 0, 0, opt is not None) + name(text) + struct.pack(">HH", kind, 1)
    if opt is not None:
        wire += b"\0" + struct.pack(">HHBBHH", 41, size, 0, version, 0x8000, len(opt)) + opt
    return wire


def cookie(length: int) -> bytes:
    return struct.pack(">HH", 10, length) + bytes(range(length))


def ipv4(payload: bytes) -> bytes:
    return bytes(12) + b"\x08\x00" + struct.pack(">BBHHHBBH", 0x45, 0, 28 + len(payload), 0, 0, 64, 17, 0) \
        + bytes([192, 0, 2, 1, 192, 0, 2, 53]) + struct.pack(">HHHH", 40000, 53, 8 + len(payload), 0) + payload


def ipv6(payload: bytes) -> bytes:
    return bytes(12) + b"\x86\xdd" + struct.pack(">IHBB", 6 << 28, 8 + len(payload), 17, 64) + bytes(32) \
        + struct.pack(">HHHH", 40000, 53, 8 + len(payload), 0) + payload


SEEDS = {
    "plain": query("www.example.test", opt=None),
    "edns": query("wWw.exAmple.test"),
    "caa3": query("caa3.example.test"),
    "txt1000": query("txt1000.test", 16),
    "txt1000_512": query("txt1000.test", 16, opt=None),
    "txt4096": query("txt4096.test", 16, size=65535),
    "ref13": query("ref13.test", 1),
    "nx": query("nx.example.test", 1),
    "nx_odd": query("nx.ab.test", 1),
    "tc": query("tc.test", 1),
    "servfail": query("servfail.test", 1),
    "root": query("", 1),
    "cookie8": query("a.test", opt=cookie(8)),
    "cookie24": query("a.test", opt=cookie(24)),
    "cookie9": query("a.test", opt=cookie(9)),
    "options": query("a.test", opt=struct.pack(">HH", 12, 3) + b"pad" + cookie(8)),
    "badvers": query("a.test", version=1),
    "longest": query(".".join(["x" * 63] * 3 + ["y" * 61])),
    "long_soa": query("servfai1." + ".".join(["x" * 63] * 3 + ["y" * 45])),
    "too_long": query(".".join(["x" * 63] * 4)),
    "pointer": query("a.test", opt=None)[:12] + b"\xc0\x0c" + struct.pack(">HH", 1, 1),
    "trailing": query("a.test") + b"x",
    "frame_ipv4": ipv4(query("caa2.test")),
    "frame_ipv6": ipv6(query("caa2.test")),
    "frame_arp": bytes(12) + b"\x08\x06" + bytes(46),
    "frame_nd": bytes(12) + b"\x86\xdd" + struct.pack(">IHBB", 6 << 28, 24, 58, 255) + bytes(56),
}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for label, seed in SEEDS.items():
        (FOLDER / label).write_bytes(b"\x01\xff" + seed)


main()
