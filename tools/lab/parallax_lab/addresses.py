# SPDX-License-Identifier: BSD-3-Clause
"""Who lives where. Every host is a network namespace; the same addresses serve every lab, since labs share nothing.
Perspectives (`up --perspectives N`) are on the bridge as well: perspectiveN is 10.203.0.(200 + N), fd00:203::a:N.

    probe ─┐                         ┌─ auth        three addresses, one knotd
    web   ─┤ 10.203.0.0/24           ├─ resolver1, resolver2   unbound, validating
    faulty ┴──── bridge in "net" ────┴─ router ── 10.203.1.0/24 ── nsd
                 fd00:203::/64                    fd00:203:1::/64
"""

from typing import NamedTuple


class Host(NamedTuple):
    name: str
    v4: tuple[str, ...]
    v6: tuple[str, ...]
    site: int = 0  # 0: on the bridge; 1: behind the router

    @property
    def prefix_v4(self) -> str:
        return f"10.203.{self.site}.0/24"

    @property
    def gateway_v4(self) -> str:
        return f"10.203.{self.site}.254"

    @property
    def gateway_v6(self) -> str:
        return ("fd00:203::fe", "fd00:203:1::fe")[self.site]


FAULT_CASES = 36


def fault_v4(number: int) -> str:
    """The address of one scripted fault; number 0 is the server that picks the fault by name."""
    return f"10.203.0.{100 + number}"


def fault_v6(number: int) -> str:
    return f"fd00:203::f:{number}"


# The second address of a wrong-source answer: on the faulty host, never asked by anyone.
WRONG_SOURCE_V4 = "10.203.0.199"
WRONG_SOURCE_V6 = "fd00:203::f:99"

HOSTS = (
    Host("probe", ("10.203.0.10",), ("fd00:203::10",)),
    Host("auth", ("10.203.0.53", "10.203.0.55", "10.203.0.56"), ("fd00:203::53", "fd00:203::55", "fd00:203::56")),
    Host("resolver1", ("10.203.0.1",), ("fd00:203::1",)),
    Host("resolver2", ("10.203.0.2",), ("fd00:203::2",)),
    Host("web", ("10.203.0.80",), ("fd00:203::80",)),
    Host("faulty",
         tuple(fault_v4(n) for n in range(FAULT_CASES + 1)) + (WRONG_SOURCE_V4,),
         tuple(fault_v6(n) for n in range(FAULT_CASES + 1)) + (WRONG_SOURCE_V6,)),
    Host("nsd", ("10.203.1.54",), ("fd00:203:1::54",), site=1),
)
# Hosts to look from besides the probe, as many as `up --perspectives` says.
PERSPECTIVES_MAX = 32


def is_onlooker(host: Host) -> bool:
    """A host that asks and is not asked."""
    return host.name == "probe" or host.name.startswith("perspective")


def perspectives(count: int) -> tuple[Host, ...]:
    return tuple(Host(f"perspective{n}", (f"10.203.0.{200 + n}",), (f"fd00:203::a:{n}",))
                 for n in range(1, count + 1))


BY_NAME = {host.name: host for host in HOSTS}
ROUTER = "router"
NET = "net"
NAMESPACES = (NET, ROUTER) + tuple(host.name for host in HOSTS)
