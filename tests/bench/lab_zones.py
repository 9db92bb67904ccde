#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Zones of a small Internet for iterative look-ups: a signed root, unsigned TLDs (u0, u1), signed TLDs (s0 with NSEC, s1
with NSEC3 and opt-out, s2 with NSEC3), and a delegated zone for each name. Writes to FOLDER:

  root.zone, tld/, leaf/                zones; root.nsd, leaf.nsd, tld.knot: what the servers include
  root.hints, root.anchor               where a resolver begins
  names.SET, expect.SET                 names to look up, and the line that each must yield (SET: unsigned, signed,
                                        insecure: unsigned zones below signed TLDs, special: odd zones, a few of each)
  summary.json                          counts; signatures_per_name: what must be checked with all of the TLDs known
  attack.json                           what attack_server.py serves

lab_zones.py FOLDER [--names 500000] [--processes 2]     names: half of them unsigned, half signed
Each hundredth signed name is bogus. A folder made for as many names within the last ten days is left as it is.
"""

import argparse
import json
import os
import sys
import time
from bisect import bisect_right
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from dnssec_signer import (CLAIMS_DS, CNAME, DAY, DS, EARLY, EXPIRED, FORGED, MISSING, NS, NSEC, NSEC3,  # noqa: E402
                           RSASHA1, SOA, Denial, Key, Records, Signing, Window, hash_name, wire_name, zone_text)
import attack_zones  # noqa: E402

VERSION = 6
TTL = 3600
A, CAA = 1, 257
ROOT_ADDRESS, TLD_ADDRESSES = "10.204.0.10", ("10.204.0.20", "10.204.0.21")
HOSTERS = 4  # of each TLD, with two servers each
TLDS = {"u0": None, "u1": None, "s0": Denial(), "s1": Denial(nsec3=True, opt_out=True), "s2": Denial(nsec3=True)}
UNSIGNED_TLDS, SIGNED_TLDS = ("u0", "u1"), ("s0", "s1", "s2")
CHUNK = 2000
SPECIAL_EACH = 5
WRONG_KEY = "wrong-key"  # the DS is of another key
FAULTS = (EXPIRED, EARLY, MISSING, FORGED, WRONG_KEY)

# What a name is, by its number modulo 20, and the signatures of it that nothing else needs.
HERE, NONE, ABOVE, ABSENT, ALIAS, WILD, UNREGISTERED = "here", "none", "above", "absent", "alias", "wild", "unregistered"
SHAPES = (HERE,) * 10 + (NONE,) * 4 + (ABOVE,) * 2 + (WILD, ABSENT, ALIAS, UNREGISTERED)
SIGNATURES = {HERE: 3, NONE: 3, ABOVE: 4, WILD: 4, ABSENT: 4, ALIAS: 3, UNREGISTERED: 1}  # DS, DNSKEY and the answers'
ASKED = {ABOVE: "www.", ABSENT: "www.", ALIAS: "www.", WILD: "any."}


def caa(value: str) -> bytes:
    return b"\0\x05issue" + value.encode()


def address(text: str) -> bytes:
    return bytes(int(part) for part in text.split("."))


def soa(server: str) -> bytes:
    numbers = (1, 3600, 600, 86400, 3600)
    return wire_name(server) + wire_name("hostmaster." + server) + b"".join(n.to_bytes(4, "big") for n in numbers)


def servers_of(tld: str, hoster: int) -> tuple[str, str]:
    return f"ns1.host{hoster}.{tld}", f"ns2.host{hoster}.{tld}"


def leaf_address(hoster: int, server: int) -> str:
    return f"10.204.1.{hoster * 2 + server + 1}"


class Leaf:
    """A delegated zone and the name in it that is looked up."""

    def __init__(self, apex: str, shape: str, number: int):
        self.apex, self.shape = apex, shape
        tld = apex.rpartition(".")[2]
        # Each tenth is at a hoster in another TLD: no glue comes with its delegation.
        abroad = number % 10 == 5
        self.hoster_tld = ("u1" if tld == "u0" else "u0") if abroad else tld
        self.hoster = number // 20 % HOSTERS
        self.name = ASKED.get(shape, "") + apex
        self.target = f"cdn.host{self.hoster}.{self.hoster_tld}"

    def records(self, apex: bytes) -> Records:
        servers = servers_of(self.hoster_tld, self.hoster)
        sets = {SOA: [soa(servers[0])], NS: [wire_name(server) for server in servers]}
        records = {apex: sets}
        if self.shape in (HERE, ABOVE, ABSENT):
            sets[CAA] = [caa("ca.test")]
        if self.shape == ABOVE:
            records[b"\x03www" + apex] = {A: [address("192.0.2.80")]}
        elif self.shape == WILD:
            records[b"\x01*" + apex] = {CAA: [caa("wild-ca.test")]}
        elif self.shape == ALIAS:
            records[b"\x03www" + apex] = {CNAME: [wire_name(self.target)]}
        return records

    def expected(self, dnssec: str, kind: str) -> dict:
        line = {"name": self.name, "type": "CAA", "status": "NOERROR", "records": [], "aliases": [], "found_at": None,
                "dnssec": dnssec, "kind": kind}
        if dnssec == "bogus":
            del line["found_at"]
            return line | {"status": "BOGUS"}
        found = {HERE: (self.apex, "ca.test"), ABOVE: (self.apex, "ca.test"), ABSENT: (self.apex, "ca.test"),
                 WILD: (self.name, "wild-ca.test"), ALIAS: (self.name, "cdn-ca.test")}.get(self.shape)
        if found:
            owner = self.target if self.shape == ALIAS else found[0]
            line["found_at"] = found[0]
            line["records"] = [{"name": owner, "ttl": TTL, "type": "CAA", "flags": 0, "tag": "issue", "value": found[1]}]
            line["aliases"] = [self.target] if self.shape == ALIAS else []
        return line

    def glue_servers(self) -> list[bytes]:
        return [wire_name(server) for server in servers_of(self.hoster_tld, self.hoster)]


def sign_leaf(leaf: Leaf, window: Window, fault: str | None, denial: Denial = Denial(), algorithm: int = 13):
    """The zone's text and its DS."""
    apex = wire_name(leaf.apex)
    records = leaf.records(apex)
    key = Key(algorithm)
    faults = {(apex, CAA if leaf.shape == HERE else NSEC): fault} if fault and fault != WRONG_KEY else {}
    Signing(apex, records, key, window, TTL, denial, faults).run()
    return zone_text(records, TTL), (Key() if fault == WRONG_KEY else key).ds(apex)


def planted_fault(number: int) -> str | None:
    """One of each hundred signed names is bogus: in turns one with CAA and one without, with each kind of fault."""
    hundred, place = divmod(number, 100)
    return FAULTS[hundred // 2 % len(FAULTS)] if place == (3, 12)[hundred % 2] else None


def signed_chunk(task: tuple[str, int, int, Window]) -> tuple[list, list[str], list[str]]:
    """Delegations (name, servers, DS), zone lines for nsd and expected lines of some signed names."""
    folder, begin, end, window = task
    delegations, zones, lines = [], [], []
    place = Path(folder, "leaf", f"signed{begin // CHUNK}")
    place.mkdir()
    for number in range(begin, end):
        tld = SIGNED_TLDS[number % 3]
        leaf = Leaf(f"c{number}.{tld}", SHAPES[number % 20], number)
        if leaf.shape == UNREGISTERED:
            state = "insecure" if TLDS[tld].opt_out else "secure"
            lines.append(json.dumps(leaf.expected(state, leaf.shape)))
            continue
        fault = planted_fault(number)
        text, ds = sign_leaf(leaf, window, fault)
        path = place / leaf.apex
        path.write_text(text, encoding="ascii")
        delegations.append((wire_name(leaf.apex), leaf.glue_servers(), ds))
        zones.append(f"zone:\n name: {leaf.apex}\n zonefile: {path.relative_to(folder)}\n")
        lines.append(json.dumps(leaf.expected("bogus" if fault else "secure", fault or leaf.shape)))
    return delegations, zones, lines


class Internet:
    """The whole while it is written."""

    def __init__(self, folder: Path):
        self.folder = folder
        now = int(time.time())
        self.window = Window(now - DAY, now + 30 * DAY)
        self.tlds: dict[str, Records] = {tld: self._tld_records(tld) for tld in TLDS}
        self.faults: dict[str, dict] = {tld: {} for tld in TLDS}
        self.absent: dict[str, list[bytes]] = {tld: [] for tld in TLDS}  # what is looked up and not registered
        self.leaf_config = open(folder / "leaf.nsd", "w", encoding="ascii")
        self.summary: dict = {"sets": {}}
        for part in ("leaf", "tld", "leaf/special", "leaf/shared"):
            (folder / part).mkdir()

    @staticmethod
    def _tld_records(tld: str) -> Records:
        servers = [f"a.nic.{tld}", f"b.nic.{tld}"]
        records = {wire_name(tld): {SOA: [soa(servers[0])], NS: [wire_name(server) for server in servers]}}
        records |= {wire_name(server): {A: [address(ip)]} for server, ip in zip(servers, TLD_ADDRESSES)}
        return records

    def delegate(self, apex: bytes, servers: list[bytes], ds: list[bytes], tld: str):
        self.tlds[tld][apex] = {NS: servers} | ({DS: ds} if ds else {})

    def harmless_number(self, kind: str, number: int, tld: str) -> int:
        """Of an apex whose NSEC3 record denies no other name that is looked up, so that a fault in it is its own."""
        digests = sorted(hash_name(name, b"", 0) for name in self.tlds[tld])
        absent = sorted(hash_name(name, b"", 0) for name in [wire_name("*." + tld), *self.absent[tld]])

        def first_after(sorted_digests: list[bytes], digest: bytes) -> bytes:
            return sorted_digests[bisect_right(sorted_digests, digest) % len(sorted_digests)]

        while True:
            digest = hash_name(wire_name(f"{kind}-{number}.{tld}"), b"", 0)
            owner, denied = first_after(digests, digest), first_after(absent, digest)
            if digest < owner and not digest < denied < owner:
                return number
            number += SPECIAL_EACH

    def add_zone(self, apex: str, text: str):
        path = Path("leaf/special", apex)
        (self.folder / path).write_text(text, encoding="ascii")
        self.leaf_config.write(f"zone:\n name: {apex}\n zonefile: {path}\n")

    def add_hosters(self):
        for tld, denial in TLDS.items():
            for hoster in range(HOSTERS):
                apex = wire_name(f"host{hoster}.{tld}")
                servers = servers_of(tld, hoster)
                wires = [wire_name(server) for server in servers]
                records = {apex: {SOA: [soa(servers[0])], NS: wires}, b"\x03cdn" + apex: {CAA: [caa("cdn-ca.test")]}}
                glue = {wire: {A: [address(leaf_address(hoster, n))]} for n, wire in enumerate(wires)}
                self.tlds[tld] |= {wire: {A: list(sets[A])} for wire, sets in glue.items()}
                records |= glue
                ds = []
                if denial is not None:
                    key = Key()
                    Signing(apex, records, key, self.window, TTL).run()
                    ds = [key.ds(apex)]
                self.delegate(apex, wires, ds, tld)
                self.add_zone(f"host{hoster}.{tld}", zone_text(records, TTL))

    def write_set(self, name: str, lines: list[str], signatures: int = 0):
        with open(self.folder / f"expect.{name}", "w", encoding="ascii") as expect, \
                open(self.folder / f"names.{name}", "w", encoding="ascii") as names:
            for line in lines:
                expect.write(line + "\n")
                names.write(json.loads(line)["name"] + "\n")
        self.summary["sets"][name] = {"names": len(lines), "signatures_per_name": signatures / len(lines)}

    def add_unsigned(self, name: str, label: str, tlds: tuple[str, ...], count: int):
        """Zones of the same shape and hoster have one file, relative to its origin."""
        files, lines = set(), []
        for number in range(count):
            leaf = Leaf(f"{label}{number}.{tlds[number % len(tlds)]}", SHAPES[number % 20], number)
            tld = leaf.apex.rpartition(".")[2]
            unregistered = leaf.shape == UNREGISTERED
            state = "secure" if unregistered and TLDS[tld] and not TLDS[tld].opt_out else "insecure"
            lines.append(json.dumps(leaf.expected(state, leaf.shape)))
            if unregistered:
                self.absent[tld].append(wire_name(leaf.apex))
                continue
            path = f"leaf/shared/{leaf.shape}-{leaf.hoster}-{leaf.hoster_tld}"
            if path not in files:
                files.add(path)
                text = zone_text(leaf.records(b"\x01@\0"), TTL).replace("@. ", "@ ").replace(".@ ", " ")
                (self.folder / path).write_text(text, encoding="ascii")
            self.delegate(wire_name(leaf.apex), leaf.glue_servers(), [], tld)
            self.leaf_config.write(f"zone:\n name: {leaf.apex}\n zonefile: {path}\n")
        self.write_set(name, lines)

    def add_signed(self, count: int, processes: int):
        lines = []
        tasks = [(str(self.folder), begin, min(begin + CHUNK, count), self.window) for begin in range(0, count, CHUNK)]
        with ProcessPoolExecutor(processes) as pool:
            for delegations, zones, some in pool.map(signed_chunk, tasks):
                for apex, servers, ds in delegations:
                    tld = apex[-3:-1].decode()
                    self.delegate(apex, servers, [ds], tld)
                self.leaf_config.writelines(zones)
                lines += some
        for number in range(count):
            if SHAPES[number % 20] == UNREGISTERED:
                self.absent[SIGNED_TLDS[number % 3]].append(wire_name(f"c{number}.{SIGNED_TLDS[number % 3]}"))
        self.write_set("signed", lines, sum(SIGNATURES[SHAPES[number % 20]] for number in range(count)))

    def add_special(self):
        """Odd zones: (kind, shape, what signs them, state)."""
        kinds = (("algorithm-5", HERE, {"algorithm": RSASHA1}, "insecure"),
                 ("nsec3-500-positive", HERE, {"denial": Denial(nsec3=True, iterations=500)}, "secure"),
                 ("nsec3-500", NONE, {"denial": Denial(nsec3=True, iterations=500)}, "indeterminate"),
                 ("nsec3-50", NONE, {"denial": Denial(nsec3=True, iterations=50, salt=b"\xca\xfe")}, "secure"),
                 ("island", HERE, {}, "insecure"), ("unsigned-proved", HERE, None, "insecure"),
                 ("unsigned-proof-unsigned", HERE, None, "bogus"), ("unsigned-proof-claims-ds", HERE, None, "bogus"),
                 ("unsigned-proof-expired", HERE, None, "bogus"), ("unsigned-opt-out", HERE, None, "insecure"))
        lines = []
        # Servers that refuse everything, and one that refuses CAA only. What that means for a certificate depends on the
        # state of the zone (BR 3.2.2.8). Keys that do not come make nothing bogus: packets get lost.
        for kind, state in (("lame-signed", "indeterminate"), ("lame-unsigned", "insecure")):
            for number in range(SPECIAL_EACH):
                leaf = Leaf(f"{kind}-{number}.{('s0', 's2')[number % 2]}", HERE, 0)
                apex = wire_name(leaf.apex)
                self.delegate(apex, leaf.glue_servers(), [Key().ds(apex)] if kind == "lame-signed" else [],
                              leaf.apex.rpartition(".")[2])
                lines.append(json.dumps(leaf.expected("bogus", kind) | {"status": "REFUSED", "dnssec": state}))
        refusing = Leaf(f"x.{attack_zones.REFUSING}.s0", HERE, 0).expected("bogus", "caa-refused-signed")
        lines.append(json.dumps(refusing | {"status": "REFUSED", "dnssec": "secure"}))
        keyless = Leaf(f"x.{attack_zones.KEYLESS}.s0", HERE, 0).expected("bogus", "keys-refused")
        lines.append(json.dumps(keyless | {"status": "TIMEOUT", "dnssec": "indeterminate"}))
        for kind, shape, signing, state in kinds:
            for number in range(SPECIAL_EACH):
                tld = "s1" if kind == "unsigned-opt-out" else ("s0", "s2")[number % 2]
                if kind == "unsigned-proof-claims-ds":
                    tld = "s0"
                fault = {"unsigned": MISSING, "ds": CLAIMS_DS, "expired": EXPIRED}.get(kind.rpartition("-")[2])
                is_proof_faulty = kind.startswith("unsigned-proof-") and fault is not None
                if is_proof_faulty and TLDS[tld].nsec3:
                    number = self.harmless_number(kind, number, tld)
                leaf = Leaf(f"{kind}-{number}.{tld}", shape, 0)
                apex = wire_name(leaf.apex)
                text, ds = zone_text(leaf.records(apex), TTL), b""
                if signing is not None:
                    text, ds = sign_leaf(leaf, self.window, None, **signing)
                self.delegate(apex, leaf.glue_servers(), [ds] if ds and kind != "island" else [], tld)
                if is_proof_faulty:
                    self.faults[tld][(apex, NSEC3 if TLDS[tld].nsec3 else NSEC)] = fault
                self.add_zone(leaf.apex, text)
                lines.append(json.dumps(leaf.expected(state, kind)))
        self.write_set("special", lines)

    def finish(self):
        root = b"\0"
        records = {root: {SOA: [soa("a.root")], NS: [wire_name("a.root")]}, wire_name("a.root"): {A: [address(ROOT_ADDRESS)]}}
        attack_zones.delegate(records, self.tlds["s0"], self.window, self.folder / "attack.json")
        knot = "zone:\n"
        for tld, denial in TLDS.items():
            apex = wire_name(tld)
            sets = self.tlds[tld]
            records[apex] = {NS: list(sets[apex][NS])}
            records |= {name: {A: list(sets[name][A])} for name in sets[apex][NS]}
            if denial is not None:
                key = Key()
                Signing(apex, sets, key, self.window, TTL, denial, self.faults[tld]).run()
                records[apex][DS] = [key.ds(apex)]
            (self.folder / "tld" / tld).write_text(zone_text(sets, TTL), encoding="ascii")
            knot += f"  - domain: {tld}\n    file: {self.folder}/tld/{tld}\n"
        key = Key()
        Signing(root, records, key, self.window, TTL).run()
        self._write("root.zone", zone_text(records, TTL))
        self._write("root.nsd", "zone:\n name: .\n zonefile: root.zone\n")
        self._write("tld.knot", knot)
        self._write("root.hints", f". 3600000 NS a.root.\na.root. 3600000 A {ROOT_ADDRESS}\n")
        ds = key.ds(root)
        self._write("root.anchor", f". IN DS {key.tag} 13 2 {ds[4:].hex().upper()}\n")
        self.leaf_config.close()

    def _write(self, name: str, text: str):
        (self.folder / name).write_text(text, encoding="ascii")


def is_fresh(folder: Path, names: int) -> bool:
    try:
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return summary["version"] == VERSION and summary["names_asked_for"] == names and \
        time.time() - summary["made_at"] < 10 * DAY


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--names", type=int, default=500000)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    options = parser.parse_args()
    folder = options.folder.resolve()
    if is_fresh(folder, options.names):
        return
    if folder.is_dir() and any(folder.iterdir()):
        sys.exit(f"lab_zones: {folder} holds something else (another number of names, old zones): remove it")
    if options.names < 400:
        sys.exit("lab_zones: --names: at least 400")
    folder.mkdir(parents=True, exist_ok=True)
    internet = Internet(folder)
    internet.add_hosters()
    internet.add_unsigned("unsigned", "c", UNSIGNED_TLDS, options.names // 2)
    internet.add_unsigned("insecure", "d", SIGNED_TLDS, options.names // 20)
    internet.add_signed(options.names // 2, options.processes)
    internet.add_special()
    internet.finish()
    internet.summary |= {"version": VERSION, "names_asked_for": options.names, "made_at": int(time.time())}
    (folder / "summary.json").write_text(json.dumps(internet.summary, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
