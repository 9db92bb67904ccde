# SPDX-License-Identifier: BSD-3-Clause
"""Two unbound resolvers that iterate from the lab's root and validate against the lab's trust anchor."""

from pathlib import Path

from .addresses import BY_NAME
from .network import Network
from .processes import Processes, wait_until, run, LabError
from .zone_model import TLDS

RESOLVERS = ("resolver1", "resolver2")


def conf_text(host: str, folder: Path) -> str:
    addresses = BY_NAME[host].v4 + BY_NAME[host].v6
    # unbound has built-in empty zones for the names and addresses that this lab uses.
    zones = "\n".join(f'    local-zone: "{tld}." nodefault' for tld in TLDS)
    interfaces = "\n".join(f"    interface: {address}" for address in addresses)
    return f"""server:
{interfaces}
    access-control: 0.0.0.0/0 allow
    access-control: ::/0 allow
    username: ""
    chroot: ""
    directory: "{folder}"
    pidfile: ""
    use-syslog: no
    log-time-ascii: yes
    verbosity: 1
    num-threads: 1
    so-reuseport: no
    outgoing-range: 4096
    num-queries-per-thread: 4096
    incoming-num-tcp: 500
    msg-cache-size: 256m
    rrset-cache-size: 512m
    edns-buffer-size: 1232
    max-udp-size: 1232
    minimal-responses: yes
    aggressive-nsec: yes
    root-hints: "{folder}/root.hints"
    trust-anchor-file: "{folder}/root.anchor"
    module-config: "validator iterator"
    val-log-level: 1
    ede: yes
    unblock-lan-zones: yes
{zones}
remote-control:
    control-enable: no
"""


class Resolvers:
    def __init__(self, state: Path, network: Network, processes: Processes):
        self.state = state
        self.network = network
        self.processes = processes

    def start(self, root_ds: list[str]):
        auth = BY_NAME["auth"]
        hints = [". 3600 IN NS ns1.test."]
        hints += [f"ns1.test. 3600 IN A {address}" for address in auth.v4]
        hints += [f"ns1.test. 3600 IN AAAA {address}" for address in auth.v6]
        for host in RESOLVERS:
            folder = self.state / host
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "root.hints").write_text("\n".join(hints) + "\n")
            (folder / "root.anchor").write_text("".join(f". IN DS {text}\n" for text in root_ds))
            (folder / "unbound.conf").write_text(conf_text(host, folder))
            self.processes.start(host, "unbound", "-d", "-p", "-c", str(folder / "unbound.conf"),
                                 namespace=self.network.namespace(host))
        for host in RESOLVERS:
            wait_until(lambda name=host: self._validates(name), 15, f"{host} to validate the root")

    def _validates(self, host: str) -> bool:
        self.processes.require(host)
        try:
            shown = run("ip", "netns", "exec", self.network.namespace(host), "kdig", "+dnssec", "+time=2", "+retry=0",
                        f"@{BY_NAME[host].v4[0]}", ".", "SOA")
        except LabError:
            return False
        return "status: NOERROR" in shown and " ad" in shown
