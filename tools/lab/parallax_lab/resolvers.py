# SPDX-License-Identifier: BSD-3-Clause
"""Two unbound resolvers that iterate from the lab's root and validate against the lab's trust anchor."""

from pathlib import Path

from .addresses import BY_NAME, Host
from .network import Network
from .processes import Processes, wait_until, run, LabError
from .zone_model import TLDS

RESOLVERS = ("resolver1", "resolver2")


CONTROL_OFF = "    control-enable: no\n"


def conf_text(host: Host, folder: Path, options: dict[str, str] | None = None, control: str = CONTROL_OFF) -> str:
    """`options` replace those below; `control` is the section for unbound-control."""
    addresses = host.v4 + host.v6
    chosen = {"aggressive-nsec": "yes", "msg-cache-size": "256m", "rrset-cache-size": "512m", **(options or {})}
    varied = "\n".join(f"    {name}: {value}" for name, value in chosen.items())
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
{varied}
    edns-buffer-size: 1232
    max-udp-size: 1232
    minimal-responses: yes
    root-hints: "{folder}/root.hints"
    trust-anchor-file: "{folder}/root.anchor"
    module-config: "validator iterator"
    val-log-level: 1
    ede: yes
    unblock-lan-zones: yes
{zones}
remote-control:
{control}"""


def write_root_files(folder: Path, root_ds: list[str]):
    """Root hints and trust anchor."""
    auth = BY_NAME["auth"]
    hints = [". 3600 IN NS ns1.test."]
    hints += [f"ns1.test. 3600 IN A {address}" for address in auth.v4]
    hints += [f"ns1.test. 3600 IN AAAA {address}" for address in auth.v6]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "root.hints").write_text("\n".join(hints) + "\n")
    (folder / "root.anchor").write_text("".join(f". IN DS {text}\n" for text in root_ds))


def validates(network: Network, processes: Processes, host: Host) -> bool:
    processes.require(host.name)
    try:
        shown = run("ip", "netns", "exec", network.namespace(host.name), "kdig", "+dnssec", "+time=2", "+retry=0",
                    f"@{host.v4[0]}", ".", "SOA")
    except LabError:
        return False
    return "status: NOERROR" in shown and " ad" in shown


class Resolvers:
    def __init__(self, state: Path, network: Network, processes: Processes):
        self.state = state
        self.network = network
        self.processes = processes

    def start(self, root_ds: list[str]):
        for name in RESOLVERS:
            folder = self.state / name
            write_root_files(folder, root_ds)
            (folder / "unbound.conf").write_text(conf_text(BY_NAME[name], folder))
            self.processes.start(name, "unbound", "-d", "-p", "-c", str(folder / "unbound.conf"),
                                 namespace=self.network.namespace(name))
        for name in RESOLVERS:
            wait_until(lambda host=BY_NAME[name]: validates(self.network, self.processes, host), 15,
                       f"{name} to validate the root")
