# SPDX-License-Identifier: BSD-3-Clause
"""What customers (or the attacker) publish at run time: pages, DNS records, tls-alpn-01 answers.

The book remembers it, so that each change is a difference, and so that elsewhere can be given its own view of it.
"""

import ipaddress
import json
import re
import shlex
from pathlib import Path
from typing import Iterable, NamedTuple

from .addresses import ATTACKER, SHOP_DNS, SHOP_WEB, SHOP_WEB_V4, SHOP_WEB_V6
from .customer_dns import ORDERS, ORIGINS, CustomerDns, Record, base_records, origin_of
from .customer_web import CustomerWeb
from .processes import LabError
from .zone_model import quoted

# How many words follow NAME.
KINDS = {"http": 2, "txt": 1, "caa": 3, "cname": 1, "a": 1, "aaaa": 1, "tls-alpn": 1}
DNS_KINDS = ("txt", "caa", "cname", "a", "aaaa")
STRING_MAX = 255  # octets of one string of TXT


class Item(NamedTuple):
    kind: str
    name: str
    # Presentation form of a record, path of a page, nothing for tls-alpn: what tells it from others of that name.
    detail: str
    content: str = ""  # of a page; digest in hex of tls-alpn


def txt_rdata(value: str) -> str:
    octets = value.encode()
    strings = [octets[at:at + STRING_MAX] for at in range(0, len(octets), STRING_MAX)] or [b""]
    return " ".join('"' + "".join(
        chr(octet) if 32 <= octet < 127 and octet not in b'"\\' else f"\\{octet:03d}" for octet in string) + '"'
        for string in strings)


def is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def parse_item(words: list[str], is_removal: bool = False) -> Item:
    """KIND NAME ARGUMENT...; a removal may leave the last ones out (all of that kind and name, or any content)."""
    if len(words) < 2 or words[0] not in KINDS:
        raise LabError(f"{' '.join(words) or 'nothing'}: write KIND NAME ..., with a KIND of {', '.join(KINDS)}")
    kind, name, arguments = words[0], words[1].lower().rstrip("."), words[2:]
    count = KINDS[kind]
    if len(arguments) > count or (len(arguments) < count and not is_removal):
        raise LabError(f"{kind} {name}: takes {count} words after the name, has {len(arguments)}")
    if is_address(name) and kind in ("http", "tls-alpn"):
        name = str(ipaddress.ip_address(name))
    elif not re.fullmatch(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*", name) or len(name) > 253:
        raise LabError(f"{name}: not a name")
    elif origin_of(name) is None:
        raise LabError(f"{name}: not in {' or '.join(ORIGINS)}")
    if not arguments or (kind in ("http", "tls-alpn") and is_removal):
        return Item(kind, name, arguments[0] if arguments and kind == "http" else "")
    if kind == "http":
        return Item(kind, name, arguments[0], arguments[1])
    if kind == "tls-alpn":
        if not re.fullmatch("[0-9a-fA-F]{64}", arguments[0]):
            raise LabError(f"tls-alpn {name}: give the SHA-256 of the key authorization in 64 hexadecimal digits")
        return Item(kind, name, "", arguments[0].lower())
    return Item(kind, name, rdata_of(kind, arguments))


def rdata_of(kind: str, arguments: list[str]) -> str:
    text = arguments[0]
    if kind == "txt":
        return txt_rdata(text)
    if not all(part.isascii() and part.isprintable() for part in arguments):
        raise LabError(f"{kind}: printable ASCII only")
    try:
        if kind == "a":
            return str(ipaddress.IPv4Address(text))
        if kind == "aaaa":
            return str(ipaddress.IPv6Address(text))
    except ValueError as error:
        raise LabError(f"{kind} {text}: not an address") from error
    if kind == "cname":
        if not re.fullmatch(r"[A-Za-z0-9._-]+", text):
            raise LabError(f"cname {text}: not a name")
        return text.lower().rstrip(".") + "."
    if len(arguments) != 3 or not arguments[0].isdecimal() or int(arguments[0]) > 255 or not arguments[1].isalnum():
        raise LabError("caa: give flags, tag and value, as in 0 issue ca.test")
    return f"{arguments[0]} {arguments[1]} {quoted(arguments[2])}"


def parse_lines(lines: Iterable[str], is_removal: bool) -> list[Item]:
    """One item a line, quoted as a shell does; empty lines and # at the start of one are left out."""
    items = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            items.append(parse_item(shlex.split(line), is_removal))
        except (LabError, ValueError) as error:
            raise LabError(f"line {number}: {error}") from error
    return items


def host_name(name: str) -> str:
    """The host that a challenge is for: without labels of underscores and the wildcard's."""
    labels = name.split(".")
    while labels[0].startswith("_") or labels[0] == "*":
        labels = labels[1:]
    return ".".join(labels)


def records_of(items: Iterable[Item]) -> set[Record]:
    """Everything in the zones: a published name needs its addresses, since it hides the wildcard."""
    explicit = {Record(item.name, item.kind.upper(), item.detail) for item in items if item.kind in DNS_KINDS}
    implied = {record for origin in ORIGINS for record in base_records(origin)}
    for name in {host_name(item.name) for item in items if origin_of(item.name)}:
        implied |= {Record(name, "A", SHOP_WEB_V4), Record(name, "AAAA", SHOP_WEB_V6)}
    taken = {(record.owner, record.type) for record in explicit}
    return explicit | {record for record in implied
                       if (record.owner, record.type) not in taken and (record.owner, "CNAME") not in taken}


class Publishing:
    def __init__(self, state: Path, dns: CustomerDns, web: CustomerWeb, is_attacker: bool = False):
        self.dns = dns
        self.web = web
        self.is_attacker = is_attacker
        self.dns_host = ATTACKER if is_attacker else SHOP_DNS
        self.web_host = ATTACKER if is_attacker else SHOP_WEB
        self.book = state / "shop" / f"book-{self.dns_host.name}.json"

    def items(self) -> set[Item]:
        return {Item(*words) for words in json.loads(self.book.read_text())} if self.book.exists() else set()

    def publish(self, items: list[Item]):
        for item in items:
            if self.is_attacker and item.kind in DNS_KINDS and origin_of(item.name) == ORDERS:
                raise LabError(f"{item.name}: {ORDERS} is signed, the attacker cannot change it")
        for item in items:
            if item.kind == "http":
                self.web.publish_http(self.web_host, item.name, item.detail, item.content)
            elif item.kind == "tls-alpn":
                self.web.publish_tls_alpn(self.web_host, item.name, item.content)
        self._change(self.items() | {item._replace(content="") for item in items})

    def unpublish(self, items: list[Item]):
        """What is not there is no error."""
        book = self.items()
        by_name: dict[tuple[str, str], set[Item]] = {}
        for item in book:
            by_name.setdefault((item.kind, item.name), set()).add(item)
        gone = {found for item in items for found in by_name.get((item.kind, item.name), ())
                if item.detail in ("", found.detail)}
        for item in gone:
            if item.kind == "http":
                self.web.unpublish_http(self.web_host, item.name, item.detail)
            elif item.kind == "tls-alpn":
                self.web.unpublish_tls_alpn(self.web_host, item.name)
        self._change(book - gone)

    def unpublish_all(self):
        self.web.unpublish_all(self.web_host)
        self._change(set())

    def _change(self, book: set[Item]):
        before, after = records_of(self.items()), records_of(book)
        removed, added = before - after, after - before
        if self.is_attacker:
            removed, added = ({record for record in records if origin_of(record.owner) != ORDERS}
                              for records in (removed, added))
        self.dns.update(self.dns_host, removed, added)
        fresh = self.book.with_suffix(".new")
        fresh.write_text(json.dumps(sorted(book)))
        fresh.rename(self.book)
