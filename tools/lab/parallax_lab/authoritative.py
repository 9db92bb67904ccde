# SPDX-License-Identifier: BSD-3-Clause
"""knotd serves every zone and signs the signed ones at load (ECDSA P-256); nsd gets its zones from it by AXFR."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .addresses import BY_NAME
from .network import Network
from .processes import Processes, run, wait_until
from .zone_files import ZoneEntry, zone_path

SIGNATURE_LIFETIME = "3650d"  # a lab may be left alone for long


def listen(addresses) -> str:
    return ", ".join(f"{address}@53" for address in addresses)


class Authoritative:
    def __init__(self, state: Path, network: Network, processes: Processes):
        self.folder = state / "knot"
        self.zones = state / "zones"
        self.nsd_folder = state / "nsd"
        self.network = network
        self.processes = processes
        self.conf = self.folder / "knot.conf"

    def prepare(self):
        for folder in (self.folder, self.zones, self.nsd_folder):
            folder.mkdir(parents=True, exist_ok=True)

    def write_knot_conf(self, entries: list[ZoneEntry]):
        auth, nsd = BY_NAME["auth"], BY_NAME["nsd"]
        lines = [
            "server:", f"    rundir: {self.folder}", f"    listen: [{listen(auth.v4 + auth.v6)}]",
            '    identity: "parallax-lab"', '    version: ""', "    tcp-max-clients: 1000",
            "log:", "  - target: stderr", "    any: notice",
            "database:", f"    storage: {self.folder}",
            "acl:", "  - id: nsd", f"    address: [{nsd.v4[0]}, {nsd.v6[0]}]", "    action: transfer",
            "policy:", "  - id: lab", "    algorithm: ecdsap256sha256", "    single-type-signing: on",
            f"    rrsig-lifetime: {SIGNATURE_LIFETIME}", "    zone-max-ttl: 1h", "    signing-threads: 2",
            "    manual: on",
            "template:", "  - id: default", f"    storage: {self.zones}", "    semantic-checks: off",
            "    zonefile-sync: -1", "    zonefile-load: whole", "    journal-content: none", "    acl: nsd",
            "zone:"]
        for entry in entries:
            lines += [f'  - domain: "{entry.origin}"', f'    file: "{zone_path(self.zones, entry.origin).name}"']
            if entry.is_signed:
                lines += ["    dnssec-signing: on", "    dnssec-policy: lab"]
        self.conf.write_text("\n".join(lines) + "\n")

    def make_keys(self, entries: list[ZoneEntry]) -> dict[str, list[str]]:
        """A combined key for each signed zone; returns DS rdata by zone."""
        signed = [entry.origin for entry in entries if entry.is_signed]
        with ThreadPoolExecutor(2) as pool:
            return dict(zip(signed, pool.map(self._make_key, signed)))

    def _make_key(self, origin: str) -> list[str]:
        if not self._keymgr(origin, "list"):
            self._keymgr(origin, "generate", "algorithm=ECDSAP256SHA256", "ksk=yes", "zsk=yes")
        records = (line.partition(" DS ")[2] for line in self._keymgr(origin, "ds").splitlines())
        return [text for text in records if text.split()[2] == "2"]  # SHA-256

    def _keymgr(self, origin: str, *command: str) -> str:
        return run("keymgr", "-c", str(self.conf), origin, *command).strip()

    def start_knot(self, entries: list[ZoneEntry], seconds: float):
        self.processes.start("knotd", "knotd", "-c", str(self.conf), namespace=self.network.namespace("auth"))
        biggest = entries[-1].origin
        wait_until(lambda: self._answers("auth", BY_NAME["auth"].v4[0], ".", "knotd"), seconds, "knotd to answer")
        for origin in (biggest, *(entry.origin for entry in entries)):
            wait_until(lambda zone=origin: self._answers("auth", BY_NAME["auth"].v4[0], zone, "knotd"), seconds,
                       f"knotd to load {origin}")

    def _answers(self, host: str, address: str, origin: str, daemon: str) -> bool:
        """Whether the server answers the zone's SOA with authority."""
        self.processes.require(daemon)
        shown = subprocess.run(["ip", "netns", "exec", self.network.namespace(host), "kdig", "+time=1", "+retry=0",
                                f"@{address}", origin, "SOA"], text=True, capture_output=True, check=False).stdout
        return "status: NOERROR" in shown and " aa " in shown.replace(";", " ")

    def write_nsd_conf(self, entries: list[ZoneEntry]):
        nsd, auth = BY_NAME["nsd"], BY_NAME["auth"]
        lines = ["server:", *(f"    ip-address: {address}" for address in nsd.v4 + nsd.v6),
                 '    username: ""', "    server-count: 1", '    pidfile: ""', "    verbosity: 0",
                 '    chroot: ""', "    database: \"\"", "    minimal-responses: yes", "    tcp-count: 500",
                 "    rrl-ratelimit: 0", "    xfrd-reload-timeout: 0",
                 f'    zonesdir: "{self.nsd_folder}"', f'    xfrdfile: "{self.nsd_folder}/xfrd.state"',
                 f'    zonelistfile: "{self.nsd_folder}/zone.list"', f'    xfrdir: "{self.nsd_folder}"',
                 "remote-control:", "    control-enable: no"]
        for entry in entries:
            if entry.on_nsd:
                lines += ["zone:", f'    name: "{entry.origin}"', f'    zonefile: "{entry.origin}zone"',
                          f"    request-xfr: AXFR {auth.v4[0]} NOKEY"]
        (self.nsd_folder / "nsd.conf").write_text("\n".join(lines) + "\n")

    def start_nsd(self, entries: list[ZoneEntry], seconds: float):
        self.processes.start("nsd", "nsd", "-d", "-c", str(self.nsd_folder / "nsd.conf"),
                             namespace=self.network.namespace("nsd"))
        for entry in entries:
            if entry.on_nsd:
                wait_until(lambda zone=entry.origin: self._answers("nsd", BY_NAME["nsd"].v4[0], zone, "nsd"), seconds,
                           f"nsd to fetch {entry.origin}")
