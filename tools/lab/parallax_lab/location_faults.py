# SPDX-License-Identifier: BSD-3-Clause
"""Faults that show only from some places: what the customers' servers do by source, and hijacked prefixes.

They need `up --perspectives`. Any number may be on. What is on is marks in a folder; from the marks follows all that
must be in force (routes, packet filters, nginx's rules, the view from elsewhere), so every switch is idempotent.
"""

import json
import re
from pathlib import Path
from typing import NamedTuple

from .addresses import (ATTACKER, ELSEWHERE, ROUTER, SHOP_DNS_V4, SHOP_DNS_V6, SHOP_WEB, SHOP_WEB_V4, SHOP_WEB_V6)
from .customer_dns import CAA_ELSEWHERE, ORDERS, ORIGINS, CustomerDns, Record, base_records
from .customer_web import CustomerWeb
from .link_shaping import LinkShaping
from .local_resolvers import LocalResolvers
from .network import Network
from .places import PLACES
from .processes import LabError
from .publishing import Publishing, records_of


class LocationFault(NamedTuple):
    full_name: str
    summary: str
    argument: str = ""  # what may be told: "PERSPECTIVE" or "PATTERN"
    default: str = ""  # without the argument; empty: it must be told


FAULTS = (
    LocationFault("http-geo-block", "the web server says 403 to perspectives outside the primary's region"),
    LocationFault("http-firewall", "packets from outside the primary's region to the web server are dropped"),
    LocationFault("http-allow-list", "the web server's host resets connections of all but the primary"),
    LocationFault("http-user-agent", "the web server says 403 to a User-Agent with PATTERN in it, wherever from",
                  "PATTERN", "parallax"),
    LocationFault("http-redirect-differs", "the web server redirects remote perspectives to another host"),
    LocationFault("http-content-differs", "the web server gives remote perspectives another page"),
    LocationFault("dns-split-horizon", "remote perspectives see zones without what is published, at other addresses"),
    LocationFault("dns-removed-early", "a TXT record is gone after the first look; the looker has 2 s to repeat it"),
    LocationFault("caa-differs", "remote perspectives see CAA that permits another CA only"),
    LocationFault("dns-unreachable-remotes", "packets of remote perspectives to the name server are dropped"),
    LocationFault("dns-refuses-caa", "the name server says REFUSED to each CAA query, wherever from"),
    LocationFault("hijack-one", "the customers' prefixes lead one remote perspective to the attacker",
                  "PERSPECTIVE", PLACES[1].name),
    LocationFault("hijack-two", f"they lead {PLACES[1].name} and {PLACES[2].name} to the attacker"),
    LocationFault("hijack-primary", "they lead the primary to the attacker"),
    LocationFault("perspective-down", "a perspective and its resolver are cut off", "PERSPECTIVE"),
)
BY_NAME = {fault.full_name: fault for fault in FAULTS}
ELSEWHERE_TABLE, ATTACKER_TABLE = 104, 105
# Priorities of routing rules: the first that fits is taken.
HIJACK, UNREACHABLE, VIEW = 1000, 2000, 3000
DNS_ADDRESSES = (SHOP_DNS_V4, SHOP_DNS_V6)
WEB_ADDRESSES = (SHOP_WEB_V4, SHOP_WEB_V6)


def elsewhere_records(home: set[Record], on: set[str]) -> set[Record]:
    """What elsewhere has, under these faults, when home has that."""
    records = set(home)
    if "dns-split-horizon" in on:
        records = {record for record in home if record.type == "CAA"}
        for origin in ORIGINS:
            records |= {record for record in base_records(origin, (ELSEWHERE.v4[0], ELSEWHERE.v6[0]))
                        if record.type != "CAA"}
    if "dns-removed-early" in on:
        records = {record for record in records if record.type != "TXT"}
    if "caa-differs" in on:
        records = {record._replace(rdata=CAA_ELSEWHERE) if record.type == "CAA" else record for record in records}
    return records


class LocationFaults:
    def __init__(self, state: Path, network: Network, shaping: LinkShaping, dns: CustomerDns, web: CustomerWeb,
                 publishing: Publishing, resolvers: LocalResolvers):
        self.state = state
        self.folder = state / "location-faults"
        self.network = network
        self.shaping = shaping
        self.dns = dns
        self.web = web
        self.publishing = publishing
        self.resolvers = resolvers
        self.sources = {place.name: (*perspective.v4, *perspective.v6, *resolver.v4, *resolver.v6)
                        for place, perspective, resolver
                        in zip(PLACES, network.perspectives, network.local_resolvers)}

    def create(self):
        """Once, on a fresh network."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for table, host in ((ELSEWHERE_TABLE, ELSEWHERE), (ATTACKER_TABLE, ATTACKER)):
            self.network.ip(ROUTER, *(f"route add default via {address} dev eth{host.site} table {table}"
                                      for address in (host.v4[0], host.v6[0])))
        # Answers come from where the router would not send a packet for their source.
        self.network.sysctl(ROUTER, "net.ipv4.conf.all.rp_filter=0",
                            *(f"net.ipv4.conf.eth{host.site}.rp_filter=0" for host in (ELSEWHERE, ATTACKER)))

    def active(self) -> list[str]:
        """NAME, or NAME:ARGUMENT."""
        return sorted(path.name for path in self.folder.glob("*")) if self.folder.exists() else []

    def switch(self, name: str, argument: str | None, is_on: bool):
        """Idempotent. Off without an argument: off for all."""
        fault = BY_NAME[name]
        if not self.sources:
            raise LabError(f"fault {name}: raise the lab with --perspectives")
        if argument is not None:
            argument = self._checked_argument(fault, argument)
        if is_on:
            argument = argument or fault.default
            if fault.argument and not argument:
                raise LabError(f"fault {name}: say which perspective, as in fault {name} {PLACES[1].name} on")
            self._require_sources(fault, argument)
            if fault.argument == "PATTERN":
                self._clear(name)
            (self.folder / (f"{name}:{argument}" if fault.argument else name)).touch()
        else:
            self._clear(name, argument)
        self._apply(name)

    def _clear(self, name: str, argument: str | None = None):
        for mark in self.active():
            if mark.partition(":")[0] == name and argument in (None, mark.partition(":")[2]):
                (self.folder / mark).unlink()

    def _checked_argument(self, fault: LocationFault, argument: str) -> str:
        if not fault.argument:
            raise LabError(f"fault {fault.full_name}: takes no {argument}")
        if fault.argument == "PATTERN":
            if not re.fullmatch(r"[A-Za-z0-9._-]+", argument):
                raise LabError(f"{argument}: letters, digits, dots and dashes only")
            return argument
        for perspective, place in zip(self.network.perspectives, PLACES):
            if argument in (place.name, perspective.name):
                return place.name
        raise LabError(f"{argument}: no such perspective; there are {', '.join(self.sources)}")

    def _require_sources(self, fault: LocationFault, argument: str):
        wanted = {"hijack-two": PLACES[2].name, "hijack-one": argument}.get(fault.full_name, PLACES[0].name)
        if wanted not in self.sources:
            raise LabError(f"fault {fault.full_name}: there is no {wanted}, raise the lab with more perspectives")

    def _apply(self, changed: str):
        marks = self.active()
        on = {mark.partition(":")[0] for mark in marks}
        arguments = {name: [mark.partition(":")[2] for mark in marks if mark.partition(":")[0] == name] for name in on}
        if changed == "perspective-down":
            self._cut(arguments.get(changed, []))
        elif changed.startswith("http-"):
            self._filter_web(on)
            self._configure_web(on, arguments)
        else:
            if changed.startswith("hijack") and changed in on:
                self.dns.wait_for_copy(30)
            self.refresh_view(on)
            self._route(on, arguments)
            self.resolvers.forget(ORIGINS)

    def refresh_view(self, on: set[str] | None = None):
        """What elsewhere serves, when faults need it: after a switch, and after something was published."""
        if on is None:
            on = {mark.partition(":")[0] for mark in self.active()}
        if on & {"dns-split-horizon", "dns-removed-early", "caa-differs"}:
            self.dns.serve_elsewhere(elsewhere_records(records_of(self.publishing.items()), on))
        rules = {"remotes": self._remote_sources(), "split": "dns-split-horizon" in on,
                 "caa_differs": "caa-differs" in on, "refuse_caa": "dns-refuses-caa" in on,
                 "removed_early": "dns-removed-early" in on}
        fresh = self.dns.folder / "views.new"
        fresh.write_text(json.dumps(rules))
        fresh.rename(self.dns.folder / "views.json")

    def _remote_sources(self) -> list[str]:
        return [address for name, addresses in self.sources.items() if name != PLACES[0].name for address in addresses]

    def _far_sources(self) -> list[str]:
        """Of perspectives outside the primary's region."""
        return [address for place in PLACES if place.rir != PLACES[0].rir for address in self.sources.get(place.name, ())]

    def _route(self, on: set[str], arguments: dict[str, list[str]]):
        victims = set(arguments.get("hijack-one", []))
        victims |= {PLACES[1].name, PLACES[2].name} if "hijack-two" in on else set()
        victims |= {PLACES[0].name} if "hijack-primary" in on else set()
        rules = set()

        def add(sources, targets, action, priority):
            rules.update(f"rule {{}} priority {priority} from {source} to {target} {action}"
                         for source in sources for target in targets if (":" in source) == (":" in target))

        for name in victims:
            add(self.sources[name], DNS_ADDRESSES + WEB_ADDRESSES, f"lookup {ATTACKER_TABLE}", HIJACK)
        if "dns-unreachable-remotes" in on:
            add(self._remote_sources(), DNS_ADDRESSES, "blackhole", UNREACHABLE)
        if on & {"dns-removed-early", "dns-refuses-caa"}:
            add(("0.0.0.0/0", "::/0"), DNS_ADDRESSES, f"lookup {ELSEWHERE_TABLE}", VIEW)
        elif on & {"dns-split-horizon", "caa-differs"}:
            add(self._remote_sources(), DNS_ADDRESSES, f"lookup {ELSEWHERE_TABLE}", VIEW)
        book = self.state / "routing-rules.json"
        former = set(json.loads(book.read_text())) if book.exists() else set()
        commands = [rule.format("add") for rule in sorted(rules - former)]
        commands += [rule.format("del") for rule in sorted(former - rules)]
        self.network.rules(ROUTER, [text for text in commands if ":" not in text],
                           [text for text in commands if ":" in text])
        book.write_text(json.dumps(sorted(rules)))

    def _filter_web(self, on: set[str]):
        primary, far = self.sources[PLACES[0].name], self._far_sources()
        lines = []
        for family, has_family in (("ip", lambda a: ":" not in a), ("ip6", lambda a: ":" in a)):
            if "http-firewall" in on and far:
                lines.append(f"{family} saddr {{ {', '.join(filter(has_family, far))} }} drop")
            if "http-allow-list" in on:
                lines.append(f"{family} saddr != {{ {', '.join(filter(has_family, primary))} }} reject with tcp reset")
        chain = "".join(f'iifname "eth0" tcp dport {{ 80, 443 }} {line}\n' for line in lines)
        self.shaping.load(SHOP_WEB.name, "table inet lab_location\ndelete table inet lab_location\n" + (
            "table inet lab_location { chain input { type filter hook input priority 0;\n" + chain + "}; }\n"
            if chain else ""))

    def _configure_web(self, on: set[str], arguments: dict[str, list[str]]):
        sources = "".join(
            f"geo ${name} {{ default 0; {' '.join(f'{address} 1;' for address in addresses)} }}\n"
            for name, addresses in (("lab_is_remote", self._remote_sources()), ("lab_is_far", self._far_sources())))
        lines = []
        if "http-geo-block" in on:
            lines.append('if ($lab_is_far) { return 403 "not available in your region\\n"; }')
        for pattern in arguments.get("http-user-agent", []):
            lines.append(f'if ($http_user_agent ~* "{re.escape(pattern)}") {{ return 403 "no robots\\n"; }}')
        if "http-redirect-differs" in on:
            lines.append('set $lab_way "$lab_is_remote $host";')
            lines.append(f'if ($lab_way ~ "^1 (?!elsewhere)") {{ return 302 http://elsewhere.{ORDERS}$request_uri; }}')
        if "http-content-differs" in on:
            lines.append('if ($lab_is_remote) { return 200 "another page\\n"; }')
        self.web.configure(SHOP_WEB, sources, "\n".join(lines) + "\n")

    def _cut(self, names: list[str]):
        for perspective, place in zip(self.network.perspectives, PLACES):
            rules = [f'{way} "{port}-{perspective.name}" drop' for way in ("iifname", "oifname") for port in "pb"]
            self.shaping.set_rules(f"down_{perspective.name}", rules if place.name in names else [])
