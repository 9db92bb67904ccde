#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes published_vectors.tsv from examples that RFCs print: their keys, their signed records, as a message of our own.

The text below is that of the RFCs (8080 with erratum 4935).   Usage: tests/unit/dnssec/make_vectors.py
"""
import base64
import calendar
import ipaddress
import pathlib
import struct
import time

OUTPUT = pathlib.Path(__file__).resolve().parent / "published_vectors.tsv"
TYPES = {"A": 1, "NS": 2, "SOA": 6, "HINFO": 13, "MX": 15, "AAAA": 28, "DS": 43, "RRSIG": 46, "NSEC": 47, "DNSKEY": 48,
         "NSEC3": 50, "NSEC3PARAM": 51}
BASE32 = str.maketrans("0123456789abcdefghijklmnopqrstuv", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")

RFC4035_KEYS = """
example. DNSKEY 256 3 5 AQOy1bZVvpPqhg4j7EJoM9rI3ZmyEx2OzDBVrZy/lvI5CQePxXHZS4i8dANH4DX3tbHol61ek8EFMcsGXxKciJFHyhl94C+NwILQdzsUlSFovBZsyl/NX6yEbtw/xN9ZNcrbYvgjjZ/UVPZIySFNsgEYvh0z2542lzMKR4Dh8uZffQ==
example. DNSKEY 257 3 5 AQOeX7+baTmvpVHb2CcLnL1dMRWbuscRvHXlLnXwDzvqp4tZVKp1sZMepFb8MvxhhW3y/0QZsyCjczGJ1qk8vJe52iOhInKROVLRwxGpMfzPRLMlGybr51bOV/1se0ODacj3DomyB4QB5gKTYot/K9alk5/j8vfd4jWCWD+E1Sze0Q==
"""
RFC4035_SIG = "3600 20040509183619 20040409183619 38519 example."
RFC4035_MX = f"""
a.z.w.example. MX 1 ai.example.
a.z.w.example. RRSIG MX 5 2 {RFC4035_SIG} OMK8rAZlepfzLWW75Dxd63jy2wswESzxDKG2f9AMN1CytCd10cYISAxfAdvXSZ7xujKAtPbctvOQ2ofO7AZJ+d01EeeQTVBPq4/6KCWhqe2XTjnkVLNvvhnc0u28aoSsG0+4InvkkOHknKxw4kX18MMR34i8lC36SR5xBni8vHI=
"""
RFC4035_NSEC = f"""
x.y.w.example. NSEC xx.example. MX RRSIG NSEC
x.y.w.example. RRSIG NSEC 5 4 {RFC4035_SIG} OvE6WUzN2ziieJcvKPWbCAyXyP6ef8cr6CspArVSTzKSquNwbezZmkU7E34o5lmb6CWSSSpgxw098kNUFnHcQf/LzY2zqRomubrNQhJTiDTXa0ArunJQCzPjOYq5t0SLjm6qp6McJI1AP5VrQoKqJDCLnoAlcPOPKAm/jJkn3jk=
"""
RFC5155_KEYS = """
example. DNSKEY 256 3 7 AwEAAaetidLzsKWUt4swWR8yu0wPHPiUi8LUsAD0QPWU+wzt89epO6tHzkMBVDkC7qphQO2hTY4hHn9npWFRw5BYubE=
example. DNSKEY 257 3 7 AwEAAcUlFV1vhmqx6NSOUOq2R/dsR7Xm3upJj7IommWSpJABVfW8Q0rOvXdM6kzt+TAu92L9AbsUdblMFin8CVF3n4s=
"""
RFC5155_SIG = "3600 20150420235959 20051021000000 40430 example."
RFC5155_APEX = f"""
0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. NSEC3 1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr MX DNSKEY NS SOA NSEC3PARAM RRSIG
0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. RRSIG NSEC3 7 2 {RFC5155_SIG} OSgWSm26B+cS+dDL8b5QrWr/dEWhtCsKlwKLIBHYH6blRxK9rC0bMJPwQ4mLIuw85H2EY762BOCXJZMnpuwhpA==
"""
RFC5155_XW = f"""
b4um86eghhds6nea196smvmlo4ors995.example. NSEC3 1 1 12 aabbccdd gjeqe526plbf1g8mklp59enfd789njgi MX RRSIG
b4um86eghhds6nea196smvmlo4ors995.example. RRSIG NSEC3 7 2 {RFC5155_SIG} ZkPG3M32lmoHM6pa3D6gZFGB/rhL//Bs3Omh5u4m/CUiwtblEVOaAKKZd7S959OeiX43aLX3pOv0TSTyiTxIZg==
"""
RFC5155_WILDCARD = f"""
35mthgpgcu1qg68fab165klnsnk3dpvl.example. NSEC3 1 1 12 aabbccdd b4um86eghhds6nea196smvmlo4ors995 NS DS RRSIG
35mthgpgcu1qg68fab165klnsnk3dpvl.example. RRSIG NSEC3 7 2 {RFC5155_SIG} g6jPUUpduAJKRljUsN8gB4UagAX0NxY9shwQAynzo8EUWH+z6hEIBlUTPGj15eZll6VhQqgZXtAIR3chwgW+SA==
"""
RFC5702_SHA256_KEY = "example.net. DNSKEY 256 3 8 AwEAAcFcGsaxxdgiuuGmCkVImy4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Qs8PkxUdp6p/DlUmObdk="
RFC5702_SHA512_KEY = "example.net. DNSKEY 256 3 10 AwEAAdHoNTOW+et86KuJOWRDp1pndvwb6Y83nSVXXyLA3DLroROUkN6X0O6pnWnjJQujX/AyhqFDxj13tOnD9u/1kTg7cV6rklMrZDtJCQ5PCl/D7QNPsgVsMu1J2Q8gpMpztNFLpPBz1bWXjDtaR7ZQBlZ3PFY12ZTSncorffcGmhOL"
RFC6605_P256_KEYS = """
example.net. DNSKEY 257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==
example.net. DS 55648 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17
"""
RFC6605_P384_KEYS = """
example.net. DNSKEY 257 3 14 xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40
example.net. DS 10771 14 4 72d7b62976ce06438e9c0bf319013cf801f09ecc84b8d7e9495f27e305c6a9b0563a9b5f4d288405c3008a946df983d6
"""
RFC8080_25519_KEYS = """
example.com. DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=
example.com. DS 3613 15 2 3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b
"""
RFC8080_448_KEYS = """
example.com. DNSKEY 257 3 16 3kgROaDjrh0H2iuixWBrc8g2EpBBLCdGzHmn+G2MpTPhpj/OiBVHHSfPodx1FYYUcJKm1MDpJtIA
example.com. DS 9713 16 2 6ccf18d5bc5d7fc2fceb1d59d17321402f2aa8d368048db93dd811f5cb2b19c7
"""
# title, time, zone, name, type, rcode, kind, state, keys, answer, authority
VECTORS = [
    ("RFC 4035 B.6 wildcard expansion", "20040420000000", "example.", "a.z.w.example.", "MX", 0, "records", "secure",
     RFC4035_KEYS, RFC4035_MX, RFC4035_NSEC),
    ("RFC 4035 B.6 without its denial", "20040420000000", "example.", "a.z.w.example.", "MX", 0, "not-evaluated",
     "bogus", RFC4035_KEYS, RFC4035_MX, ""),
    ("RFC 4035 A apex NSEC, no CAA", "20040420000000", "example.", "example.", "HINFO", 0, "nodata", "secure",
     RFC4035_KEYS, "", f"""
example. NSEC a.example. NS SOA MX RRSIG NSEC DNSKEY
example. RRSIG NSEC 5 1 {RFC4035_SIG} O0k558jHhyrC97ISHnislm4kLMW48C7U7cBmFTfhke5iVqNRVTB1STLMpgpbDIC9hcryoO0VZ9ME5xPzUEhbvGnHd5sfzgFVeGxr5Nyyq4tWSDBgIBiLQUv1ivy29vhXy7WgR62dPrZ0PWvmjfFJ5arXf4nPxp/kEowGgBRzY/U=
"""),
    ("RFC 4035 A NS set in another order", "20040420000000", "example.", "example.", "NS", 0, "records", "secure",
     RFC4035_KEYS, f"""
example. NS ns2.example.
example. NS ns1.example.
example. RRSIG NS 5 1 {RFC4035_SIG} gl13F00f2U0R+SWiXXLHwsMY+qStYy5k6zfdEuivWc+wd1fmbNCyql0Tk7lHTX6UOxc8AgNf4ISFve8XqF4q+o9qlnqIzmppU3LiNeKT4FZ8RO5urFOvoMRTbQxW3U0hXWuggE4g3ZpsHv480HjMeRaZB/FRPGfJPajngcq6Kwg=
""", ""),
    ("RFC 5155 B.1 name error, opt-out", "20080101000000", "example.", "a.c.x.w.example.", "A", 3, "nxdomain",
     "insecure", RFC5155_KEYS, "", RFC5155_APEX + RFC5155_XW + RFC5155_WILDCARD),
    ("RFC 5155 B.1 without the closest encloser", "20080101000000", "example.", "a.c.x.w.example.", "A", 3,
     "not-evaluated", "bogus", RFC5155_KEYS, "", RFC5155_APEX + RFC5155_WILDCARD),
    ("RFC 5155 A apex, no A", "20080101000000", "example.", "example.", "A", 0, "nodata", "secure", RFC5155_KEYS, "",
     RFC5155_APEX),
    ("RFC 5702 6.1 RSA/SHA-256", "20260101000000", "example.net.", "www.example.net.", "A", 0, "records", "secure",
     RFC5702_SHA256_KEY, """
www.example.net. A 192.0.2.91
www.example.net. RRSIG A 8 3 3600 20300101000000 20000101000000 9033 example.net. kRCOH6u7l0QGy9qpC9l1sLncJcOKFLJ7GhiUOibu4teYp5VE9RncriShZNz85mwlMgNEacFYK/lPtPiVYP4bwg==
""", ""),
    ("RFC 5702 6.2 RSA/SHA-512", "20260101000000", "example.net.", "www.example.net.", "A", 0, "records", "secure",
     RFC5702_SHA512_KEY, """
www.example.net. A 192.0.2.91
www.example.net. RRSIG A 10 3 3600 20300101000000 20000101000000 3740 example.net. tsb4wnjRUDnB1BUi+t6TMTXThjVnG+eCkWqjvvjhzQL1d0YRoOe0CbxrVDYd0xDtsuJRaeUw1ep94PzEWzr0iGYgZBWm/zpq+9fOuagYJRfDqfReKBzMweOLDiNa8iP5g9vMhpuv6OPlvpXwm9Sa9ZXIbNl1MBGk0fthPgxdDLw=
""", ""),
    ("RFC 6605 6.1 ECDSA P-256", "20100820000000", "example.net.", "www.example.net.", "A", 0, "records", "secure",
     RFC6605_P256_KEYS, """
www.example.net. A 192.0.2.1
www.example.net. RRSIG A 13 3 3600 20100909100439 20100812100439 55648 example.net. qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==
""", ""),
    ("RFC 6605 6.2 ECDSA P-384", "20100820000000", "example.net.", "www.example.net.", "A", 0, "records", "secure",
     RFC6605_P384_KEYS, """
www.example.net. A 192.0.2.1
www.example.net. RRSIG A 14 3 3600 20100909102025 20100812102025 10771 example.net. /L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuzWTSSPdz7wnqXL5bdcJzusdnI0RSMROxxwGipWcJm
""", ""),
    ("RFC 8080 6.1 Ed25519", "20150805000000", "example.com.", "example.com.", "MX", 0, "records", "secure",
     RFC8080_25519_KEYS, """
example.com. MX 10 mail.example.com.
example.com. RRSIG MX 15 2 3600 20150819220000 20150729220000 3613 example.com. oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==
""", ""),
    ("RFC 8080 6.2 Ed448", "20150805000000", "example.com.", "example.com.", "MX", 0, "records", "secure",
     RFC8080_448_KEYS, """
example.com. MX 10 mail.example.com.
example.com. RRSIG MX 16 2 3600 20150819220000 20150729220000 9713 example.com. 3cPAHkmlnxcDHMyg7vFC34l0blBhuG1qpwLmjInI8w1CMB29FkEAIJUA0amxWndkmnBZ6SKiwZSAxGILn/NBtOXft0+Gj7FSvOKxE/07+4RQvE581N3Aj/JtIyaiYVdnYtyMWbSNyGEY2213WKsJlwEA
""", ""),
]


def name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".") if label) + b"\0"


def seconds(text):
    return calendar.timegm(time.strptime(text, "%Y%m%d%H%M%S"))


def bitmap(types):
    bits = bytearray(32)
    for number in (TYPES[text] for text in types):
        bits[number // 8] |= 0x80 >> number % 8
    return b"\0" + bytes([len(bits.rstrip(b"\0"))]) + bits.rstrip(b"\0")


def rdata(kind, fields):
    if kind == "A":
        return ipaddress.ip_address(fields[0]).packed
    if kind == "NS":
        return name(fields[0])
    if kind == "MX":
        return struct.pack(">H", int(fields[0])) + name(fields[1])
    if kind == "DS":
        return struct.pack(">HBB", *map(int, fields[:3])) + bytes.fromhex(fields[3])
    if kind == "DNSKEY":
        return struct.pack(">HBB", *map(int, fields[:3])) + base64.b64decode(fields[3])
    if kind == "RRSIG":
        return (struct.pack(">HBBIIIH", TYPES[fields[0]], int(fields[1]), int(fields[2]), int(fields[3]),
                            seconds(fields[4]), seconds(fields[5]), int(fields[6])) + name(fields[7])
                + base64.b64decode(fields[8]))
    if kind == "NSEC":
        return name(fields[0]) + bitmap(fields[1:])
    if kind == "NSEC3":
        salt, following = bytes.fromhex(fields[3]), base64.b32decode(fields[4].translate(BASE32))
        return (struct.pack(">BBHB", *map(int, fields[:3]), len(salt)) + salt + bytes([len(following)]) + following
                + bitmap(fields[5:]))
    raise ValueError(kind)


def records(text):
    for line in filter(None, map(str.strip, text.splitlines())):
        owner, kind, *fields = line.split()
        yield owner, kind, rdata(kind, fields)


def section(text):
    wires = [name(owner) + struct.pack(">HHIH", TYPES[kind], 1, 3600, len(data)) + data
             for owner, kind, data in records(text)]
    return len(wires), b"".join(wires)


with OUTPUT.open("w") as output:
    output.write("# Made by make_vectors.py. keys: RDATA of DNSKEY; ds: RDATA of DS, of the last key.\n"
                 "title\ttime\tzone\tname\ttype\tkind\tstate\tkeys\tds\tmessage\n")
    for title, now, zone, owner, kind, rcode, judged, state, keys, answer, authority in VECTORS:
        (answers, answer_wire), (authorities, authority_wire) = section(answer), section(authority)
        message = (struct.pack(">6H", 1, 0x8400 | rcode, 1, answers, authorities, 0) + name(owner)
                   + struct.pack(">HH", TYPES[kind], 1) + answer_wire + authority_wire)
        dnskeys = " ".join(data.hex() for _, record, data in records(keys) if record == "DNSKEY")
        ds = " ".join(data.hex() for _, record, data in records(keys) if record == "DS") or "-"
        output.write("\t".join((title, str(seconds(now)), zone, owner, kind, judged, state, dnskeys, ds,
                                message.hex())) + "\n")
