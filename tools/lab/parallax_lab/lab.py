# SPDX-License-Identifier: BSD-3-Clause
"""One lab: raising it, taking it down, saying how it is."""

import fcntl
import json
import os
import shutil
from pathlib import Path

from .addresses import BY_NAME, fault_v4, fault_v6
from .authoritative import Authoritative
from .customer_dns import CustomerDns
from .customer_web import WEB_HOSTS, CustomerWeb
from .daemons import Daemons
from .fault_catalogue import FaultCatalogue
from .fault_server_host import FaultServerHost
from .link_shaping import LinkShaping
from .local_resolvers import LocalResolvers
from .location_faults import LocationFaults
from .network import Network
from .places import PLACES, delay_us
from .processes import LabError, Processes
from .publishing import Publishing
from .resolvers import RESOLVERS, Resolvers
from .zone_files import write_leaf_zones, write_parents
from .zone_model import ZoneModel

DAEMONS = ("knotd", "nsd", *RESOLVERS, "fault-server")
CUSTOMER_DAEMONS = ("knotd-shopdns", "knotd-elsewhere", "knotd-attacker", "view-server",
                    *(f"{program}-{host.name}" for host in WEB_HOSTS for program in ("nginx", "alpn")))
LOAD_SECONDS = 180.0


class Lab:
    def __init__(self, prefix: str, state: Path | None):
        self.prefix = prefix
        self.state = state or Path("/run/parallax-lab") / prefix.rstrip("-")
        self.processes = Processes(self.state)
        self._lock = None

    def lock(self):
        """Commands that change a lab take turns."""
        if os.geteuid() != 0:
            raise LabError("network namespaces need root: run with sudo")
        self.state.mkdir(parents=True, exist_ok=True)
        self._lock = open(self.state / "lock", "w", encoding="ascii")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    # What `up` was told; later commands read it back.

    @property
    def settings(self) -> dict:
        try:
            return json.loads((self.state / "settings.json").read_text())
        except FileNotFoundError as error:
            raise LabError(f"no lab is up with prefix {self.prefix} in {self.state}: run parallax-lab up") from error

    def require(self):
        """LabError when no lab is up, before anything is touched."""
        _ = self.settings

    @property
    def network(self) -> Network:
        settings = self.settings
        return Network(self.prefix, settings["queues"], settings.get("perspectives", 0))

    @property
    def model(self) -> ZoneModel:
        settings = self.settings
        return ZoneModel(settings["names"], settings["seed"])

    @property
    def shaping(self) -> LinkShaping:
        return LinkShaping(self.state, self.network, self.processes)

    @property
    def faults(self) -> FaultCatalogue:
        return FaultCatalogue(self.state, self.network, self.processes, self.shaping)

    @property
    def customer_dns(self) -> CustomerDns:
        return CustomerDns(self.state, self.network, self.processes)

    @property
    def customer_web(self) -> CustomerWeb:
        return CustomerWeb(self.state, self.network, self.processes)

    @property
    def daemons(self) -> Daemons:
        return Daemons(self.state, self.network, self.processes, self.perspectives())

    def publishing(self, is_attacker: bool = False) -> Publishing:
        if not self.network.perspectives:
            raise LabError("there are no customers to publish for: raise the lab with --perspectives")
        return Publishing(self.state, self.customer_dns, self.customer_web, is_attacker)

    @property
    def location_faults(self) -> LocationFaults:
        dns, web = self.customer_dns, self.customer_web
        return LocationFaults(self.state, self.network, self.shaping, dns, web, Publishing(self.state, dns, web),
                              LocalResolvers(self.state, self.network, self.processes))

    def active_faults(self) -> list[str]:
        return self.faults.active() + self.location_faults.active()

    def perspectives(self) -> list[dict]:
        """What a script needs to configure a perspective; the first is the primary."""
        network = self.network
        return [{
            "name": place.name, "is_primary": place == PLACES[0], "host": host.name,
            "namespace": network.namespace(host.name), "interface": "eth0",
            "address": host.v4[0], "address_v6": host.v6[0],
            "rir": place.rir, "latitude": place.latitude, "longitude": place.longitude, "delay_us": delay_us(place),
            "resolver": resolver.v4[0], "resolver_v6": resolver.v6[0],
            "trust_anchor_file": str(self.state / resolver.name / "root.anchor"),
            "root_hints_file": str(self.state / resolver.name / "root.hints"),
        } for place, host, resolver in zip(PLACES, network.perspectives, network.local_resolvers)]

    def up(self, settings: dict, progress):
        """Idempotent: whatever stands of a former lab with this prefix goes first."""
        self.down()
        self.lock()
        (self.state / "settings.json").write_text(json.dumps(settings, indent=1) + "\n")
        try:
            self._raise(settings, progress)
        except BaseException:
            self.processes.stop_all()
            Network(self.prefix).destroy()
            (self.state / "settings.json").unlink(missing_ok=True)
            raise
        (self.state / "ready").touch()

    def _raise(self, settings: dict, progress):
        progress("namespaces")
        self.network.create()
        self.shaping.create()
        if settings["shape"]:
            self.shaping.shape_all(settings["shape"])
        server = Authoritative(self.state, self.network, self.processes)
        server.prepare()
        progress(f"zones for {settings['names']:,} names")
        leaves = write_leaf_zones(self.model, [Path(path) for path in settings["zones"]], server.zones)
        # Keys come before the parents' DS records, and keymgr wants the configuration of all zones.
        server.write_knot_conf(write_parents(leaves, {}, server.zones) + leaves)
        ds = server.make_keys(write_parents(leaves, {}, server.zones) + leaves)
        has_customers = settings["perspectives"] > 0
        customers = self.customer_dns.delegations(self.customer_dns.prepare()) if has_customers else []
        entries = write_parents(leaves, ds, server.zones, customers) + leaves
        progress(f"knotd ({len(entries)} zones, {sum(entry.is_signed for entry in entries)} signed)")
        server.start_knot(entries, LOAD_SECONDS)
        progress("nsd, unbound, fault server")
        server.write_nsd_conf(entries)
        FaultServerHost(self.state, self.network, self.processes).start()
        server.start_nsd(entries, LOAD_SECONDS)
        Resolvers(self.state, self.network, self.processes).start(ds["."])
        if has_customers:
            progress("perspectives' resolvers, customers' servers")
            LocalResolvers(self.state, self.network, self.processes).start(ds["."], LOAD_SECONDS)
            self.location_faults.create()
            self.customer_dns.start(LOAD_SECONDS)
            self.customer_web.start(LOAD_SECONDS)

    def down(self):
        """Leaves nothing, whatever state a crash left."""
        if not self.state.exists() and not Network(self.prefix).existing():
            return
        self.lock()
        self.processes.stop_all()
        Network(self.prefix).destroy()
        for path in self.state.iterdir():
            if path.name != "lock":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        self._lock.close()
        shutil.rmtree(self.state, ignore_errors=True)

    def status(self) -> dict:
        present = Network(self.prefix).existing()
        running = self.processes.running()
        is_ready = (self.state / "ready").exists()
        network = self.network if is_ready else Network(self.prefix, perspective_count=0)
        wanted = DAEMONS
        if network.perspectives:
            wanted += tuple(host.name for host in network.local_resolvers) + CUSTOMER_DAEMONS
        healthy = is_ready and present == list(network.names) and all(running.get(name) for name in wanted)
        return {
            "prefix": self.prefix, "state": str(self.state),
            "is_up": healthy, "is_partial": bool(present or running) and not healthy,
            "namespaces": [self.prefix + name for name in present],
            "missing_namespaces": [name for name in network.names if name not in present] if present else [],
            "daemons": {name: running.get(name) for name in (*wanted, *(n for n in running if n not in wanted))},
            "hosts": {host.name: {"v4": list(host.v4[:3]), "v6": list(host.v6[:3])} for host in network.hosts},
            "settings": self.settings if is_ready else None,
            "faults_on": self.active_faults() if is_ready else [],
        }

    @staticmethod
    def upstreams(kind: str, family: str) -> list[str]:
        """Endpoints in the form of parallax-dataplane --upstream."""
        if kind.startswith("fault"):
            number = kind.partition(":")[2]
            number = FaultCatalogue.number_of(number) if number else 0
            v4, v6, flags = (fault_v4(number),), (fault_v6(number),), ""
        elif kind == "resolvers":
            v4 = tuple(BY_NAME[name].v4[0] for name in RESOLVERS)
            v6 = tuple(BY_NAME[name].v6[0] for name in RESOLVERS)
            flags = ",trusted"
        else:
            v4, v6, flags = BY_NAME[kind].v4, BY_NAME[kind].v6, ""
        chosen = {"4": v4, "6": v6, "both": v4 + v6}[family]
        return [f"[{a}]:53{flags}" if ":" in a else f"{a}:53{flags}" for a in chosen]
