# SPDX-License-Identifier: BSD-3-Clause
"""Namespaces, the bridge between them, the bridges of perspectives, and the router behind which some hosts live."""

import subprocess

from .addresses import CUSTOMER_HOSTS, HOSTS, NET, PERSPECTIVES_MAX, ROUTER, Host, local_resolvers, perspectives
from .places import PLACES
from .processes import LabError, run


class Network:
    def __init__(self, prefix: str, queues: int = 1, perspective_count: int = PERSPECTIVES_MAX):
        """Without a count: all hosts that a lab with this prefix might have."""
        self.prefix = prefix
        self.queues = queues
        self.perspectives = perspectives(perspective_count)
        self.local_resolvers = local_resolvers(perspective_count)
        self.hosts = HOSTS + self.perspectives
        if perspective_count:
            self.hosts += self.local_resolvers + CUSTOMER_HOSTS
        self.names = (NET, ROUTER) + tuple(host.name for host in self.hosts)

    def namespace(self, host: str) -> str:
        return self.prefix + host

    def existing(self) -> list[str]:
        present = {line.split()[0] for line in run("ip", "netns", "list").splitlines() if line}
        return [host for host in self.names if self.namespace(host) in present]

    def ip(self, host: str, *commands: str):
        """Runs a batch of `ip` commands inside a namespace."""
        run("ip", "-n", self.namespace(host), "-batch", "-", stdin="\n".join(commands) + "\n")

    def rules(self, host: str, v4: list[str], v6: list[str]):
        """The same, for commands of one address family each."""
        for family, commands in (("-4", v4), ("-6", v6)):
            if commands:
                run("ip", "-n", self.namespace(host), family, "-batch", "-", stdin="\n".join(commands) + "\n")

    def sysctl(self, host: str, *settings: str):
        run("ip", "netns", "exec", self.namespace(host), "sysctl", "-qw", *settings)

    def host_of(self, text: str) -> str:
        """A host by its name, or a perspective by that of its place."""
        for host, place in zip(self.perspectives, PLACES):
            if text == place.name:
                return host.name
        if text not in self.names:
            raise LabError(f"{text}: no such host; there are {', '.join(self.names)}")
        return text

    def execute(self, host: str, argv: list[str]) -> int:
        host = self.host_of(host)
        return subprocess.call(["ip", "netns", "exec", self.namespace(host), *argv])

    def hardware_address(self, host: str) -> str:
        return run("ip", "-n", self.namespace(host), "-br", "link", "show", "eth0").split()[2]

    def create(self):
        for name in self.names:
            run("ip", "netns", "add", self.namespace(name))
            self.ip(name, "link set lo up")
        # A bridge is no router: what a host has for its containers (br_netfilter) is not to walk each frame through IP hooks.
        self.sysctl(NET, "-e", *(f"net.bridge.bridge-nf-call-{table}=0" for table in ("iptables", "ip6tables", "arptables")))
        self.ip(NET, "link add br0 type bridge mcast_snooping 0 forward_delay 0", "link set br0 up")
        for site in sorted({host.site for host in self.hosts}):
            self._join_router(next(host for host in self.hosts if host.site == site))
        self.sysctl(ROUTER, "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
        for number in range(1, len(self.perspectives) + 1):
            self._create_pop(number)
        for host in self.hosts:
            self._join(host)

    def _create_pop(self, number: int):
        """The bridge of a perspective and its resolver; p-perspectiveN is the end of its uplink in br0."""
        pop, port = f"pop-{number}", f"p-perspective{number}"
        self.ip(NET, f"link add {pop} type bridge mcast_snooping 0 forward_delay 0", f"link set {pop} up",
                f"link add u-{number} type veth peer name {port}", f"link set u-{number} master {pop}",
                f"link set {port} master br0", f"link set u-{number} up", f"link set {port} up")

    def _bridge_and_port(self, host: Host) -> tuple[str, str]:
        for group in (self.perspectives, self.local_resolvers):
            if host in group:
                return f"pop-{group.index(host) + 1}", f"h-{host.name}"
        return "br0", f"p-{host.name}"

    def _link(self, name: str, interface: str, peer_namespace: str, peer: str):
        """A veth pair; checksums are finished by the sender, as on a real wire, because XDP programs look at them."""
        queues = f"numrxqueues {self.queues} numtxqueues {self.queues}"
        self.ip(name, f"link add {interface} {queues} type veth peer name {peer} {queues} "
                      f"netns {self.namespace(peer_namespace)}")
        for namespace, end in ((name, interface), (peer_namespace, peer)):
            run("ip", "netns", "exec", self.namespace(namespace), "ethtool", "-K", end, "tx", "off")

    def _join(self, host: Host):
        if host.site == 0:
            bridge, port = self._bridge_and_port(host)
            self._link(host.name, "eth0", NET, port)
            self.ip(NET, f"link set {port} master {bridge}", f"link set {port} up")
        self.ip(host.name,
                *(f"address add {address}/24 dev eth0" for address in host.v4),
                *(f"address add {address}/64 dev eth0 nodad" for address in host.v6),
                *(f"address add {address}/{128 if ':' in address else 32} dev lo" for address in host.claims),
                "link set eth0 up",
                f"route add default via {host.gateway_v4}",
                f"route add default via {host.gateway_v6} dev eth0")

    def _join_router(self, neighbour: Host):
        """One interface, ethN, towards each site; `neighbour` is a host of it."""
        interface = f"eth{neighbour.site}"
        if neighbour.site == 0:
            self._link(ROUTER, interface, NET, "p-router")
            self.ip(NET, "link set p-router master br0", "link set p-router up")
        else:
            self._link(ROUTER, interface, neighbour.name, "eth0")
        self.ip(ROUTER, f"address add {neighbour.gateway_v4}/24 dev {interface}",
                f"address add {neighbour.gateway_v6}/64 dev {interface} nodad", f"link set {interface} up")

    def destroy(self):
        for name in self.existing():
            run("ip", "netns", "delete", self.namespace(name))
