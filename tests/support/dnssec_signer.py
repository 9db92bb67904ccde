# SPDX-License-Identifier: BSD-3-Clause
"""Signs zones for tests and benchmarks, right ones and wrong ones: a quarter of a million of them, each with a key and
dates of its own, which is not what signing tools are made for. Curve and hash are libcrypto's; everything else is
here, so that each fault can be planted where it is wanted. Names are wire form in lower case, RDATA is wire form.
"""

import base64
import ctypes
import hashlib
import struct
from typing import NamedTuple

NS, CNAME, SOA, DS, RRSIG, NSEC, DNSKEY, NSEC3, NSEC3PARAM = 2, 5, 6, 43, 46, 47, 48, 50, 51
TYPE_NAMES = {1: "A", NS: "NS", CNAME: "CNAME", SOA: "SOA", 16: "TXT", 28: "AAAA", 39: "DNAME", DS: "DS", RRSIG: "RRSIG",
              NSEC: "NSEC", DNSKEY: "DNSKEY", NSEC3: "NSEC3", NSEC3PARAM: "NSEC3PARAM", 257: "CAA"}
RSASHA1, ECDSAP256SHA256 = 5, 13
BASE32_HEX = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789abcdefghijklmnopqrstuv")

# What can be wrong with the signature of an RRset, or with an NSEC record.
EXPIRED, EARLY, MISSING, FORGED, CLAIMS_DS = "expired", "not-yet-valid", "missing", "forged", "claims-ds"
DAY = 86400

crypto = ctypes.CDLL("libcrypto.so.3")
for function in ("EVP_PKEY_Q_keygen", "EVP_MD_CTX_new", "EVP_sha256", "EVP_sha1", "BN_new"):
    getattr(crypto, function).restype = ctypes.c_void_p
crypto.EVP_PKEY_Q_keygen.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p]  # the rest depends on the type
crypto.EVP_PKEY_get_octet_string_param.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t,
                                                   ctypes.c_void_p]
crypto.EVP_PKEY_get_bn_param.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
crypto.BN_num_bits.argtypes = [ctypes.c_void_p]
crypto.BN_bn2bin.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
crypto.BN_free.argtypes = [ctypes.c_void_p]
crypto.EVP_DigestSignInit.argtypes = [ctypes.c_void_p] * 5
crypto.EVP_DigestSign.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
crypto.EVP_PKEY_free.argtypes = [ctypes.c_void_p]
crypto.EVP_MD_CTX_reset.argtypes = [ctypes.c_void_p]
context = crypto.EVP_MD_CTX_new()
digests = {RSASHA1: crypto.EVP_sha1(), ECDSAP256SHA256: crypto.EVP_sha256()}


def wire_name(text: str) -> bytes:
    labels = [label.encode() for label in text.lower().rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def name_labels(wire: bytes) -> list[bytes]:
    labels, at = [], 0
    while wire[at]:
        labels.append(wire[at + 1:at + 1 + wire[at]])
        at += 1 + wire[at]
    return labels


def name_text(wire: bytes) -> str:
    return ".".join(label.decode("ascii") for label in name_labels(wire)) + "."


def parent_name(wire: bytes) -> bytes:
    return wire[1 + wire[0]:]


def canonical_order(wire: bytes) -> list[bytes]:
    """The sort key of RFC 4034 6.1."""
    return name_labels(wire)[::-1]


def type_bitmap(types) -> bytes:
    windows: dict[int, bytearray] = {}
    for rr_type in types:
        bits = windows.setdefault(rr_type >> 8, bytearray(32))
        bits[(rr_type & 0xff) >> 3] |= 0x80 >> (rr_type & 7)
    return b"".join(bytes([window, len(bits.rstrip(b"\0"))]) + bits.rstrip(b"\0")
                    for window, bits in sorted(windows.items()))


def hash_name(wire: bytes, salt: bytes, iterations: int) -> bytes:
    digest = hashlib.sha1(wire + salt).digest()
    for _ in range(iterations):
        digest = hashlib.sha1(digest + salt).digest()
    return digest


def key_tag(rdata: bytes) -> int:
    total = sum(rdata[::2]) * 256 + sum(rdata[1::2])
    return (total + (total >> 16)) & 0xffff


class Key:
    """One key that signs everything of its zone."""

    def __init__(self, algorithm: int = ECDSAP256SHA256):
        self.algorithm = algorithm
        if algorithm == ECDSAP256SHA256:
            self.pkey = crypto.EVP_PKEY_Q_keygen(None, None, b"EC", ctypes.c_char_p(b"P-256"))
            point = ctypes.create_string_buffer(65)
            crypto.EVP_PKEY_get_octet_string_param(self.pkey, b"pub", point, 65, None)
            public = point.raw[1:]
        else:
            self.pkey = crypto.EVP_PKEY_Q_keygen(None, None, b"RSA", ctypes.c_size_t(1024))
            public = b"\x03\x01\x00\x01" + self._modulus()
        self.dnskey = struct.pack("!HBB", 257, 3, algorithm) + public
        self.tag = key_tag(self.dnskey)

    def __del__(self):
        crypto.EVP_PKEY_free(self.pkey)

    def _modulus(self) -> bytes:
        number = ctypes.c_void_p()
        crypto.EVP_PKEY_get_bn_param(self.pkey, b"n", ctypes.byref(number))
        octets = ctypes.create_string_buffer((crypto.BN_num_bits(number) + 7) // 8)
        crypto.BN_bn2bin(number, octets)
        crypto.BN_free(number)
        return octets.raw

    def ds(self, owner: bytes) -> bytes:
        return struct.pack("!HBB", self.tag, self.algorithm, 2) + hashlib.sha256(owner + self.dnskey).digest()

    def sign(self, data: bytes) -> bytes:
        room = ctypes.create_string_buffer(256)
        length = ctypes.c_size_t(256)
        crypto.EVP_MD_CTX_reset(context)
        if crypto.EVP_DigestSignInit(context, None, digests[self.algorithm], None, self.pkey) != 1 or \
                crypto.EVP_DigestSign(context, room, ctypes.byref(length), data, len(data)) != 1:
            raise RuntimeError("libcrypto does not sign")
        der = room.raw[:length.value]
        if self.algorithm != ECDSAP256SHA256:
            return der
        split = 4 + der[3]  # SEQUENCE { INTEGER r, INTEGER s } to r | s of 32 octets each (RFC 6605)
        return b"".join(number.lstrip(b"\0").rjust(32, b"\0") for number in (der[4:split], der[split + 2:]))


class Window(NamedTuple):
    inception: int
    expiration: int


class Denial(NamedTuple):
    """NSEC when `nsec3` is false."""
    nsec3: bool = False
    opt_out: bool = False
    iterations: int = 0
    salt: bytes = b""


Records = dict[bytes, dict[int, list[bytes]]]  # owner, type, RDATA


def signature(key: Key, signer: bytes, owner: bytes, rr_type: int, ttl: int, rdatas: list[bytes], window: Window,
              fault: str | None = None) -> bytes:
    """The RDATA of an RRSIG."""
    inception, expiration = window
    if fault == EXPIRED:
        inception, expiration = inception - 30 * DAY, inception - DAY
    elif fault == EARLY:
        inception, expiration = expiration, expiration + 30 * DAY
    labels = name_labels(owner)
    count = len(labels) - (labels[:1] == [b"*"])
    head = struct.pack("!HBBIIIH", rr_type, key.algorithm, count, ttl, expiration, inception, key.tag) + signer
    fixed = owner + struct.pack("!HHI", rr_type, 1, ttl)
    octets = key.sign(head + b"".join(fixed + struct.pack("!H", len(rdata)) + rdata for rdata in sorted(rdatas)))
    if fault == FORGED:
        octets = octets[:-1] + bytes([octets[-1] ^ 1])
    return head + octets


class Signing:
    """One zone while it is signed: `records` gets its DNSKEY, NSEC or NSEC3, and RRSIG sets."""

    def __init__(self, origin: bytes, records: Records, key: Key, window: Window, ttl: int, denial: Denial = Denial(),
                 faults: dict[tuple[bytes, int], str] | None = None):
        self.origin, self.records, self.key, self.window, self.ttl = origin, records, key, window, ttl
        self.denial, self.faults = denial, faults or {}
        self.cuts = {owner for owner, sets in records.items() if NS in sets and owner != origin}

    def is_glue(self, owner: bytes) -> bool:
        while owner != self.origin:
            owner = parent_name(owner)
            if owner in self.cuts:
                return True
        return False

    def run(self):
        self.records[self.origin].setdefault(DNSKEY, [self.key.dnskey])
        owners = list(self.records) if len(self.cuts) == 0 else [o for o in self.records if not self.is_glue(o)]
        if self.denial.nsec3:
            self._chain_nsec3(owners)
        else:
            self._chain_nsec(owners)
        for owner in owners:
            self._sign_sets(owner)

    def _sign_sets(self, owner: bytes):
        sets = self.records[owner]
        signed = (DS, NSEC) if owner in self.cuts else tuple(sets)
        for rr_type in [rr_type for rr_type in signed if rr_type in sets]:
            fault = self.faults.get((owner, rr_type))
            if fault != MISSING:
                sets.setdefault(RRSIG, []).append(signature(self.key, self.origin, owner, rr_type, self.ttl,
                                                            sets[rr_type], self.window, fault))

    def _types_at(self, owner: bytes) -> set[int]:
        types = set(self.records.get(owner, ()))
        if owner in self.cuts:
            types &= {NS, DS}
            return types | {RRSIG} if DS in types else types
        return types | {RRSIG} if types else types

    def _chain_nsec(self, owners: list[bytes]):
        chain = sorted(owners, key=canonical_order)
        for owner, following in zip(chain, chain[1:] + chain[:1]):
            types = self._types_at(owner) | {NSEC, RRSIG}
            if self.faults.get((owner, NSEC)) == CLAIMS_DS:
                types.add(DS)
            self.records[owner][NSEC] = [following + type_bitmap(types)]

    def _chain_nsec3(self, owners: list[bytes]):
        parameters = struct.pack("!BBHB", 1, 0, self.denial.iterations, len(self.denial.salt)) + self.denial.salt
        self.records[self.origin][NSEC3PARAM] = [parameters]
        names = set()
        for owner in owners:
            if self.denial.opt_out and owner in self.cuts and DS not in self.records[owner]:
                continue
            while owner not in names:  # empty non-terminals included
                names.add(owner)
                owner = owner if owner == self.origin else parent_name(owner)
        chain = sorted((hash_name(name, self.denial.salt, self.denial.iterations), name) for name in names)
        flags = bytes([1, int(self.denial.opt_out)])
        for (digest, name), (following, _) in zip(chain, chain[1:] + chain[:1]):
            label = base64.b32encode(digest).translate(BASE32_HEX)
            owner = bytes([len(label)]) + label + self.origin
            rdata = flags + parameters[2:] + bytes([20]) + following + type_bitmap(self._types_at(name))
            fault = self.faults.get((name, NSEC3))
            self.records[owner] = {NSEC3: [rdata]}
            if fault != MISSING:
                self.records[owner][RRSIG] = [signature(self.key, self.origin, owner, NSEC3, self.ttl, [rdata],
                                                        self.window, fault)]


def zone_text(records: Records, ttl: int) -> str:
    """A zone file. RDATA is in the form of RFC 3597, which every server reads for known types as well."""
    lines = []
    for owner, sets in records.items():
        shown = name_text(owner)
        for rr_type, rdatas in sets.items():
            for rdata in rdatas:
                lines.append(f"{shown} {ttl} IN {TYPE_NAMES[rr_type]} \\# {len(rdata)} {rdata.hex()}")
    return "\n".join(lines) + "\n"
