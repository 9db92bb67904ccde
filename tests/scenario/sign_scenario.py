#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Signs scenario files in place: what their directives ask for is written below each, on lines that end with ";=".

Keys come from the zone's name and signatures are Ed25519, which has no chance in it: so each run writes the same octets.
With --check nothing is written and a file that would change is told. The directives are in docs/scenarios.md.
Needs: openssl.   Usage: tests/scenario/sign_scenario.py [--check] FILE...
"""
import base64
import calendar
import functools
import hashlib
import ipaddress
import pathlib
import re
import shlex
import struct
import subprocess
import sys
import tempfile
import time

MARK = " ;="
ALGORITHM = 15
TTL = 3600
INCEPTION, EXPIRATION = "20260101000000", "20260201000000"
# PKCS #8 and SubjectPublicKeyInfo of Ed25519 (RFC 8410), up to the octets of the key.
PRIVATE_PREFIX = bytes.fromhex("302e020100300506032b657004220420")
TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33, "DNAME": 39,
         "DS": 43, "RRSIG": 46, "NSEC": 47, "DNSKEY": 48, "NSEC3": 50, "NSEC3PARAM": 51, "CAA": 257}
BASE32HEX = "0123456789ABCDEFGHIJKLMNOPQRSTUV"


class Fault(Exception):
    pass


def openssl(*arguments, data=None):
    return subprocess.run(["openssl", *arguments], input=data, check=True, stdout=subprocess.PIPE).stdout


def labels_of(name):
    return [label for label in name.lower().split(".") if label]


def name_wire(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in labels_of(name)) + b"\0"


def base32hex(octets):
    bits = "".join(f"{octet:08b}" for octet in octets)
    return "".join(BASE32HEX[int(bits[i:i + 5].ljust(5, "0"), 2)] for i in range(0, len(bits), 5))


def bitmap(types):
    numbers = sorted(type_number(word) for word in types)
    wire = b""
    for window in sorted({number >> 8 for number in numbers}):
        octets = bytearray(32)
        for number in numbers:
            if number >> 8 == window:
                octets[(number & 255) >> 3] |= 0x80 >> (number & 7)
        used = bytes(octets).rstrip(b"\0")
        wire += bytes([window, len(used)]) + used
    return wire


def type_number(word):
    return TYPES[word] if word in TYPES else int(word.removeprefix("TYPE"))


def unix_time(text):
    return calendar.timegm(time.strptime(text, "%Y%m%d%H%M%S"))


def string(word):
    octets = word.encode()
    return bytes([len(octets)]) + octets


def rdata_wire(kind, words):
    """Canonical RDATA (RFC 4034 6.2)."""
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(words[0]).packed
    if kind in ("NS", "CNAME", "DNAME", "PTR"):
        return name_wire(words[0])
    if kind == "MX":
        return struct.pack("!H", int(words[0])) + name_wire(words[1])
    if kind == "SRV":
        return struct.pack("!HHH", *map(int, words[:3])) + name_wire(words[3])
    if kind == "SOA":
        return name_wire(words[0]) + name_wire(words[1]) + struct.pack("!5I", *map(int, words[2:]))
    if kind == "TXT":
        return b"".join(map(string, words))
    if kind == "CAA":
        return bytes([int(words[0])]) + string(words[1]) + words[2].encode()
    if kind == "DS":
        return struct.pack("!HBB", *map(int, words[:3])) + bytes.fromhex("".join(words[3:]))
    if kind == "DNSKEY":
        return struct.pack("!HBB", *map(int, words[:3])) + base64.b64decode("".join(words[3:]))
    if kind == "NSEC":
        # RFC 6840 5.1: the next name keeps its case; all names here are lower case.
        return name_wire(words[0]) + bitmap(words[1:])
    if kind == "NSEC3":
        salt = b"" if words[3] == "-" else bytes.fromhex(words[3])
        bits = "".join(f"{BASE32HEX.index(c):05b}" for c in words[4].upper())
        following = int(bits, 2).to_bytes(20, "big")
        return (struct.pack("!BBHB", *map(int, words[:3]), len(salt)) + salt + bytes([20]) + following + bitmap(words[5:]))
    raise Fault(f"RDATA of {kind} is not known here")


class Key:
    known = {}

    def __init__(self, zone, name, algorithm, flags):
        self.zone, self.algorithm, self.flags = zone, algorithm, flags
        self.seed = hashlib.sha256(f"{zone} {name}".encode()).digest()
        der = PRIVATE_PREFIX + self.seed
        self.public = openssl("pkey", "-inform", "DER", "-pubout", "-outform", "DER", data=der)[-32:]
        self.der = der

    @classmethod
    def of(cls, zone, options):
        identity = (zone, options.get("key", "key"), int(options.get("algorithm", ALGORITHM)),
                    int(options.get("flags", 257)))
        if identity not in cls.known:
            cls.known[identity] = cls(*identity)
        return cls.known[identity]

    def rdata(self):
        return struct.pack("!HBB", self.flags, 3, self.algorithm) + self.public

    # Most files begin with the same chain.
    @functools.lru_cache(maxsize=None)
    def sign(self, data):
        with tempfile.TemporaryDirectory() as folder:
            message = pathlib.Path(folder, "message")
            message.write_bytes(data)
            secret = pathlib.Path(folder, "key")
            secret.write_bytes(self.der)
            return openssl("pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", secret, "-in", message)


def key_tag(rdata):
    total = sum(octet << 8 if i % 2 == 0 else octet for i, octet in enumerate(rdata))
    return (total + (total >> 16)) & 0xffff


def colliding_rdata(key, number):
    """A key that is none, with the tag of another (KeyTrap, CVE-2023-50387)."""
    start = struct.pack("!HBB", 257, 3, key.algorithm) + hashlib.sha256(f"{key.zone} {number}".encode()).digest()[:30]
    for last in range(65536):
        rdata = start + struct.pack("!H", last)
        if key_tag(rdata) == key_tag(key.rdata()):
            return rdata
    raise Fault("no key with this tag")


def dnskey_line(zone, rdata):
    flags, protocol, algorithm = struct.unpack("!HBB", rdata[:4])
    return f"{zone} {TTL} DNSKEY {flags} {protocol} {algorithm} {base64.b64encode(rdata[4:]).decode()}"


def make_key(zone, _, options):
    key = Key.of(zone, options)
    if "collisions" in options:
        return [dnskey_line(zone, colliding_rdata(key, i)) for i in range(int(options["collisions"]))]
    return [dnskey_line(zone, key.rdata())]


def ds_text(zone, options):
    key = Key.of(zone, options)
    digest_type = int(options.get("digest", 2))
    digest = {1: hashlib.sha1, 4: hashlib.sha384}.get(digest_type, hashlib.sha256)(name_wire(zone) + key.rdata())
    octets = bytearray(digest.digest())
    octets[0] ^= 0xff if "wrong" in options else 0
    return f"{zone} {TTL} DS {key_tag(key.rdata())} {key.algorithm} {digest_type} {octets.hex()}"


def make_ds(zone, _, options):
    return [ds_text(zone, options)]


def make_anchor(zone, _, options):
    return [f'trust-anchor: "{ds_text(zone, options)}"']


def make_key_anchor(zone, _, options):
    return [f'trust-anchor: "{dnskey_line(zone, Key.of(zone, options).rdata())}"']


def leave_unsigned(_, pending, __):
    pending.clear()
    return []


def signature_line(zone, owner, kind, records, options):
    key = Key.of(zone, options)
    ttl = records[0]["ttl"]
    made_from = options.get("from_wildcard", owner)
    count = len([label for label in labels_of(made_from) if label != "*"])
    signer = options.get("signer", zone)
    since, until = options.get("since", INCEPTION), options.get("until", EXPIRATION)
    tag = int(options.get("tag", key_tag(key.rdata())))
    header = struct.pack("!HBBIIIH", type_number(kind), key.algorithm, count, ttl, unix_time(until), unix_time(since), tag)
    data = header + name_wire(signer)
    for rdata in sorted({record["rdata"] for record in records}):
        data += name_wire(made_from) + struct.pack("!HHIH", type_number(kind), 1, ttl, len(rdata)) + rdata
    signature = bytearray(key.sign(data))
    for i in range(int(options.get("copies", 1))):
        if "wrong" in options:
            signature[0] = (signature[0] + 1 + i) & 0xff
        yield (f"{owner} {ttl} RRSIG {kind} {key.algorithm} {count} {ttl} {until} {since} {tag} {signer} "
               f"{base64.b64encode(bytes(signature)).decode()}")


def make_signature(zone, pending, options):
    """Of each RRset above that has none yet in its section."""
    sets = {}
    for record in pending:
        sets.setdefault((record["owner"], record["kind"]), []).append(record)
    if "keep" not in options:
        pending.clear()
    if not sets:
        raise Fault("nothing above to sign")
    return [line for (owner, kind), records in sets.items()
            for line in signature_line(zone, owner, kind, records, options)]


def nsec3_hash(name, salt, iterations):
    digest = hashlib.sha1(name_wire(name) + salt).digest()
    for _ in range(iterations):
        digest = hashlib.sha1(digest + salt).digest()
    return int.from_bytes(digest, "big")


def make_nsec3(zone, _, options):
    iterations, salt = int(options.get("iterations", 0)), options.get("salt", "-")
    salt_octets = b"" if salt == "-" else bytes.fromhex(salt)
    name = options.get("match", options.get("cover"))
    value = nsec3_hash(name, salt_octets, iterations)
    owner = value if "match" in options else value - 1
    types = options.get("types", "").replace(",", " ")
    hashes = [base32hex(number.to_bytes(20, "big")).lower() for number in (owner, value + 1)]
    suffix = "." if zone == "." else f".{zone}"
    flags = 1 if "optout" in options else 0
    return [f"{hashes[0]}{suffix} {TTL} NSEC3 1 {flags} {iterations} {salt} {hashes[1]} {types}".rstrip()]


DIRECTIVES = {"anchor": make_anchor, "anchor-key": make_key_anchor, "key": make_key, "ds": make_ds, "sign": make_signature,
              "nosign": leave_unsigned, "nsec3": make_nsec3}
# OWNER [TTL] [IN] TYPE RDATA
RECORD = re.compile(r"^(\S+)\s+(?:(\d+)\s+)?(?:IN\s+)?([A-Z0-9]+)\s+(\S.*)$")


def read_record(line):
    match = RECORD.match(line)
    if match is None or (match[3] not in TYPES and not match[3].startswith("TYPE")) or match[3] == "RRSIG":
        return None
    words = shlex.split(match[4].split(" ;")[0], posix=True)
    return {"owner": match[1].lower(), "ttl": int(match[2] or TTL), "kind": match[3], "rdata": rdata_wire(match[3], words)}


def sign_lines(lines):
    result, pending = [], []
    section = None
    for number, line in enumerate(lines, 1):
        if line.endswith(MARK):
            continue
        result.append(line)
        words = line.split()
        if words[:1] in (["SECTION"], ["ENTRY_BEGIN"], ["ENTRY_END"], ["CONFIG_END"]):
            pending.clear()
            section = words[1] if words[0] == "SECTION" else None
        match = re.match(r"^;([a-z0-9-]+) (\S+)(.*)$", line)
        try:
            if match is not None and match[1] in DIRECTIVES:
                options = dict(word.partition("=")[::2] for word in match[3].split())
                made = DIRECTIVES[match[1]](match[2], pending, options)
                result += [text + MARK for text in made]
            elif section not in (None, "QUESTION") and words:
                made = [line]
            else:
                continue
            if match is None or match[1] in ("key", "ds", "nsec3"):
                pending += [record for record in map(read_record, made) if record is not None]
        except (Fault, ValueError, KeyError, IndexError) as fault:
            raise SystemExit(f"line {number}: {line}: {fault!r}") from fault
    return result


def main(arguments):
    checks = arguments[:1] == ["--check"]
    changed = []
    for path in map(pathlib.Path, arguments[1:] if checks else arguments):
        before = path.read_text()
        after = "\n".join(sign_lines(before.split("\n")))
        if after != before:
            changed.append(path)
            if not checks:
                path.write_text(after)
    if checks and changed:
        raise SystemExit("not as sign_scenario.py writes it: " + ", ".join(map(str, changed)))


main(sys.argv[1:])
