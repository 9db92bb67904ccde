# SPDX-License-Identifier: BSD-3-Clause
"""One validating unbound beside each perspective, with a cache of its own."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .network import Network
from .processes import Processes, run, wait_until
from .resolvers import conf_text, validates, write_root_files

# An answer from one view of a zone must not deny what another view has; a cache for thousands of names is enough. An
# answer later than discard-timeout (1.9 s unless told) is not sent, and a dozen trips to a far server take as long.
# Without minimisation one question about a new name in a known zone costs one query, not one for each label.
LOCAL_OPTIONS = {"aggressive-nsec": "no", "msg-cache-size": "16m", "rrset-cache-size": "32m",
                 "discard-timeout": "20000", "qname-minimisation": "no"}


class LocalResolvers:
    def __init__(self, state: Path, network: Network, processes: Processes):
        self.state = state
        self.network = network
        self.processes = processes

    def folder(self, name: str) -> Path:
        return self.state / name

    def start(self, root_ds: list[str], seconds: float):
        for host in self.network.local_resolvers:
            folder = self.folder(host.name)
            write_root_files(folder, root_ds)
            control = (f'    control-enable: yes\n    control-interface: "{folder}/control.sock"\n'
                       "    control-use-cert: no\n")
            (folder / "unbound.conf").write_text(conf_text(host, folder, LOCAL_OPTIONS, control))
            self.processes.start(host.name, "unbound", "-d", "-p", "-c", str(folder / "unbound.conf"),
                                 namespace=self.network.namespace(host.name))
        for host in self.network.local_resolvers:
            wait_until(lambda at=host: validates(self.network, self.processes, at), seconds,
                       f"{host.name} to validate the root")

    def forget(self, zones: tuple[str, ...]):
        """Drops what they know of these zones and of which servers answered, and the questions that still wait."""
        def forget_one(host):
            control = ("unbound-control", "-c", str(self.folder(host.name) / "unbound.conf"))
            for zone in zones:
                run(*control, "flush_zone", zone)
            run(*control, "flush_infra", "all")
            run(*control, "flush_requestlist")

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(forget_one, self.network.local_resolvers))
