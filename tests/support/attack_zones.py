# SPDX-License-Identifier: BSD-3-Clause
"""Signed zones that are made to be expensive, for attack_server.py to serve: many keys with one tag, many signatures
that are all wrong, many DS records (KeyTrap, CVE-2023-50387). Right where a validator must get past, wrong behind it.
"""

import json
import os
import struct
from pathlib import Path

from dnssec_signer import DS, NS, Key, Records, Window, key_tag, signature, wire_name

TTL = 3600
A, CAA = 1, 257
ATTACK_ADDRESS = "10.204.2.1"
KEYS, SIGNATURES = 500, 500
FLAG_ZONE, FLAG_REVOKED = 0x0100, 0x0080
# Keys, signatures, DS records that fit no key. CAA records are answered for every name one label below the zone.
SIGNED_ATTACKS = {"sigjam": (1, SIGNATURES, 0), "lockcram": (KEYS, 1, 0), "keytrap": (KEYS, SIGNATURES, 0),
                  "hashtrap": (KEYS, 1, 500)}

REFUSING = "refusing"  # gives its keys, and refuses to say anything about CAA
KEYLESS = "keyless"  # the other way round


def keys_with_tag(tag: int, count: int) -> list[bytes]:
    """DNSKEY RDATA of real keys on the curve. The reserved flags, which nobody may look at, make up the tag."""
    found = []
    while len(found) < count:
        rdata = Key().dnskey
        flags = (tag - key_tag(b"\0\0" + rdata[2:])) % 0xffff
        if flags & FLAG_ZONE and not flags & FLAG_REVOKED:
            rdata = struct.pack("!H", flags) + rdata[2:]
            if key_tag(rdata) == tag:
                found.append(rdata)
    return found


def wrong_signatures(right: bytes, count: int) -> list[bytes]:
    return [right[:-64] + os.urandom(64) for _ in range(count)]


def zone_of(label: str, key_count: int, signature_count: int, window: Window) -> tuple[dict, bytes]:
    apex = wire_name(f"{label}.s0")
    key = Key()
    keys = [key.dnskey] + keys_with_tag(key.tag, key_count - 1)
    dnskey_signature = signature(key, apex, apex, 48, TTL, keys, window)
    caa = b"\0\x05issueca.test"
    answer_signature = signature(key, apex, b"\x01x" + apex, CAA, TTL, [caa], window)
    zone = {"dnskey": sorted(rdata.hex() for rdata in keys), "dnskey_signatures": [dnskey_signature.hex()],
            "caa": [caa.hex()], "caa_signatures": [rdata.hex() for rdata in wrong_signatures(answer_signature, signature_count)]}
    return zone, key.ds(apex)


def delegate(root: Records, tld: Records, window: Window, path: Path):
    """Delegates `attack` from the root, and each signed attack from the signed TLD, to attack_server.py."""
    address = bytes(int(part) for part in ATTACK_ADDRESS.split("."))
    server = wire_name("ns.attack")
    root[wire_name("attack")] = {NS: [server]}
    root[server] = {A: [address]}
    zones = {}
    for label, (key_count, signature_count, ds_count) in SIGNED_ATTACKS.items():
        zones[f"{label}.s0"], ds = zone_of(label, key_count, signature_count, window)
        useless = [ds[:4] + os.urandom(32) for _ in range(ds_count)]
        tld[wire_name(f"{label}.s0")] = {NS: [wire_name(f"ns.{label}.s0")], DS: useless or [ds]}
        tld[wire_name(f"ns.{label}.s0")] = {A: [address]}
    for label, refused in ((REFUSING, "caa"), (KEYLESS, "dnskey")):
        zone, ds = zone_of(label, 1, 1, window)
        zones[f"{label}.s0"] = zone | {refused: []}
        tld[wire_name(f"{label}.s0")] = {NS: [wire_name(f"ns.{label}.s0")], DS: [ds]}
        tld[wire_name(f"ns.{label}.s0")] = {A: [address]}
    path.write_text(json.dumps(zones), encoding="ascii")
