# SPDX-License-Identifier: BSD-3-Clause
"""Runs the scripted fault server on the faulty host: address 100 + N plays fault N."""

import sys
from pathlib import Path

from .addresses import FAULT_CASES, WRONG_SOURCE_V4, WRONG_SOURCE_V6, fault_v4, fault_v6
from .fault_catalogue import FAULTS, REPOSITORY
from .network import Network
from .processes import Processes, wait_until

PROGRAM = REPOSITORY / "tests" / "support" / "fault_server.py"


class FaultServerHost:
    def __init__(self, state: Path, network: Network, processes: Processes):
        self.folder = state / "faults"
        self.network = network
        self.processes = processes

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        ready = self.folder / "ready"
        argv = [sys.executable, str(PROGRAM), "--mode-file", str(self.folder / "mode"), "--ready-file", str(ready),
                "--other-address", WRONG_SOURCE_V4, "--other-address", WRONG_SOURCE_V6,
                "--listen", fault_v4(0), "--listen", fault_v6(0)]
        scripted = {fault.number: fault.name for fault in FAULTS if fault.is_scripted}
        for number in range(1, FAULT_CASES + 1):
            if number in scripted:
                argv += ["--listen", f"{fault_v4(number)}={scripted[number]}",
                         "--listen", f"{fault_v6(number)}={scripted[number]}"]
        self.processes.start("fault-server", *argv, namespace=self.network.namespace("faulty"))

        def is_ready() -> bool:
            self.processes.require("fault-server")
            return ready.exists()

        wait_until(is_ready, 15, "the fault server to listen")
