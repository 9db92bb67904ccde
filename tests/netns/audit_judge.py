#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A judge of the audit log that shares no code with its writer: docs/audit-log.md and Python's own modules only.

audit_judge.py LOG KEYS [ANSWERS]   verifies the chain; with ANSWERS (order_load.py --output): each answer that left has
                                    its record, with the same decision. Exit status 0 when all holds.

What a perspective signed is verified too, by KEYS/NAME/signing.pub. Python has no Ed25519: that is libcrypto's.
"""

import base64
import ctypes
import ctypes.util
import hashlib
import json
import re
import sqlite3
import struct
import sys
from pathlib import Path

SPKI_ED25519 = bytes.fromhex("302a300506032b6570032100")
EVP_PKEY_ED25519 = 1087


def record_hash(sequence: int, time_us: int, kind: str, body: bytes, previous: bytes) -> bytes:
    fields = (b"parallax-audit-1", struct.pack(">Q", sequence), struct.pack(">q", time_us), kind.encode(), body, previous)
    return hashlib.sha256(b"".join(struct.pack(">I", len(field)) + field for field in fields)).digest()


def canonical(value) -> bytes:
    """As docs/perspectives.md has it: of control characters, Python writes the digits small."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return re.sub(r"\\(u00..|.)", lambda match: "\\" + match[1][0] + match[1][1:].upper(), text).encode()


def signed_text(name: str, payload: bytes, signature: str) -> tuple[bytes, bytes]:
    """What the perspective's key must have signed, and its signature (docs/perspectives.md)."""
    proof = base64.b64decode(signature, validate=True)
    index, size, path = proof[0], proof[1], [proof[i:i + 32] for i in range(66, len(proof), 32)]
    node, width = hashlib.sha256(b"\0" + payload).digest(), size
    if not index < size <= 64:
        raise ValueError("a place that there is not")
    while width > 1:
        if index ^ 1 < width:
            pair = (path.pop(0), node) if index & 1 else (node, path.pop(0))
            node = hashlib.sha256(b"\1" + pair[0] + pair[1]).digest()
        index, width = index // 2, (width + 1) // 2
    if path:
        raise ValueError("a path too long")
    return f"parallax-perspective-tree-v1\n{name}\n{size}\n{node.hex()}\n".encode(), proof[2:66]


class Signatures:
    """Verifies check and probe records by the keys of their perspectives."""

    def __init__(self, folder: Path):
        self.folder, self.keys, self.roots, self.records = folder, {}, set(), 0
        self.crypto = ctypes.CDLL(ctypes.util.find_library("crypto"))
        self.crypto.EVP_PKEY_new_raw_public_key.restype = self.crypto.EVP_MD_CTX_new.restype = ctypes.c_void_p

    def key_of(self, name: str) -> ctypes.c_void_p:
        if name not in self.keys:
            lines = (self.folder / name / "signing.pub").read_text().splitlines()
            der = base64.b64decode("".join(line for line in lines if not line.startswith("-")))
            if der[:len(SPKI_ED25519)] != SPKI_ED25519:
                raise ValueError("no Ed25519 key")
            raw = der[len(SPKI_ED25519):]
            self.keys[name] = ctypes.c_void_p(
                self.crypto.EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, None, raw, ctypes.c_size_t(len(raw))))
        return self.keys[name]

    def is_signed(self, name: str, text: bytes, signature: bytes) -> bool:
        context = ctypes.c_void_p(self.crypto.EVP_MD_CTX_new())
        is_good = (self.crypto.EVP_DigestVerifyInit(context, None, None, None, self.key_of(name)) == 1
                   and self.crypto.EVP_DigestVerify(context, signature, ctypes.c_size_t(len(signature)), text,
                                                    ctypes.c_size_t(len(text))) == 1)
        self.crypto.EVP_MD_CTX_free(context)
        return is_good

    def verify(self, sequence: int, record: dict):
        if record["signature"] is None:
            return
        name, answer = record["perspective"], dict(record["answer"])
        if record["evidence"]:
            answer["evidence"] = record["evidence"]
        try:
            root = (name, *signed_text(name, canonical({**record["signed"], "answer": answer}), record["signature"]))
            is_good = root in self.roots or self.is_signed(*root)
        except (ValueError, IndexError, OSError) as error:
            sys.exit(f"record {sequence}: what {name} signed cannot be verified: {error}")
        if not is_good:
            sys.exit(f"record {sequence}: {name} did not sign it")
        self.roots.add(root)
        self.records += 1


def verify_chain(log: sqlite3.Connection, signatures: Signatures) -> tuple[int, dict[str, str]]:
    """How many records there are, and the decision of each order."""
    previous, expected, decisions = bytes(32), 1, {}
    rows = log.execute("SELECT sequence, time_us, kind, CAST(body AS BLOB), previous_hash, hash FROM record"
                       " ORDER BY sequence")
    for sequence, time_us, kind, body, previous_hash, own in rows:
        if sequence != expected:
            sys.exit(f"record {expected} is missing, {sequence} is there")
        if previous_hash != previous:
            sys.exit(f"record {sequence} does not follow the one before it")
        if record_hash(sequence, time_us, kind, body, previous) != own:
            sys.exit(f"record {sequence} was edited")
        if kind == "order":
            order = json.loads(body)
            if order["order_id"] in decisions:
                sys.exit(f"record {sequence}: order {order['order_id']} is decided twice")
            decisions[order["order_id"]] = order["decision"]
        if kind in ("check", "probe"):
            signatures.verify(sequence, json.loads(body))
        previous, expected = own, sequence + 1
    return expected - 1, decisions


def main(path: str, keys: str, answers: str | None = None):
    log = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    signatures = Signatures(Path(keys))
    count, decisions = verify_chain(log, signatures)
    checked = 0
    if answers:
        with open(answers, encoding="utf-8") as file:
            for text in file:
                answer = json.loads(text)
                if answer["outcome"] != "answered":
                    continue
                checked += 1
                recorded = decisions.get(answer["id"])
                if recorded != answer["decision"]:
                    sys.exit(f"order {answer['id']} ({answer['reference']}) was answered {answer['decision']}, "
                             f"its record says {recorded}")
    print(f"{count} records, {signatures.records} of them signed with {len(signatures.roots)} signatures, "
          f"{len(decisions)} orders decided, {checked} answers with their records")


if __name__ == "__main__":
    main(*sys.argv[1:])
