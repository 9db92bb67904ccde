# SPDX-License-Identifier: BSD-3-Clause
"""Starting and ending the lab's daemons. A process is known by pid and start time, so a reused pid is never hit."""

import os
import signal
import subprocess
import time
from pathlib import Path


class LabError(Exception):
    """One line for the user: what failed and how to mend it."""


def run(*argv: str, stdin: str | None = None) -> str:
    """Runs a short command; its error output becomes the message of LabError."""
    try:
        done = subprocess.run(argv, input=stdin, text=True, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise LabError(f"{argv[0]}: not installed; run tools/install-packages") from error
    if done.returncode != 0:
        raise LabError(f"{' '.join(argv)}: {done.stderr.strip() or done.stdout.strip() or done.returncode}")
    return done.stdout


def wait_until(condition, seconds: float, what: str):
    """Polls until `condition` is true and returns what it gave; LabError after the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise LabError(f"waited {seconds:g} s in vain for {what}")
        time.sleep(0.05)


def start_time(pid: int) -> str | None:
    """Field 22 of /proc/PID/stat: ticks since boot. None when there is no such process (a zombie is none)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


class Processes:
    """The daemons of one lab: one file NAME.pid each, holding "pid start-time"."""

    def __init__(self, state: Path):
        self.folder = state / "pids"
        self.logs = state / "logs"

    def start(self, name: str, *argv: str, namespace: str):
        """Starts a foreground program inside a namespace, its output in logs/NAME.log."""
        self.stop(name)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir(parents=True, exist_ok=True)
        with open(self.logs / f"{name}.log", "ab") as log:
            process = subprocess.Popen(["ip", "netns", "exec", namespace, *argv], stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=log, start_new_session=True)
        (self.folder / f"{name}.pid").write_text(f"{process.pid} {start_time(process.pid)}\n")

    def pid(self, name: str) -> int | None:
        """The pid if that very process still runs."""
        try:
            pid, started = (self.folder / f"{name}.pid").read_text().split()
        except (OSError, ValueError):
            return None
        return int(pid) if start_time(int(pid)) == started else None

    def running(self) -> dict[str, int | None]:
        return {path.stem: self.pid(path.stem) for path in sorted(self.folder.glob("*.pid"))}

    def stop(self, name: str):
        pid = self.pid(name)
        if pid is not None:
            os.kill(pid, signal.SIGTERM)
            try:
                wait_until(lambda: self.pid(name) is None or self._reap(pid), 5, f"{name} to end")
            except LabError:
                os.kill(pid, signal.SIGKILL)
                wait_until(lambda: self.pid(name) is None or self._reap(pid), 5, f"{name} to die")
        (self.folder / f"{name}.pid").unlink(missing_ok=True)

    @staticmethod
    def _reap(pid: int) -> bool:
        try:
            return os.waitpid(pid, os.WNOHANG)[0] == pid
        except ChildProcessError:
            return False

    def stop_all(self):
        for name in self.running():
            self.stop(name)

    def require(self, name: str):
        if self.pid(name) is None:
            lines = (self.logs / f"{name}.log").read_text(errors="replace").strip().splitlines()
            raise LabError(f"{name} ended at once: {lines[-1] if lines else 'no output'} (see {self.logs}/{name}.log)")
