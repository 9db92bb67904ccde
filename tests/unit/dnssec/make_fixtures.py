#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes zone_messages.tsv: answers from zones that ldns-signzone signed and knotd serves, with what they must be judged as.

A chain of its own: "." signs "test.", which delegates to zones of every algorithm and every way of denial. Signatures are
valid all through 2026. New keys with every run; the output is kept in git. What a row expects is written here by hand.
Needs: ldnsutils, knotd.   Usage: tests/unit/dnssec/make_fixtures.py
"""
import pathlib
import shutil
import socket
import struct
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
OUTPUT = HERE / "zone_messages.tsv"
ANCHOR = HERE / "zone_anchor.txt"
INCEPTION, EXPIRATION = "20260101000000", "20270101000000"
TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "MX": 15, "TXT": 16, "DS": 43, "NSEC": 47, "DNSKEY": 48, "CAA": 257}

CONTENT = """
@ 300 SOA ns1 host 1 3600 900 1209600 60
@ 300 NS ns1
ns1 300 A 192.0.2.1
www 300 A 192.0.2.2
www 300 A 192.0.2.3
www 300 CAA 0 issue "ca.test"
www 300 CAA 128 issuewild ";"
MiXed 300 MX 10 Mail.MiXed
MiXed 300 MX 5 A.Mail.MiXed
alias 300 CNAME www
*.wild 300 TXT "made"
*.cname 300 CNAME www
deep.ent 300 A 192.0.2.4
dname 300 DNAME ent
signed 300 NS ns1.signed
ns1.signed 300 A 192.0.2.5
signed 300 DS 12345 13 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
unsigned 300 NS ns1.unsigned
ns1.unsigned 300 A 192.0.2.6
many 300 TXT "a" "b"
many 300 TXT "a"
many 300 TXT ""
many 300 TXT "ab"
"""
SMALL = """
@ 300 SOA ns1 host 1 3600 900 1209600 60
@ 300 NS ns1
ns1 300 A 192.0.2.1
www 300 A 192.0.2.2
"""
# zone -> (algorithm, bits, options of ldns-signzone, content)
ZONES = {
    "nsec.test": ("ECDSAP256SHA256", 0, [], CONTENT),
    "nsec3.test": ("ED25519", 0, ["-n", "-t", "1", "-s", "ab"], CONTENT),
    "optout.test": ("RSASHA256", 1024, ["-n", "-p", "-t", "0"], CONTENT),
    "p384.test": ("ECDSAP384SHA384", 0, [], SMALL),
    "ed448.test": ("ED448", 0, [], SMALL),
    "rsa512.test": ("RSASHA512", 1024, [], SMALL),
    "sha1.test": ("RSASHA1", 1024, [], SMALL),
    "limit.test": ("ECDSAP256SHA256", 0, ["-n", "-t", "50"], SMALL),
    "heavy.test": ("ECDSAP256SHA256", 0, ["-n", "-t", "51"], SMALL),
    "digest.test": ("ECDSAP256SHA256", 0, [], SMALL),
    "unsigned.test": None,
}
# name, type, judge, kind, state, cause: for the zones with CONTENT.
COMMON = [
    ("www", "A", "answer", "records", "secure", "none"),
    ("www", "CAA", "answer", "records", "secure", "none"),
    ("mixed", "MX", "answer", "records", "secure", "none"),
    ("many", "TXT", "answer", "records", "secure", "none"),
    ("@", "SOA", "answer", "records", "secure", "none"),
    ("*.wild", "TXT", "answer", "records", "secure", "none"),
    ("alias", "A", "answer", "alias", "secure", "none"),
    ("alias", "CNAME", "answer", "records", "secure", "none"),
    ("z.dname", "A", "answer", "alias", "secure", "none"),
    ("deep.dname", "A", "answer", "alias", "secure", "none"),
    ("www", "MX", "answer", "nodata", "secure", "none"),
    ("@", "CAA", "answer", "nodata", "secure", "none"),
    ("ent", "A", "answer", "nodata", "secure", "none"),
    ("dname", "A", "answer", "nodata", "secure", "none"),
    ("signed", "DS", "delegation", "signed", "secure", "none"),
    ("x.signed", "A", "referral signed", "signed", "secure", "none"),
    ("www", "DS", "delegation", "not-a-cut", "secure", "none"),
    ("ent", "DS", "delegation", "not-a-cut", "secure", "none"),
    ("alias", "DS", "delegation", "not-a-cut", "secure", "none"),
]
PROVED = [
    ("nope", "A", "answer", "nxdomain", "secure", "none"),
    ("nope.www", "A", "answer", "nxdomain", "secure", "none"),
    ("nope.ent", "CAA", "answer", "nxdomain", "secure", "none"),
    ("zzz", "CAA", "answer", "nxdomain", "secure", "none"),
    ("x.wild", "TXT", "answer", "records", "secure", "none"),
    ("a.b.wild", "TXT", "answer", "records", "secure", "none"),
    ("y.cname", "A", "answer", "alias", "secure", "none"),
    ("x.wild", "A", "answer", "nodata", "secure", "none"),
    ("unsigned", "DS", "delegation", "unsigned", "insecure", "no-ds"),
    ("x.unsigned", "A", "referral unsigned", "unsigned", "insecure", "no-ds"),
    ("nope", "DS", "delegation", "not-a-cut", "secure", "none"),
    ("x.wild", "DS", "delegation", "not-a-cut", "secure", "none"),
]
OPTED_OUT = [
    ("nope", "A", "answer", "nxdomain", "insecure", "opt-out"),
    ("nope.www", "A", "answer", "nxdomain", "insecure", "opt-out"),
    ("x.wild", "TXT", "answer", "records", "insecure", "opt-out"),
    ("y.cname", "A", "answer", "alias", "insecure", "opt-out"),
    ("x.wild", "A", "answer", "nodata", "insecure", "opt-out"),
    # ldns-signzone keeps the NSEC3 of unsigned delegations; a name that has none stands for one that was left out.
    ("unsigned", "DS", "delegation", "unsigned", "insecure", "no-ds"),
    ("x.unsigned", "A", "referral unsigned", "unsigned", "insecure", "no-ds"),
    ("nope", "DS", "delegation", "unsigned", "insecure", "opt-out"),
]
SECURE_SMALL = [
    ("www", "A", "answer", "records", "secure", "none"),
    ("nope", "A", "answer", "nxdomain", "secure", "none"),
]
# The parent's word on the zones below "test.", and data that needs none or no NSEC3.
CHILDREN = {
    "nsec.test": ("signed", "secure", "none"), "nsec3.test": ("signed", "secure", "none"),
    "optout.test": ("signed", "secure", "none"), "p384.test": ("signed", "secure", "none"),
    "ed448.test": ("signed", "secure", "none"), "rsa512.test": ("signed", "secure", "none"),
    "limit.test": ("signed", "secure", "none"), "heavy.test": ("signed", "secure", "none"),
    "sha1.test": ("unsigned", "insecure", "algorithm-unsupported"),
    "digest.test": ("unsigned", "insecure", "digest-unsupported"),
    "unsigned.test": ("unsigned", "insecure", "no-ds"),
}
HEAVY = [
    ("www", "A", "answer", "records", "secure", "none"),
    ("nope", "A", "answer", "not-evaluated", "indeterminate", "nsec3-iterations"),
    ("www", "CAA", "answer", "not-evaluated", "indeterminate", "nsec3-iterations"),
    ("www", "DS", "delegation", "not-evaluated", "indeterminate", "nsec3-iterations"),
]


def run(folder, *command):
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def file_of(zone):
    return (zone if zone != "." else "root") + ".zone"


def sign(folder, zone, algorithm, bits, options, content):
    """Returns the DS records of its key-signing key by digest type."""
    origin = zone if zone == "." else zone + "."
    size = ["-b", str(bits)] if bits else []
    ksk = run(folder, "ldns-keygen", "-a", algorithm, *size, "-k", origin)
    zsk = run(folder, "ldns-keygen", "-a", algorithm, *size, origin)
    (folder / file_of(zone)).write_text(f"$ORIGIN {origin}\n{content}")
    run(folder, "ldns-signzone", "-i", INCEPTION, "-e", EXPIRATION, "-o", origin, "-f", file_of(zone) + ".signed",
        *options, file_of(zone), ksk, zsk)
    return {number: run(folder, "ldns-key2ds", "-n", "-f", flag, ksk + ".key")
            for number, flag in ((1, "-1"), (2, "-2"), (4, "-4"))}


def wire_name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split(".") if label) + b"\0"


def ask(port, name, qtype):
    """By TCP, with DO: the whole answer."""
    query = struct.pack(">6H", 1, 0, 1, 0, 0, 1) + wire_name(name) + struct.pack(">HH", TYPES[qtype], 1)
    query += b"\0" + struct.pack(">HHIH", 41, 1232, 0x8000, 0)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(struct.pack(">H", len(query)) + query)
        stream = connection.makefile("rb")
        return stream.read(struct.unpack(">H", stream.read(2))[0])


def full(name, zone):
    origin = zone if zone == "." else zone + "."
    return origin if name == "@" else name + "." + origin.lstrip(".")


def make_zones(folder, settings, anchor):
    """Signs them and their parents; writes the anchor. Returns the zones to serve."""
    signed = {}
    delegations = SMALL
    for zone, setting in settings.items():
        label = zone.split(".")[0]
        delegations += f"{label} 300 NS ns1.{label}\nns1.{label} 300 A 192.0.2.53\n"
        if setting is None:
            continue
        digests = sign(folder, zone, *setting)
        kinds = {"p384.test": (4,), "digest.test": (1,), "nsec.test": (1, 2, 4)}.get(zone, (2,))
        delegations += "".join(digests[kind] + "\n" for kind in kinds)
        signed[zone] = setting
    digests = sign(folder, "test", "RSASHA256", 1024, [], delegations)
    root = SMALL.replace("ns1", "ns1.test.").replace("ns1.test. 300 A 192.0.2.1\n", "")
    root += "test. 300 NS ns1.test.\nns1.test. 300 A 192.0.2.53\n" + digests[2] + "\n"
    anchors = sign(folder, ".", "ECDSAP256SHA256", 0, [], root)
    anchor.write_text(anchors[2] + "\n")
    return [".", "test", *signed]


def serve(folder, zones, port):
    lines = ["server:", f'    rundir: "{folder}"', f"    listen: 127.0.0.1@{port}", "database:",
             f'    storage: "{folder}/db"', "template:", "  - id: default", f'    storage: "{folder}"',
             "    zonefile-sync: -1", "    zonefile-load: whole", "    semantic-checks: off", "zone:"]
    for zone in zones:
        lines += [f'  - domain: "{zone}"', f"    file: {file_of(zone)}.signed"]
    (folder / "knot.conf").write_text("\n".join(lines) + "\n")
    server = subprocess.Popen(["knotd", "-c", str(folder / "knot.conf")], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            if all(ask(port, zone, "SOA")[3] & 15 == 0 for zone in zones):
                return server
        except OSError:
            pass
        time.sleep(0.1)
    server.terminate()
    raise SystemExit("make_fixtures.py: knotd does not serve the zones")


def fixture_rows():
    yield ".", "@", "DNSKEY", "keys", "signed", "secure", "none"
    yield ".", "test", "DS", "delegation", "signed", "secure", "none"
    yield ".", "nope", "A", "answer", "nxdomain", "secure", "none"
    yield "test", "@", "DNSKEY", "keys", "signed", "secure", "none"
    for zone, (kind, state, cause) in CHILDREN.items():
        yield "test", zone.split(".")[0], "DS", "delegation", kind, state, cause
        if kind == "signed":
            yield zone, "@", "DNSKEY", "keys", "signed", "secure", "none"
    by_zone = {"nsec.test": COMMON + PROVED, "nsec3.test": COMMON + PROVED, "optout.test": COMMON + OPTED_OUT,
               "heavy.test": HEAVY, "p384.test": SECURE_SMALL, "ed448.test": SECURE_SMALL,
               "rsa512.test": SECURE_SMALL, "limit.test": SECURE_SMALL}
    for zone, rows in by_zone.items():
        for row in rows:
            yield (zone, *row)


def ask_rows(settings, rows, output_path, anchor_path):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fixtures-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    zones = make_zones(folder, settings, anchor_path)
    server = serve(folder, zones, port)
    try:
        with output_path.open("w") as output:
            output.write("# Made by make_fixtures.py. judge: answer, delegation (of the name asked for), referral LABEL,"
                         " keys.\nzone\tname\ttype\tjudge\tkind\tstate\tcause\tmessage\n")
            for zone, name, qtype, judge, kind, state, cause in rows:
                wire = ask(port, full(name, zone), qtype)
                fields = (zone, full(name, zone), qtype, judge, kind, state, cause, wire.hex())
                output.write("\t".join(fields) + "\n")
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder)


if __name__ == "__main__":
    ask_rows(ZONES, fixture_rows(), OUTPUT, ANCHOR)
