#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes the corpora of fuzz_dcv_parameters, fuzz_persistent_record, fuzz_contact_record, fuzz_redirect_rules and
fuzz_tls_alpn_certificate.

Run by a developer when a form is added; its output is kept in git.
Needs: openssl.   Usage: tests/fuzz/make_dcv_corpus.py
"""
import pathlib
import subprocess
import tempfile

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"


def txt(*strings):
    return b"".join(bytes([len(s)]) + s for s in strings)


ACCOUNT = b"accounturi=acct:1@ca.test"
PERSISTENT = [
    b"", b"\5ca", txt(b""), txt(b"ca.test"), txt(b"ca.test; " + ACCOUNT), txt(b"ca.test; " + ACCOUNT + b"; policy=wildcard"),
    txt(b"ca.test; accounturi=acct:", b"1@ca.test;policy=wildcard"), txt(b"other.test; " + ACCOUNT),
    txt(b"CA.test;" + ACCOUNT + b";persistUntil=1795435200;policy=WILDCARD"), txt(b"ca.test;" + ACCOUNT + b";persistUntil=1"),
    txt(b"ca.test;" + ACCOUNT + b";persistUntil=999999999999999999"), txt(b"ca.test;" + ACCOUNT + b";persistUntil=abc"),
    txt(b"ca.test;" + ACCOUNT + b";AccountURI=x:y"), txt(b"ca.test;" + ACCOUNT.upper() + b";policy=wildcard"),
    txt(b"ca.test; " + ACCOUNT + b";"), txt(b"ca.test\0; " + ACCOUNT),
]
CONTACTS = [
    b"", b"a@b.test", b"mailto:a@b.test", b"a@b.test ", b"a.b+c@d-e.test", b'"a b@c"@d.test', b'"a\\"b"@c', b'"a"b"@c', b"a..b@c",
    b"a@b,c@d", "j\u00f6rg@b\u00fccher.test".encode(), b"a\xff@b", b"a\xc2\x85@b", b"a@[192.0.2.1]", b"a" * 64 + b"@b",
    b"a" * 65 + b"@b", b"+1 555 0100", b"+49-30-(123)45", b"+0123", b"+1;ext=5", b"tel:+1", b"+123456789012345",
    b"+1234567890123456",
]
HOSTS = [
    b"", b"a.test", b"xn--a.test", b"192.0.2.1", b"2130706433", b"0x7f.1", b"0x7f000001", b"127.1", b"0177.0.0.1", b"127.0.0.01",
    b"a%00b", b"a\0b", b"a.test.", b"a..test", b"a_b.test", b"[2001:db8::1]", b"[::ffff:192.0.2.1]", b"[fe80::1%1]", b"[192.0.2.1]",
    b"2001:db8::1", b"a.0x", b"a.0xg", b"1.a", b"u@a.test", b"a.test:80", b"a" * 63, b"a" * 64, b".".join([b"a"] * 127),
]
DIGEST = "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"
IDENTIFIER = "1.3.6.1.5.5.7.1.31"
CERTIFICATES = {
    "dns": ["subjectAltName=DNS:a.test", f"{IDENTIFIER}=critical,DER:0420{DIGEST}"],
    "ip": ["subjectAltName=IP:192.0.2.7", f"{IDENTIFIER}=critical,DER:0420{DIGEST}"],
    "noncritical": ["subjectAltName=DNS:a.test", f"{IDENTIFIER}=DER:0420{DIGEST}"],
    "no-extension": ["subjectAltName=DNS:a.test"],
    "no-san": [f"{IDENTIFIER}=critical,DER:0420{DIGEST}"],
    "two-names": ["subjectAltName=DNS:a.test,DNS:b.test", f"{IDENTIFIER}=critical,DER:0420{DIGEST}"],
    "other-name": ["subjectAltName=DNS:b.test", f"{IDENTIFIER}=critical,DER:0420{DIGEST}"],
    "mail": ["subjectAltName=email:a@a.test", f"{IDENTIFIER}=critical,DER:0420{DIGEST}"],
    "bad-digest": ["subjectAltName=DNS:a.test", f"{IDENTIFIER}=critical,DER:0421{DIGEST}00"],
    "nul-name": ["subjectAltName=DER:300A8208612E7465737400AA", f"{IDENTIFIER}=critical,DER:0420{DIGEST}"],
}


def parameters(method, is_ip=0, **members):
    token = "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0"
    lines = {"challenge": "value", "token": token, "key": token + ".9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI",
             "digest": "LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo", "path": "a/b.txt", "prefix": "_p",
             "account": "https://ca.test/a/1", "name": "User-Agent", "value": "x"} | members
    return bytes([method << 1 | is_ip]) + "\x1e".join(lines.values()).encode()


# By the numbers of enum dcv_method.
PARAMETERS = [parameters(method) for method in range(15)] + [
    parameters(1, 1), parameters(2, 1), parameters(3, 1), parameters(4, digest=DIGEST), parameters(4, 1, digest=DIGEST),
    parameters(7, 1), parameters(13, 1), parameters(8, challenge="a@b.test"), parameters(1, path="../a"),
    parameters(1, path="a%2e"), parameters(1, name="hOst"), parameters(1, value="a\r\nHost: b"), parameters(1, name="X: y"),
    parameters(2, token="short"), parameters(6, prefix="_a.b"), parameters(6, prefix=""), parameters(5, account="nothing"),
]


def put(target, seeds):
    folder = CORPUS / target
    folder.mkdir(exist_ok=True)
    for old in folder.glob("seed-*"):
        old.unlink()
    for name, seed in seeds:
        (folder / f"seed-{name}").write_bytes(seed)


def numbered(seeds):
    return [(f"{i:02}", seed) for i, seed in enumerate(seeds)]


def certificate(key, extensions):
    command = ["openssl", "req", "-x509", "-key", key, "-subj", "/CN=a", "-days", "1", "-outform", "DER", "-config", "/dev/null"]
    for extension in extensions:
        command += ["-addext", extension]
    return subprocess.run(command, check=True, capture_output=True).stdout


def main():
    put("fuzz_dcv_parameters", numbered(PARAMETERS))
    put("fuzz_persistent_record", numbered(PERSISTENT))
    put("fuzz_contact_record", numbered(CONTACTS))
    put("fuzz_redirect_rules", numbered(HOSTS))
    with tempfile.TemporaryDirectory(prefix="plx-corpus-") as folder:
        key = f"{folder}/key.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "ED25519", "-out", key], check=True)
        made = {name: certificate(key, extensions) for name, extensions in CERTIFICATES.items()}
    made["cut"] = made["dns"][:-1]
    made["trailing"] = made["dns"] + b"x"
    made["empty"] = b""
    put("fuzz_tls_alpn_certificate", made.items())


main()
