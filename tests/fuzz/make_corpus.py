#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes the fuzz corpora and tests/unit/dns/message_samples.h from real answers.

Serves all_types.zone, plain and signed, by knotd on loopback; asks it by UDP and TCP for the wire and by kdig for the
text; adds hostile messages made by hand. Run by a developer when a form is added; its output is kept in git.
Needs: knotd, kdig.   Usage: tests/fuzz/make_corpus.py
"""
import hashlib
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
CORPUS = HERE / "corpus"
SAMPLES = HERE.parent / "unit" / "dns" / "message_samples.h"

# Corpora of other targets are not ours to remove.
TARGETS = [
    "fuzz_address_prefix",
    "fuzz_caa_record",
    "fuzz_dns_message",
    "fuzz_dns_name",
    "fuzz_identifier",
    "fuzz_job_record",
    "fuzz_rdata",
    "fuzz_result_body",
    "fuzz_utc_time",
]

CONFIG = """
server:
    rundir: "{dir}"
    listen: 127.0.0.1@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: "{dir}/db"
policy:
  - id: signed
    algorithm: ecdsap256sha256
    nsec3: on
    nsec3-salt-length: 0
template:
  - id: default
    storage: "{dir}"
    file: "all_types.zone"
    zonefile-load: whole
    zonefile-sync: -1
    semantic-checks: off
zone:
  - domain: example.test
  - domain: signed.test
    file: "signed.zone"
    dnssec-signing: on
    dnssec-policy: signed
"""

SIGNED_ZONE = """
@ 300 SOA ns1 host 1 3600 900 1209600 60
@ 300 NS ns1
@ 300 CAA 0 issue "ca.test"
ns1 300 A 192.0.2.1
txt 300 TXT "token"
sub 300 NS ns.sub
ns.sub 300 A 192.0.2.2
"""

TYPES = {
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "HINFO": 13, "MINFO": 14, "MX": 15, "TXT": 16, "RP": 17,
    "AFSDB": 18, "AAAA": 28, "SRV": 33, "NAPTR": 35, "KX": 36, "CERT": 37, "DNAME": 39, "DS": 43, "SSHFP": 44,
    "RRSIG": 46, "NSEC": 47, "DNSKEY": 48, "DHCID": 49, "NSEC3": 50, "NSEC3PARAM": 51, "TLSA": 52, "SMIMEA": 53,
    "CDS": 59, "CDNSKEY": 60, "OPENPGPKEY": 61, "CSYNC": 62, "ZONEMD": 63, "SVCB": 64, "HTTPS": 65, "SPF": 99,
    "URI": 256, "CAA": 257, "TYPE65280": 65280, "TYPE65281": 65281,
}


def wire_name(name):
    wire, label, i = b"", b"", 0
    while i < len(name):
        if name[i] == "\\" and name[i + 1].isdigit():
            label, i = label + bytes([int(name[i + 1:i + 4])]), i + 4
        elif name[i] == "\\":
            label, i = label + name[i + 1].encode(), i + 2
        elif name[i] == ".":
            wire, label, i = wire + bytes([len(label)]) + label, b"", i + 1
        else:
            label, i = label + name[i].encode(), i + 1
    return wire + (bytes([len(label)]) + label if label else b"") + b"\0"


def query(name, rr_type, dnssec):
    opt = b"\0" + struct.pack(">HHIH", 41, 1232, 0x8000 if dnssec else 0, 0)
    return struct.pack(">HHHHHH", 0x1234, 0x0100, 1, 0, 0, 1) + wire_name(name) + struct.pack(
        ">HH", rr_type, 1) + opt


def ask(port, name, rr_type, dnssec=False, tcp=False):
    message = query(name, rr_type, dnssec)
    kind = socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as s:
        s.settimeout(2)
        s.connect(("127.0.0.1", port))
        if not tcp:
            s.send(message)
            return s.recv(65535)
        s.sendall(struct.pack(">H", len(message)) + message)
        stream = s.makefile("rb")
        return stream.read(struct.unpack(">H", stream.read(2))[0])


def kdig_lines(port, name, rr_type, tcp):
    out = subprocess.run(
        ["kdig", "@127.0.0.1", "-p", str(port), "+edns", "+bufsize=1232", "+noall", "+answer", "+authority",
         "+additional", "+tcp" if tcp else "+ignore", name, rr_type],
        check=True, capture_output=True, text=True).stdout
    lines = []
    for line in out.splitlines():
        if line and not line.startswith(";"):
            owner, ttl, kind, rdata = re.fullmatch(r"(\S+)\s+(\d+)\s+IN\s+(\S+)\s+(.*)", line).groups()
            lines.append(f"{owner} {ttl} {kind} {rdata.strip()}")
    return lines


def wait_for_server(port, zones):
    deadline = time.monotonic() + 10
    for zone in zones:
        while True:
            try:
                if ask(port, zone, 6)[3] & 0xf == 0:
                    break
            except OSError:
                pass
            if time.monotonic() > deadline:
                raise SystemExit(f"knotd does not serve {zone}")
            time.sleep(0.05)


def zone_questions():
    owner, questions = None, []
    for line in (HERE / "all_types.zone").read_text().splitlines():
        fields = line.split()
        if line and not line.startswith((";", "$")):
            owner = fields[0]
            name = "example.test." if owner == "@" else f"{owner}.example.test."
            if (name, fields[1]) not in questions:
                questions.append((name, fields[1]))
    return questions + [("none.example.test.", "CAA"), ("x.dn.example.test.", "TXT"),
                        ("chain1.example.test.", "CAA"), ("a.wild.example.test.", "CAA")]


def c_string(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def hex_lines(wire):
    text = wire.hex()
    return "\n".join(f'\t\t"{text[i:i + 90]}"' for i in range(0, len(text), 90))


def write_samples(samples):
    out = ["// SPDX-License-Identifier: BSD-3-Clause",
           "// Answers of knotd and what kdig prints of them. Written by tests/fuzz/make_corpus.py: do not edit.", "",
           "// clang-format off", "#pragma once", "", "struct message_sample {",
           "\tconst char *question;", "\tconst char *wire_hex;", "\tconst char *lines; // owner TTL type RDATA",
           "};", "", "static const struct message_sample message_samples[] = {"]
    for question, wire, lines in samples:
        text = "\n".join("\t\t" + c_string(line + "\n").replace("\n", "\\n") for line in lines) or '\t\t""'
        out += ["\t{", f"\t\t{c_string(question)},", hex_lines(wire) + ",", text + ",", "\t},"]
    out += ["};", "// clang-format on", ""]
    SAMPLES.write_text("\n".join(out))


def put(target, name, data):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def header(qd=1, an=0, ns=0, ar=0, flags=0x8400):
    return struct.pack(">HHHHHH", 0x1234, flags, qd, an, ns, ar)


def record(owner, rr_type, rdata, rr_class=1, ttl=60):
    return owner + struct.pack(">HHIH", rr_type, rr_class, ttl, len(rdata)) + rdata


def hostile_messages():
    question = b"\1a\4test\0" + struct.pack(">HH", 257, 1)
    at_question = b"\xc0\x0c"
    opt = lambda options, owner=b"\0": record(owner, 41, options, 1232, 0)
    start = 12 + len(question)
    pointers = b"".join(struct.pack(">H", 0xc000 | (start + 10 + 2 * i - 2 if i else 12)) for i in range(128))
    yield "empty", b""
    yield "header-11", header()[:11]
    yield "header-only", header(0)
    yield "two-questions", header(2) + question + question
    yield "question-pointer-self", header() + b"\xc0\x0c" + struct.pack(">HH", 257, 1)
    yield "owner-pointer-self", header(1, 1) + question + record(struct.pack(">H", 0xc000 | start), 1, b"\1\2\3\4")
    yield "owner-pointer-forward", header(1, 1) + question + record(struct.pack(">H", 0xc001 + start), 1, b"\1\2\3\4")
    yield "owner-pointer-header", header(1, 1) + question + record(b"\xc0\0", 1, b"\1\2\3\4")
    yield "owner-label-loop", header(1, 1) + question + record(b"\1b" + struct.pack(">H", 0xc000 | start), 1, b"\1\2\3\4")
    yield "label-type-40", header(1, 1) + question + record(b"\x41a\0", 1, b"\1\2\3\4")
    yield "jumps-128", header(1, 2) + question + record(b"\0", 65280, pointers) + record(
        struct.pack(">H", 0xc000 | (start + 11 + 2 * 127)), 1, b"\1\2\3\4")
    yield "count-lies", header(1, 65535, 65535, 65535) + question
    yield "rdlength-lies", header(1, 1) + question + at_question + struct.pack(">HHIH", 257, 1, 60, 65535) + b"\0\5"
    yield "caa-tag-empty", header(1, 1) + question + record(at_question, 257, b"\0\0x")
    yield "caa-tag-beyond", header(1, 1) + question + record(at_question, 257, b"\0\6issue")
    yield "caa-empty", header(1, 1) + question + record(at_question, 257, b"")
    yield "cname-beyond-rdata", header(1, 1) + question + record(at_question, 5, b"\5abc")
    yield "soa-short", header(1, 0, 1) + question + record(at_question, 6, b"\0\0" + b"\0" * 19)
    yield "txt-cut", header(1, 1) + question + record(at_question, 16, b"\5abc")
    yield "opt-twice", header(1, 0, 0, 2) + question + opt(b"") + opt(b"")
    yield "opt-in-answer", header(1, 1) + question + opt(b"")
    yield "opt-not-root", header(1, 0, 0, 1) + question + opt(b"", at_question)
    yield "opt-32-options", header(1, 0, 0, 1) + question + opt(struct.pack(">HH", 12, 0) * 32)
    yield "opt-33-options", header(1, 0, 0, 1) + question + opt(struct.pack(">HH", 12, 0) * 33)
    yield "opt-option-cut", header(1, 0, 0, 1) + question + opt(struct.pack(">HH", 12, 9) + b"x")
    yield "cookie-and-ede", header(1, 0, 0, 1) + question + opt(
        struct.pack(">HH", 10, 16) + b"clientckserverck" + struct.pack(">HHH", 15, 2, 22))
    yield "cookie-of-9", header(1, 0, 0, 1) + question + opt(struct.pack(">HH", 10, 9) + b"123456789")
    yield "trailing", header() + question + b"x"
    deep = b"\1x" * 126
    yield "deep-name", header(1, 40) + question + record(deep + b"\0", 2, struct.pack(">H", 0xc000 | start)) + record(
        struct.pack(">H", 0xc000 | start), 2, struct.pack(">H", 0xc000 | start)) * 39
    yield "name-256", header(1, 1) + question + record(b"\1x" * 127 + b"\1y\0", 1, b"\1\2\3\4")


def write_messages(captured):
    for name, wire in captured:
        put("fuzz_dns_message", f"knot-{hashlib.sha256(name.encode()).hexdigest()[:12]}", wire)
    for name, wire in hostile_messages():
        put("fuzz_dns_message", f"hostile-{name}", wire)


def rdata_of(wire):
    """(type, RDATA) of all records of an answer whose RDATA holds no pointer."""
    at = 12
    while wire[at]:
        at += 1 + wire[at]
    at += 5
    for _ in range(sum(struct.unpack(">HHH", wire[6:12]))):
        while 0 < wire[at] < 0xc0:
            at += 1 + wire[at]
        at += 2 if wire[at] else 1
        rr_type, _class, _ttl, length = struct.unpack(">HHIH", wire[at:at + 10])
        yield rr_type, wire[at + 10:at + 10 + length]
        at += 10 + length


def write_small_corpora(captured):
    names = ["", ".", "example.test", "example.test.", "a..b", ".a", "a b", "\\000\\255.x", "\\.", "\\", "\\25", "\\256",
             "x" * 63 + ".test", "x" * 64, ".".join(["x" * 63] * 4), ".".join(["x" * 63] * 3 + ["y" * 61]),
             "b\u00fccher.test", "_dmarc.*.Example", "\\035.\\#", "a\x7f", "\x01"]
    for i, name in enumerate(names):
        put("fuzz_dns_name", f"name-{i:02}", name.encode("latin-1"))
    seen = set()
    for _, wire in captured:
        for rr_type, rdata in rdata_of(wire):
            if rr_type not in seen and len(rdata) < 600:
                seen.add(rr_type)
                put("fuzz_rdata", f"type-{rr_type}", struct.pack(">H", rr_type) + rdata)
            if rr_type == 257 and len(rdata) < 40:
                put("fuzz_caa_record", f"caa-{hashlib.sha256(rdata).hexdigest()[:8]}", rdata)
    for i, rdata in enumerate([b"", b"\0", b"\0\0", b"\0\5issu", b"\x80\5issue;", b"\0\xff" + b"a" * 255, b"\0\1-x"]):
        put("fuzz_caa_record", f"edge-{i}", rdata)
    job = lambda kind, qtype, name, **k: struct.pack(
        ">QHBBBBIB", 1, qtype, kind, k.get("flags", 0), k.get("resolution", 0), k.get("attempts", 6),
        k.get("timeout", 8000), len(name)) + name
    jobs = [job(1, 257, b"\1a\0"), job(2, 257, b"\1a\4test\0"), job(2, 0, b"\0"), job(0, 1, b"\0"), job(1, 255, b"\0"),
            job(1, 1, b"\1a\0", flags=1), job(1, 1, b"\1a\0", flags=2), job(1, 1, b"\1a\0", attempts=65),
            job(1, 1, b"\1a\0", timeout=120001), job(1, 1, b"\x40a\0"), job(1, 1, b""), job(1, 1, b"\1a\0")[:-1]]
    for i, data in enumerate(jobs):
        put("fuzz_job_record", f"job-{i:02}", data)
    name = lambda wire: bytes([len(wire)]) + wire
    entry = lambda rdata: struct.pack(">IH", 60, len(rdata)) + rdata
    # has_found_at, alias_count, record_count, then the body: the layout of fuzz_result_body.c.
    bodies = [b"\0\0\0\0", b"\1\0\0\1" + name(b"\1a\0") + name(b"\1a\0") + entry(b"\0\5issuex"),
              b"\0\2\0\2" + name(b"\1a\0") + name(b"\1b\0") + name(b"\1c\0") + entry(b"") + entry(b"\1x"),
              b"\0\0\0\1" + name(b"\1a\0") + b"\0\0\0\0\xff\xff", b"\1\x09\0\0" + name(b"\1a\0"), b"\1\0\0\0\2\1a"]
    for i, data in enumerate(bodies):
        put("fuzz_result_body", f"body-{i}", data)


def write_name_corpora():
    prefixes = ["192.0.2.0/24", "0.0.0.0/0", "10.0.0.1/32", "2001:db8::/32", "::/0", "::1/128", "10.1.2.3/8", "10.0.0.0",
                "10.0.0.0/33", "10.0.0.0/08", "/8", "", "::ffff:10.0.0.0/104"]
    for i, prefix in enumerate(prefixes):
        put("fuzz_address_prefix", f"prefix-{i:02}", prefix.encode())
    # The first octet chooses type and rules: the layout of fuzz_identifier.c.
    onion = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"
    dns = ["www.example.com", "*.Example.test", "b\u00fccher.example.com", "xn--bcher-kva.de", "xn--a.com", onion, "a." + onion,
           "onion", "1.2.0.192.in-addr.arpa", "co.uk", "*.com", "a_b.test", "-a.test", "ab--c.test", "127.1", "0x7f.1",
           "example.com.", "a\u3002b.test", "\uff0a.test", ".".join(["x" * 63] * 4), "a..test", "*", "a\0.test"]
    for i, name in enumerate(dns):
        put("fuzz_identifier", f"dns-{i:02}", b"\0" + name.encode())
        put("fuzz_identifier", f"form-{i:02}", b"\x1e" + name.encode())
    for i, address in enumerate(["8.8.8.8", "2001:4860:4860::8888", "10.0.0.1", "::ffff:8.8.8.8", "[::1]", "fe80::1%lo"]):
        put("fuzz_identifier", f"ip-{i}", b"\1" + address.encode())
def write_time_corpus():
    texts = ["2026-11-23T17:00:00.123456Z", "1969-12-31t23:59:59z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z",
             "2024-02-29T00:00:00.5Z", "2100-02-29T00:00:00Z", "2026-11-23T17:00:60Z", "2026-11-23T17:00:00+01:00",
             "2026-11-23T17:00:00.1234567890Z", "2026-11-23T17:00", "2026-12-15", "2026-02-30", ""]
    for i, text in enumerate(texts):
        put("fuzz_utc_time", f"text-{i:02}", text.encode())
    for number in (0, -1, -62167219200000000, 253402300799999999, 253402300800000000, 2**63 - 1, -2**63):
        put("fuzz_utc_time", f"number-{number & (2**64 - 1):016x}", struct.pack("<q", number))


def write_order_corpus():
    """The orders of the unit tests that are refused, and some that are taken."""
    table = HERE.parent / "unit" / "order" / "order_faults.tsv"
    rows = [line.split("\t") for line in table.read_text().splitlines() if line[0] != "#"][1:]
    for number, row in enumerate(rows):
        put("fuzz_order_request", f"fault-{number:02}", row[2].encode())
    dns_01 = '"dcv":{"validation_method":"acme-dns-01","key_authorization_hash":"LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo"}'
    change = '"dcv":{"validation_method":"dns-change","challenge_value":"abcdefghijklmnopqrstuvwx","dns_record_type":"TXT"}'
    page = ('"dcv":{"validation_method":"website-change","challenge_value":"abcdefghijklmnopqrstuvwx","http_token_path":"p",'
            '"http_headers":{"x-a":"1"}}')
    orders = [
        '{"identifiers":[{"type":"dns","value":"www.example.test",' + dns_01 + '},{"type":"dns","value":"*.example.test",'
        + dns_01 + "}]}",
        '{"profile":"smime","account_uri":"https://ca.test/a/1","issuer_domains":["ca.test"],"max_attempts":3,'
        '"reference":"r","decide_at":"2026-12-15T00:00:00Z","identifiers":[{"type":"dns","value":"a.b.example.test",'
        '"authorization_domain":"b.example.test",' + change + "}]}",
        '{"profile":"private","identifiers":[{"type":"ip","value":"8.8.8.8",' + page + '},{"type":"ip",'
        '"value":"2001:4860:4860::8888",' + page + "}]}",
    ]
    for number, text in enumerate(orders):
        put("fuzz_order_request", f"order-{number}", text.encode())


def write_check_corpus():
    """Checks as the coordinator asks them, and what a perspective answers."""
    shared = '"identifier":{"type":"dns","value":"www.example.test"},"profile":"tls","time":"2026-11-23T12:00:00Z"'
    requests = [
        '{"check":"dcv","dcv":{"validation_method":"acme-dns-01","key_authorization_hash":"LPsIwTo7o8BoG0"},' + shared + "}",
        '{"check":"dcv","authorization_domain":"example.test","dcv":{"validation_method":"dns-persistent",'
        '"issuer_domain_names":["ca.test"],"expected_account_uri":"https://ca.test/a/1"},' + shared + "}",
        '{"check":"dcv","dcv":{"validation_method":"website-change","challenge_value":"v","http_token_path":"p",'
        '"http_headers":{"x-a":"1"},"url_scheme":"https","issued_at":1795435200},' + shared + "}",
        '{"check":"caa","issuer_domains":["ca.test"],"account_uri":"https://ca.test/a/1",'
        '"validation_method":"acme-http-01",' + shared + "}",
        '{"check":"caa","outcome":"permit","reason":"matched","message":"m","corroboration":null,"found_at":"test",'
        '"dnssec":"secure","usable_until":null,"time":"2026-11-23T12:00:00Z","duration_us":1,"evidence":{"dns":[]}}',
        '{"check":"dcv","outcome":"error","reason":"timeout","message":"m","dnssec":"unchecked",'
        '"time":"2026-11-23T12:00:00Z","duration_us":8000000}',
    ]
    website = '"dcv":{"validation_method":"website-change","challenge_value":"v","http_token_path":"p"}'
    requests += [
        '{"check":"dcv","probe":"user-agent",' + website + "," + shared + "}",
        '{"check":"dcv","probe":"address-family","address_family":6,' + website + "," + shared + "}",
        '{"check":"dcv","probe":"later",' + website + "," + shared + "}",
    ]
    for number, text in enumerate(requests):
        put("fuzz_check_request", f"check-{number}", text.encode())


def capture(port):
    samples, captured = [], []
    for name, rr_type in zone_questions():
        number = TYPES[rr_type]
        wire = ask(port, name, number)
        tcp = bool(wire[2] & 2)
        if tcp:
            captured.append((f"{name} {rr_type} truncated", wire))
            wire = ask(port, name, number, tcp=True)
        captured.append((f"{name} {rr_type}", wire))
        samples.append((f"{name} {rr_type}", wire, kdig_lines(port, name, rr_type, tcp)))
    for name, rr_type in [("signed.test.", "CAA"), ("signed.test.", "DNSKEY"), ("txt.signed.test.", "TXT"),
                          ("none.signed.test.", "CAA"), ("x.sub.signed.test.", "CAA"), ("signed.test.", "NSEC3PARAM")]:
        captured.append((f"{name} {rr_type} do", ask(port, name, TYPES[rr_type], dnssec=True)))
    return samples, captured


def main():
    for target in TARGETS:
        for old in (CORPUS / target).glob("*"):
            if not old.name.startswith("found-"):  # by a fuzzer: kept
                old.unlink()
    with tempfile.TemporaryDirectory(prefix="plx-corpus-") as folder:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        (pathlib.Path(folder) / "db").mkdir()
        (pathlib.Path(folder) / "knot.conf").write_text(CONFIG.format(dir=folder, port=port))
        (pathlib.Path(folder) / "signed.zone").write_text(SIGNED_ZONE)
        shutil.copy(HERE / "all_types.zone", folder)
        server = subprocess.Popen(["knotd", "-c", f"{folder}/knot.conf"], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        try:
            wait_for_server(port, ["example.test.", "signed.test."])
            samples, captured = capture(port)
        finally:
            server.terminate()
            server.wait()
    write_samples(samples)
    write_messages(captured)
    write_small_corpora(captured)
    write_name_corpora()
    write_time_corpus()
    write_check_corpus()
    write_order_corpus()
    count = sum(1 for f in CORPUS.rglob("*") if f.is_file())
    print(f"{len(samples)} samples, {count} corpus files")


if __name__ == "__main__":
    main()
