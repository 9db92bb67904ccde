# SPDX-License-Identifier: BSD-3-Clause
"""Who lives where. Every host is a network namespace; the same addresses serve every lab, since labs share nothing.

    probe ─┐                         ┌─ auth        three addresses, one knotd
    web   ─┤ 10.203.0.0/24           ├─ resolver1, resolver2   unbound, validating
    faulty ┴──── bridge in "net" ────┴─ router ── 10.203.1.0/24 ── nsd
                 fd00:203::/64                    fd00:203:1::/64

With `up --perspectives N`, perspectiveN is 10.203.0.(200 + N), fd00:203::a:N, and its local resolver, localN, is
10.203.0.(10 + N), fd00:203::b:N. The two share a bridge of their own, whose uplink to the other bridge is as long as
the perspective is far. Then there are also a CA's customers, behind the router: shopdns (their name server), shopweb
(their web server), elsewhere (the same servers as some sources see them), attacker (who hijacks their prefixes).
"""

from typing import NamedTuple


class Host(NamedTuple):
    name: str
    v4: tuple[str, ...]
    v6: tuple[str, ...]
    site: int = 0  # 0: on the bridge; others: behind the router
    claims: tuple[str, ...] = ()  # addresses of others that it answers for when the router sends their packets here

    @property
    def prefix_v4(self) -> str:
        return f"10.203.{self.site}.0/24"

    @property
    def gateway_v4(self) -> str:
        return f"10.203.{self.site}.254"

    @property
    def gateway_v6(self) -> str:
        return f"fd00:203:{self.site}::fe" if self.site else "fd00:203::fe"


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
SHOP_DNS = Host("shopdns", ("10.203.2.53", "10.203.2.54"), ("fd00:203:2::53", "fd00:203:2::54"), site=2)
SHOP_WEB = Host("shopweb", ("10.203.3.80",), ("fd00:203:3::80",), site=3)
# What the customers' names lead to. The name server's second addresses are for transfers and are never hijacked.
SHOP_DNS_V4, SHOP_DNS_V6 = SHOP_DNS.v4[0], SHOP_DNS.v6[0]
SHOP_WEB_V4, SHOP_WEB_V6 = SHOP_WEB.v4[0], SHOP_WEB.v6[0]
ELSEWHERE = Host("elsewhere", ("10.203.4.53",), ("fd00:203:4::53",), site=4, claims=(SHOP_DNS_V4, SHOP_DNS_V6))
ATTACKER = Host("attacker", ("10.203.5.66",), ("fd00:203:5::66",), site=5,
                claims=(SHOP_DNS_V4, SHOP_DNS_V6, SHOP_WEB_V4, SHOP_WEB_V6))
CUSTOMER_HOSTS = (SHOP_DNS, SHOP_WEB, ELSEWHERE, ATTACKER)

# Hosts to look from besides the probe, as many as `up --perspectives` says.
PERSPECTIVES_MAX = 32


def is_onlooker(host: Host) -> bool:
    """A host that asks and is not asked."""
    return host.name == "probe" or host.name.startswith("perspective")


def perspectives(count: int) -> tuple[Host, ...]:
    return tuple(Host(f"perspective{n}", (f"10.203.0.{200 + n}",), (f"fd00:203::a:{n}",))
                 for n in range(1, count + 1))


def local_resolvers(count: int) -> tuple[Host, ...]:
    return tuple(Host(f"local{n}", (f"10.203.0.{10 + n}",), (f"fd00:203::b:{n}",)) for n in range(1, count + 1))


BY_NAME = {host.name: host for host in HOSTS}
ROUTER = "router"
NET = "net"
NAMESPACES = (NET, ROUTER) + tuple(host.name for host in HOSTS)
