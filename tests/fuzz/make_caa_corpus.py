#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes the corpora of fuzz_issue_value and, from the vectors of the unit tests, of fuzz_caa_evaluate.

Run by a developer when a form is added; its output is kept in git.   Usage: tests/fuzz/make_caa_corpus.py
"""
import hashlib
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
CORPUS = HERE / "corpus"
VECTORS = HERE.parent / "unit" / "policy" / "caa_vectors.tsv"
RECORD = re.compile(r'(\d+) (\w+) "(.*)"')

ISSUE_VALUES = [
    b"", b";", b" \t", b"ca.test", b"ca.test;", b" ca.test ; a = 1 ; b-c=;d=\"x,y\" ", b"ca.test; a=1;", b"ca.test; a_b=1",
    b"ca.test policy=ev", b"ca.test; policy=ev;;account=1", b"ca.test.", b"-ca.test", b"ca..test", b"%%", b"; a=1",
    b"ca.test; accounturi=https://ca.test/a/1; validationmethods=dns-01,http-01", b"ca.test; a=1 2", b"ca.test\0",
    b"ca.test;accounturi=acct:1@ca.test;persistUntil=1795435200;policy=wildcard", b"ca.test; a=\xff",
    b"ca.test" + b";a=1" * 64, b"ca.test" + b";a=1" * 65,
]


def rdata_of(text):
    if text.startswith("\\# "):
        return bytes.fromhex(text[3:])
    flags, tag, value = RECORD.fullmatch(text).groups()
    value = re.sub(r"U([12])", r"https://ca.test/a/\1", value)
    return bytes([int(flags), len(tag)]) + tag.encode() + value.encode()


def evaluations():
    """The layout of fuzz_caa_evaluate.c: settings, then length and RDATA of each record."""
    for line in VECTORS.read_text().splitlines():
        if line.startswith("#"):
            continue
        _, profile, identifier, records, _, _, switches = line.split("\t")[:7]
        if not re.match(r"\d|\\", records):
            continue
        settings = (identifier == "wildcard") | (profile == "smime") << 1 | (switches == "-parameters-enforced") << 2
        settings |= (switches == "-issuer-case-folding") << 3 | (switches == "+flag-1-critical") << 4
        rdata = [rdata_of(text) for text in records.split(" | ")]
        yield bytes([settings]) + b"".join(bytes([len(data)]) + data for data in rdata)


def write(target, prefix, inputs):
    folder = CORPUS / target
    folder.mkdir(exist_ok=True)
    for old in folder.glob(f"{prefix}-*"):
        old.unlink()
    for data in inputs:
        (folder / f"{prefix}-{hashlib.sha256(data).hexdigest()[:10]}").write_bytes(data)


def main():
    write("fuzz_issue_value", "value", ISSUE_VALUES)
    write("fuzz_caa_evaluate", "rrset", evaluations())


main()
