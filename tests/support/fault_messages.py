# SPDX-License-Identifier: BSD-3-Clause
"""DNS messages for the scripted fault server: read a query, write answers that may be wrong in any way asked for."""

import struct
from typing import NamedTuple

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "TXT": 16, "AAAA": 28, "DNAME": 39, "OPT": 41, "CAA": 257}
OPT_COOKIE = 10
QR, AA, TC, RD = 0x8000, 0x0400, 0x0200, 0x0100
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED, YXDOMAIN, BADVERS, BADCOOKIE = 0, 1, 2, 3, 4, 5, 6, 16, 23
SERVER_COOKIE = b"labcooki"
OWNER = b"\xc0\x0c"  # pointer to the question's name
TTL = struct.pack("!I", 300)


class Query(NamedTuple):
    id: int
    flags: int
    labels: tuple[bytes, ...]  # as sent, case included
    name: bytes  # wire form as sent
    type: int
    question: bytes
    has_edns: bool
    client_cookie: bytes  # 8 octets, or empty


def wire_name(text: str) -> bytes:
    labels = [label.encode() for label in text.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def read_query(wire: bytes) -> Query | None:
    """None for what is not a plain query with one question."""
    if len(wire) < 17:
        return None
    ident, flags, questions, answers, authority, additional = struct.unpack_from("!6H", wire)
    if flags & QR or questions != 1 or answers or authority:
        return None
    at, labels = 12, []
    while at < len(wire) and wire[at]:
        if wire[at] > 63:
            return None
        labels.append(wire[at + 1:at + 1 + wire[at]])
        at += 1 + wire[at]
    end = at + 5
    if end > len(wire):
        return None
    has_edns, cookie = read_opt(wire, end) if additional else (False, b"")
    return Query(ident, flags, tuple(labels), wire[12:at + 1], struct.unpack_from("!H", wire, at + 1)[0],
                 wire[12:end], has_edns, cookie)


def read_opt(wire: bytes, at: int) -> tuple[bool, bytes]:
    if wire[at:at + 3] != b"\0\0\x29" or at + 11 > len(wire):
        return False, b""
    end = at + 11 + struct.unpack_from("!H", wire, at + 9)[0]
    at += 11
    while at + 4 <= min(end, len(wire)):
        code, length = struct.unpack_from("!HH", wire, at)
        if code == OPT_COOKIE:
            return True, wire[at + 4:at + 12]
        at += 4 + length
    return True, b""


def record(type_name: str, data: bytes, owner: bytes = OWNER) -> bytes:
    return owner + struct.pack("!HH", TYPES[type_name], 1) + TTL + struct.pack("!H", len(data)) + data


def caa(value: str, owner: bytes = OWNER, tag: str = "issue", flags: int = 0) -> bytes:
    return record("CAA", bytes([flags, len(tag)]) + tag.encode() + value.encode(), owner)


def soa(zone: str) -> bytes:
    return record("SOA", wire_name("fault-ns.test") + wire_name("hostmaster.test") +
                  struct.pack("!5I", 1, 3600, 600, 86400, 300), wire_name(zone))


def opt(options: bytes = b"", extended_rcode: int = 0, owner: bytes = b"\0") -> bytes:
    return owner + struct.pack("!HHBBHH", TYPES["OPT"], 1232, extended_rcode >> 4, 0, 0x8000, len(options)) + options


def cookie_option(client: bytes, server: bytes = SERVER_COOKIE) -> bytes:
    return struct.pack("!HH", OPT_COOKIE, len(client) + len(server)) + client + server if client else b""


def message(query: Query, *, answers=(), authority=(), additional=None, rcode: int = NOERROR, flags: int = AA,
            ident: int | None = None, question: bytes | None = None, questions: int = 1) -> bytes:
    """An answer. Unless told otherwise it has OPT (with the cookie echoed) when the query had."""
    if additional is None:
        additional = [opt(cookie_option(query.client_cookie), rcode)] if query.has_edns else []
    question = query.question if question is None else question
    head = struct.pack("!6H", query.id if ident is None else ident, QR | flags | (query.flags & RD) | (rcode & 15),
                       questions, len(answers), len(authority), len(additional))
    return head + question + b"".join((*answers, *authority, *additional))
