# SPDX-License-Identifier: BSD-3-Clause
"""Namespaces, the bridge between them, and the router behind which the nsd host lives."""

import subprocess

from .addresses import HOSTS, NET, PERSPECTIVES_MAX, ROUTER, Host, perspectives
from .processes import LabError, run


class Network:
    def __init__(self, prefix: str, queues: int = 1, perspective_count: int = PERSPECTIVES_MAX):
        """Without a count: all hosts that a lab with this prefix might have."""
        self.prefix = prefix
        self.queues = queues
        self.hosts = HOSTS + perspectives(perspective_count)
        self.names = (NET, ROUTER) + tuple(host.name for host in self.hosts)

    def namespace(self, host: str) -> str:
        return self.prefix + host

    def existing(self) -> list[str]:
        present = {line.split()[0] for line in run("ip", "netns", "list").splitlines() if line}
        return [host for host in self.names if self.namespace(host) in present]

    def ip(self, host: str, *commands: str):
        """Runs a batch of `ip` commands inside a namespace."""
        run("ip", "-n", self.namespace(host), "-batch", "-", stdin="\n".join(commands) + "\n")

    def sysctl(self, host: str, *settings: str):
        run("ip", "netns", "exec", self.namespace(host), "sysctl", "-qw", *settings)

    def execute(self, host: str, argv: list[str]) -> int:
        if host not in self.names:
            raise LabError(f"{host}: no such host; there are {', '.join(self.names)}")
        return subprocess.call(["ip", "netns", "exec", self.namespace(host), *argv])

    def hardware_address(self, host: str) -> str:
        return run("ip", "-n", self.namespace(host), "-br", "link", "show", "eth0").split()[2]

    def create(self):
        for name in self.names:
            run("ip", "netns", "add", self.namespace(name))
            self.ip(name, "link set lo up")
        self.ip(NET, "link add br0 type bridge mcast_snooping 0 forward_delay 0", "link set br0 up")
        for site, interface in ((0, "eth0"), (1, "eth1")):
            self._join_router(site, interface)
        self.sysctl(ROUTER, "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
        for host in self.hosts:
            self._join(host)

    def _link(self, name: str, interface: str, peer_namespace: str, peer: str):
        """A veth pair; checksums are finished by the sender, as on a real wire, because XDP programs look at them."""
        queues = f"numrxqueues {self.queues} numtxqueues {self.queues}"
        self.ip(name, f"link add {interface} {queues} type veth peer name {peer} {queues} "
                      f"netns {self.namespace(peer_namespace)}")
        for namespace, end in ((name, interface), (peer_namespace, peer)):
            run("ip", "netns", "exec", self.namespace(namespace), "ethtool", "-K", end, "tx", "off")

    def _join(self, host: Host):
        peer_namespace, peer = (NET, f"p-{host.name}") if host.site == 0 else (ROUTER, "eth1")
        if host.site == 0:
            self._link(host.name, "eth0", peer_namespace, peer)
            self.ip(NET, f"link set {peer} master br0", f"link set {peer} up")
        self.ip(host.name,
                *(f"address add {address}/24 dev eth0" for address in host.v4),
                *(f"address add {address}/64 dev eth0 nodad" for address in host.v6),
                "link set eth0 up",
                f"route add default via {host.gateway_v4}",
                f"route add default via {host.gateway_v6} dev eth0")

    def _join_router(self, site: int, interface: str):
        if site == 0:
            self._link(ROUTER, interface, NET, "p-router")
            self.ip(NET, "link set p-router master br0", "link set p-router up")
        else:
            self._link(ROUTER, interface, "nsd", "eth0")
        gateway = next(host for host in HOSTS if host.site == site)
        self.ip(ROUTER, f"address add {gateway.gateway_v4}/24 dev {interface}",
                f"address add {gateway.gateway_v6}/64 dev {interface} nodad", f"link set {interface} up")

    def destroy(self):
        for name in self.existing():
            run("ip", "netns", "delete", self.namespace(name))
