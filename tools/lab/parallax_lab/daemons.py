# SPDX-License-Identifier: BSD-3-Clause
"""A parallax-dataplane and a parallaxd for each perspective of a lab: one primary, all others its remotes."""

import json
import os
import pwd
import shutil
import socket
from pathlib import Path

from .daemon_certificates import DaemonCertificates, new_signing_key
from .daemon_configuration import MODES, DaemonConfiguration, parse_setting, parse_window, service_uri, url_of
from .network import Network
from .processes import LabError, Processes, wait_until

PROGRAMS = {"dataplane": "parallax-dataplane", "parallaxd": "parallaxd"}
START_SECONDS = 60.0
CALL_SECONDS = 5.0


def account() -> pwd.struct_passwd:
    """Whom the daemons run as once they have started: their own default."""
    for name in ("parallax", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise LabError("there is neither an account parallax nor nobody")


def find_program(build: Path, name: str) -> Path:
    """As built in a build directory, or as installed in a folder of programs."""
    found = [path for path in (build / name, *build.glob(f"*/**/{name}")) if path.is_file() and os.access(path, os.X_OK)]
    if not found:
        raise LabError(f"{name} is not built in {build}: ninja -C {build}")
    return found[0].resolve()


def control_call(path: Path, method: str):
    """The result of a method of a control socket; None when nobody answers there."""
    request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": {}})
    try:
        with socket.socket(socket.AF_UNIX) as session:
            session.settimeout(CALL_SECONDS)
            session.connect(str(path))
            session.sendall(request.encode() + b"\n")
            with session.makefile("r", encoding="utf-8") as lines:
                return json.loads(lines.readline()).get("result")
    except (OSError, ValueError):
        return None


class Daemons:
    def __init__(self, state: Path, network: Network, processes: Processes, perspectives: list[dict]):
        self.folder = state / "daemons"
        self.network = network
        self.processes = processes
        self.perspectives = perspectives
        self.certificates = DaemonCertificates(self.folder / "ca")

    @property
    def settings(self) -> dict:
        try:
            return json.loads((self.folder / "settings.json").read_text())
        except FileNotFoundError as error:
            raise LabError("no daemons are up in this lab: run parallax-lab daemons up --build DIR") from error

    def configuration(self) -> DaemonConfiguration:
        return DaemonConfiguration(self.folder, account().pw_name, self.perspectives, self.settings)

    def names(self) -> list[str]:
        """Of the processes; remotes before the primary, which asks them, and what serves before who needs it."""
        order = self.perspectives[1:] + self.perspectives[:1]
        return [f"{program}-{one['name']}" for program in PROGRAMS for one in order]

    def socket(self, process: str) -> Path:
        program, _, name = process.partition("-")
        return self.folder / name / ("dataplane.sock" if program == "dataplane" else "control.sock")

    # Raising and ending.

    def up(self, settings: dict, progress):
        """`settings`: build, mode, schedule, set. Daemons that run go first, and all that they wrote."""
        if len(self.perspectives) < 2:
            raise LabError("there is nobody to ask: raise the lab with --perspectives 6")
        if settings["mode"] not in MODES:
            raise LabError(f"--mode {settings['mode']}: give one of {', '.join(MODES)}")
        for text in settings["schedule"]:
            parse_window(text)
        for text in settings["set"]:
            parse_setting(text)
        programs = {name: str(find_program(Path(settings["build"]), file)) for name, file in PROGRAMS.items()}
        self.down()
        self.folder.mkdir(parents=True)
        (self.folder / "settings.json").write_text(json.dumps({**settings, "programs": programs}, indent=1) + "\n")
        try:
            progress("keys, certificates, configurations")
            self._make_keys()
            self.configure()
            progress(f"{len(self.perspectives)} parallax-dataplane")
            self._start_all("dataplane")
            progress(f"{len(self.perspectives)} parallaxd")
            self._start_all("parallaxd")
        except BaseException:
            for name in self.names():
                self.processes.stop(name)
            raise

    def _make_keys(self):
        self.certificates.create("parallax-lab")
        for one in self.perspectives:
            folder = self.folder / one["name"]
            folder.mkdir()
            self.issue(one["name"])
            new_signing_key(folder / "signing.key", folder / "signing.pub")
            self._give(folder)

    def issue(self, name: str, validity: tuple[str, str] | None = None, uri: str | None = None):
        """A new certificate for a perspective's daemon; by default the right one."""
        one = next((found for found in self.perspectives if found["name"] == name), None)
        if one is None:
            raise LabError(f"{name}: no such perspective; there are {', '.join(p['name'] for p in self.perspectives)}")
        uri = uri or service_uri(name, None if one is self.perspectives[0] else one["rir"])
        self.certificates.issue(self.folder / name / "tls", uri, [one["address"], one["address_v6"]], validity)
        self._give(self.folder / name)

    @staticmethod
    def _give(folder: Path):
        """A daemon reads its keys again at a reload, when it is that account."""
        owner = account()
        for path in (folder, *folder.iterdir()):
            os.chown(path, owner.pw_uid, owner.pw_gid)

    def configure(self):
        configuration = self.configuration()
        for one in self.perspectives:
            configuration.write(one)

    def _start_all(self, program: str):
        names = [name for name in self.names() if name.startswith(program + "-")]
        for name in names:
            self._launch(name)
        for name in names:
            self._wait(name)

    def _launch(self, process: str):
        program, _, name = process.partition("-")
        one = next(found for found in self.perspectives if found["name"] == name)
        self.processes.start(process, self.settings["programs"][program], "--config",
                             str(self.folder / name / "parallax.yaml"), namespace=one["namespace"])

    def _wait(self, process: str):
        def is_ready() -> bool:
            self.processes.require(process)
            return control_call(self.socket(process), "status.get") is not None

        wait_until(is_ready, START_SECONDS, f"{process} to answer")

    def restart(self, names: list[str]):
        """Processes by name, or both of a perspective by its own; those that do not run are started."""
        known = self.names()
        wanted = set()
        for name in names:
            found = [process for process in known if name in (process, process.partition("-")[2])]
            if not found:
                raise LabError(f"{name}: no such daemon; there are {', '.join(known)}")
            wanted.update(found)
        _ = self.settings
        for name in (process for process in known if process in wanted):
            self.processes.stop(name)
            self._launch(name)
            self._wait(name)

    def down(self):
        """The primary first, so that it does not take what follows for a failure. Nothing is no error."""
        for name in reversed(self.names()):
            self.processes.stop(name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def status(self) -> dict:
        settings = self.settings
        pids = {name: self.processes.pid(name) for name in self.names()}
        daemons = []
        for one in self.perspectives:
            dataplane, parallaxd = f"dataplane-{one['name']}", f"parallaxd-{one['name']}"
            folder = self.folder / one["name"]
            is_primary = one is self.perspectives[0]
            daemons.append({
                "name": one["name"], "role": "primary" if is_primary else "remote", "namespace": one["namespace"],
                "url": url_of(one), "config": str(folder / "parallax.yaml"), "folder": str(folder),
                "socket": str(self.socket(parallaxd)), "dataplane_socket": str(self.socket(dataplane)),
                "audit_log": str(folder / "audit.db") if is_primary else None,
                "parallaxd_pid": pids[parallaxd], "dataplane_pid": pids[dataplane],
            })
        return {"is_up": all(pids.values()), "ca_file": str(self.certificates.ca), "mode": settings["mode"],
                "programs": settings["programs"], "daemons": daemons}
