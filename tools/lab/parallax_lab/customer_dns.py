# SPDX-License-Identifier: BSD-3-Clause
"""The name servers of the customers' zones: orders.test is signed, plain.test is not.

shopdns has the zones and takes dynamic updates. elsewhere has what some sources see of them under faults, signed with
the same keys; view_server.py there picks the side for each query. attacker has a copy of the signed zone, which it
cannot change, and a plain.test of its own.
"""

import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from .addresses import (ATTACKER, ELSEWHERE, SHOP_DNS, SHOP_DNS_V4, SHOP_DNS_V6, SHOP_WEB_V4, SHOP_WEB_V6, Host)
from .authoritative import SIGNATURE_LIFETIME, listen
from .network import Network
from .processes import LabError, Processes, run, wait_until
from .zone_files import write, zone_path

ORDERS = "orders.test"
PLAIN = "plain.test"
ORIGINS = (ORDERS, PLAIN)
LIST_TTL = 300  # of what names the servers and keys
TTL = 1  # of all else: what is published counts at once, also where it was looked for before
CAA = '0 issue "ca.test"'
CAA_ELSEWHERE = '0 issue "other-ca.test"'
VIEW_SERVER = Path(__file__).resolve().parent.parent / "view_server.py"
UPDATE_TEXT_MAX = 40_000  # of one message, which is about as long and must stay below 64 kB
UPDATES_AT_ONCE = 32


class Record(NamedTuple):
    owner: str
    type: str
    rdata: str


def origin_of(name: str) -> str | None:
    return next((origin for origin in ORIGINS if name == origin or name.endswith("." + origin)), None)


def base_records(origin: str, web=(SHOP_WEB_V4, SHOP_WEB_V6)) -> list[Record]:
    """What a zone has before anything is published; every name leads to the web server."""
    return [Record(owner, kind, address) for owner in (origin, f"*.{origin}")
            for kind, address in zip(("A", "AAAA"), web)] + [Record(origin, "CAA", CAA)]


def zone_text(origin: str, serial: int, records) -> list[str]:
    server = f"ns1.{origin}."
    return [f"$ORIGIN {origin}.", f"$TTL {TTL}",
            f"@ {LIST_TTL} SOA {server} hostmaster.{origin}. {serial} 3600 600 1209600 {TTL}",
            f"@ {LIST_TTL} NS {server}", f"{server} {LIST_TTL} A {SHOP_DNS_V4}", f"{server} {LIST_TTL} AAAA {SHOP_DNS_V6}",
            *(f"{record.owner}. {record.type} {record.rdata}" for record in records)]


class CustomerDns:
    def __init__(self, state: Path, network: Network, processes: Processes):
        self.folder = state / "shop"
        self.network = network
        self.processes = processes

    def conf(self, host: Host) -> Path:
        return self.folder / host.name / "knot.conf"

    def prepare(self) -> dict[str, list[str]]:
        """Zones and keys; returns DS rdata by zone, for the parent."""
        self._write(SHOP_DNS, SHOP_DNS.v4 + SHOP_DNS.v6 + ("127.0.0.1",))
        self._write(ELSEWHERE, ELSEWHERE.v4 + ELSEWHERE.v6)
        self._write(ATTACKER, ATTACKER.v4 + ATTACKER.v6 + ATTACKER.claims + ("127.0.0.1",))
        keymgr = ("keymgr", "-c", str(self.conf(SHOP_DNS)), ORDERS)
        run(*keymgr, "generate", "algorithm=ECDSAP256SHA256", "ksk=yes", "zsk=yes")
        shutil.copytree(self.folder / SHOP_DNS.name / "keys", self.folder / ELSEWHERE.name / "keys")
        lines = run(*keymgr, "ds").splitlines()
        return {ORDERS: [text for text in (line.partition(" DS ")[2] for line in lines) if text.split()[2] == "2"]}

    @staticmethod
    def delegations(ds: dict[str, list[str]]) -> list[str]:
        """Lines for the zone "test"."""
        lines = []
        for origin in ORIGINS:
            lines += [f"{origin}. NS ns1.{origin}.", f"ns1.{origin}. A {SHOP_DNS_V4}", f"ns1.{origin}. AAAA {SHOP_DNS_V6}"]
            lines += [f"{origin}. DS {text}" for text in ds.get(origin, ())]
        return lines

    def _write(self, host: Host, addresses: tuple[str, ...]):
        folder = self.folder / host.name
        folder.mkdir(parents=True, exist_ok=True)
        lines = ["server:", f"    rundir: {folder}", f"    listen: [{listen(addresses)}]", '    version: ""',
                 "    tcp-max-clients: 1000", "log:", "  - target: stderr", "    any: warning",
                 "database:", f"    storage: {folder}",
                 "remote:", "  - id: shop", f"    address: {SHOP_DNS.v4[1]}",
                 "  - id: attacker", f"    address: {ATTACKER.v4[0]}", f"    via: {SHOP_DNS.v4[1]}",
                 "acl:", "  - id: update", "    address: 127.0.0.1", "    action: update",
                 "  - id: transfer", f"    address: [{ATTACKER.v4[0]}]", "    action: transfer",
                 "  - id: notify", f"    address: [{', '.join(SHOP_DNS.v4)}]", "    action: notify",
                 "policy:", "  - id: lab", "    algorithm: ecdsap256sha256", "    single-type-signing: on",
                 f"    rrsig-lifetime: {SIGNATURE_LIFETIME}", f"    dnskey-ttl: {LIST_TTL}", "    zone-max-ttl: 1h",
                 "    manual: on",
                 "template:", "  - id: default", f"    storage: {folder}", "    semantic-checks: off",
                 "    zonefile-sync: -1", "    zonefile-load: whole", "zone:"]
        for origin in ORIGINS:
            lines += [f'  - domain: "{origin}"', f'    file: "{zone_path(folder, origin).name}"']
            if host == ATTACKER and origin == ORDERS:
                lines += ["    master: shop", "    acl: notify", "    zonefile-load: none"]
                continue
            write(zone_path(folder, origin), zone_text(origin, 1, base_records(origin)))
            if origin == ORDERS:
                lines += ["    dnssec-signing: on", "    dnssec-policy: lab"]
            if host == ELSEWHERE:
                lines += ["    journal-content: none"]
            elif origin == ORDERS:
                lines += ["    acl: [update, transfer]", "    notify: attacker"]
            else:
                lines += ["    acl: update"]
        write(self.conf(host), lines)

    def start(self, seconds: float):
        for host in (SHOP_DNS, ELSEWHERE, ATTACKER):
            self.processes.start(f"knotd-{host.name}", "knotd", "-c", str(self.conf(host)),
                                 namespace=self.network.namespace(host.name))
        for host in (SHOP_DNS, ELSEWHERE, ATTACKER):
            for origin in ORIGINS:
                wait_until(lambda at=host, zone=origin: self.serial(at, zone), seconds, f"{host.name} to load {origin}")
        self.processes.start("view-server", sys.executable, str(VIEW_SERVER), str(self.folder / "views.json"),
                             *ELSEWHERE.claims, "--home", SHOP_DNS.v4[1], "--away", ELSEWHERE.v4[0],
                             namespace=self.network.namespace(ELSEWHERE.name))
        wait_until(lambda: "ready" in self._log("view-server"), seconds, "the view server to listen")

    def _log(self, name: str) -> str:
        self.processes.require(name)
        return (self.processes.logs / f"{name}.log").read_text()

    def serial(self, host: Host, origin: str) -> int | None:
        """The zone's serial as served."""
        self.processes.require(f"knotd-{host.name}")
        try:
            shown = run("ip", "netns", "exec", self.network.namespace(host.name), "kdig", "+short", "+time=1",
                        "+retry=0", f"@{host.v4[-1]}", origin, "SOA")
            return int(shown.split()[2])
        except (LabError, IndexError, ValueError):
            return None

    def update(self, host: Host, removed: set[Record], added: set[Record]):
        """Takes effect before it returns. Removals come first: what is added may not stand beside them."""
        for origin in ORIGINS:
            for records, form in ((removed, "del {0.owner}. {0.type} {0.rdata}"),
                                  (added, f"add {{0.owner}}. {TTL} {{0.type}} {{0.rdata}}")):
                self._send_updates(host, origin, [form.format(record) for record in sorted(records)
                                                  if origin_of(record.owner) == origin])

    def _send_updates(self, host: Host, origin: str, lines: list[str]):
        """knotd makes one change of all messages that wait, which spares it from signing again and again."""
        messages: list[list[str]] = []
        room = 0
        for line in lines:
            if len(line) > room:
                messages.append([])
                room = UPDATE_TEXT_MAX
            messages[-1].append(line)
            room -= len(line)

        def send(message: list[str]):
            run("ip", "netns", "exec", self.network.namespace(host.name), "knsupdate", "-v", "-t", "60",
                stdin="\n".join(["server 127.0.0.1", f"zone {origin}.", *message, "send", "quit"]) + "\n")

        with ThreadPoolExecutor(UPDATES_AT_ONCE) as pool:
            list(pool.map(send, messages))

    def wait_for_copy(self, seconds: float):
        """The attacker's copy of the signed zone has caught up."""
        wanted = self.serial(SHOP_DNS, ORDERS)
        if self.serial(ATTACKER, ORDERS) != wanted:
            run("knotc", "-c", str(self.conf(ATTACKER)), "zone-refresh", ORDERS)
            wait_until(lambda: self.serial(ATTACKER, ORDERS) == wanted, seconds, "the attacker's copy of orders.test")

    def serve_elsewhere(self, records: set[Record]):
        """Replaces what elsewhere has."""
        counter = self.folder / "serial"
        # Signing raises the serial of a zone too, by one for each load.
        serial = int(counter.read_text() if counter.exists() else "1") + 1000
        counter.write_text(str(serial))
        for origin in ORIGINS:
            chosen = sorted(record for record in records if origin_of(record.owner) == origin)
            write(zone_path(self.folder / ELSEWHERE.name, origin), zone_text(origin, serial, chosen))
        run("knotc", "-b", "-c", str(self.conf(ELSEWHERE)), "zone-reload", *ORIGINS)
        for origin in ORIGINS:
            wait_until(lambda zone=origin: (self.serial(ELSEWHERE, zone) or 0) >= serial, 30,
                       f"elsewhere to load {origin}")
