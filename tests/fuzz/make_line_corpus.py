#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes the corpus of fuzz_signed_line, by docs/perspectives.md and openssl, not by the code that it is for.

Needs: openssl. Run by a developer when a form is added; its output is kept in git.   Usage: tests/fuzz/make_line_corpus.py
"""
import base64
import hashlib
import json
import pathlib
import subprocess
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent / "corpus" / "fuzz_signed_line"
SEED = bytes([1, 2, 3]) + bytes(29)  # as in fuzz_signed_line.c
PKCS8_ED25519 = bytes.fromhex("302e020100300506032b657004220420")
ANSWER = {"answer": {"evidence": {"dns": [{"name": "a.test", "records": ["x\u00e9\u0001"], "rtt_us": 0}]}, "outcome": "pass"},
          "check_sha256": "00" * 32, "id": 1, "nonce": "00112233445566778899aabbccddeeff", "perspective": "fra-1",
          "rir": "RIPE NCC"}


def canonical(value) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def sign(text: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        key, data = pathlib.Path(folder) / "key", pathlib.Path(folder) / "data"
        key.write_bytes(PKCS8_ED25519 + SEED)
        data.write_bytes(text)
        return subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", key, "-in", data],
                              check=True, capture_output=True).stdout


def head_and_path(leaves: list[bytes], index: int | None) -> tuple[bytes, list[bytes]]:
    """RFC 9162 sections 2.1.1 and 2.1.3.1."""
    if len(leaves) == 1:
        return leaves[0], []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    in_left = index is not None and index < half
    left, left_path = head_and_path(leaves[:half], index if in_left else None)
    right, right_path = head_and_path(leaves[half:], index - half if index is not None and not in_left else None)
    return hashlib.sha256(b"\1" + left + right).digest(), left_path + [right] if in_left else right_path + [left]


def line(payload: bytes, size: int = 1, index: int = 0, name: str = "fra-1", claimed: tuple[int, int] | None = None) -> bytes:
    leaves = [hashlib.sha256(b"\0" + (payload if i == index else b"{}")).digest() for i in range(size)]
    root, path = head_and_path(leaves, index)
    signature = sign(f"parallax-perspective-tree-v1\n{name}\n{size}\n{root.hex()}\n".encode())
    proof = base64.b64encode(bytes(claimed or (index, size)) + signature + b"".join(path)).decode()
    return f'{{"perspective":"{name}","signature":"{proof}","payload":'.encode() + payload + b"}"


def put(name: str, data: bytes):
    (FOLDER / name).write_bytes(data)


for old in FOLDER.glob("*"):
    if not old.name.startswith("found-"):  # by a fuzzer: kept
        old.unlink()
answer = canonical(ANSWER)
put("line-empty", b"")
put("line-object", b"{}")
put("line-alone", line(answer))
put("line-least", line(b"{}"))
for tree_size, leaf in ((2, 1), (3, 2), (5, 4), (64, 63)):
    put(f"line-{leaf}-of-{tree_size}", line(answer, tree_size, leaf))
put("line-place-past-size", line(b"{}", claimed=(1, 1)))
put("line-size-0", line(b"{}", claimed=(0, 0)))
put("line-size-65", line(b"{}", claimed=(0, 65)))
put("line-foreign", line(b"{}", name="gru-1"))
put("line-not-canonical", line(b'{"b":1,"a":1}'))
put("line-real", line(b'{"a":1.5}'))
put("line-members-turned", b'{"payload":{},"perspective":"fra-1","signature":"AA=="}')
put("line-short-signature", b'{"perspective":"fra-1","signature":"AA==","payload":{}}')
put("payload", answer)
put("payload-escapes", rb'{"a":"\"\\\b\f\n\r\t\u0001\u001F","b":[-1,0,true,false,null,[],{}],"c":{"A":1,"a":2,"aa":3}}')
put("payload-utf8-broken", b'{"a":"\xff"}')
put("payload-integer-large", b'{"a":99999999999999999999}')
put("payload-deep", b'{"a":' + b"[" * 33 + b"]" * 33 + b"}")
