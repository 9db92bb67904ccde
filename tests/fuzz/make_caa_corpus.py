#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes the corpora of fuzz_issue_value.

Run by a developer when a form is added; its output is kept in git.   Usage: tests/fuzz/make_caa_corpus.py
"""
import pathlib

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"

ISSUE_VALUES = [
    b"", b";", b" \t", b"ca.test", b"ca.test;", b" ca.test ; a = 1 ; b-c=;d=\"x,y\" ", b"ca.test; a=1;", b"ca.test; a_b=1",
    b"ca.test policy=ev", b"ca.test; policy=ev;;account=1", b"ca.test.", b"-ca.test", b"ca..test", b"%%", b"; a=1",
    b"ca.test; accounturi=https://ca.test/a/1; validationmethods=dns-01,http-01", b"ca.test; a=1 2", b"ca.test\0",
    b"ca.test;accounturi=acct:1@ca.test;persistUntil=1795435200;policy=wildcard", b"ca.test; a=\xff",
    b"ca.test" + b";a=1" * 64, b"ca.test" + b";a=1" * 65,
]


def main():
    target = CORPUS / "fuzz_issue_value"
    target.mkdir(exist_ok=True)
    for old in target.glob("value-*"):
        old.unlink()
    for i, value in enumerate(ISSUE_VALUES):
        (target / f"value-{i:02}").write_bytes(value)


main()
