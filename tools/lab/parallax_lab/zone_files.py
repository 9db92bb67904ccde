# SPDX-License-Identifier: BSD-3-Clause
"""Writes the lab's zone files: the generated ones, root and top-level zones with their delegations, extra ones."""

import os
import re
import subprocess
from multiprocessing import Pool
from pathlib import Path
from typing import NamedTuple, Sequence

from . import special_zone
from .addresses import BY_NAME, fault_v4, fault_v6
from .processes import LabError
from .zone_model import TLD_CAA, TLDS, TTL, ZoneModel, zone_lines

FAULT_ORIGIN = "fault.test"
BOGUS_ORIGIN = "bogus.test"  # its DS names a key that the zone does not have
NSD_NAMES_MAX = 200_000  # above it, nsd serves only the small zones


class ZoneEntry(NamedTuple):
    origin: str  # "." for the root
    is_signed: bool
    on_nsd: bool


def head(origin: str, servers: tuple[str, ...]) -> list[str]:
    dot = origin if origin == "." else origin + "."
    return [f"$ORIGIN {dot}", f"$TTL {TTL}",
            f"@ SOA ns1.test. hostmaster.test. 1 3600 600 1209600 {TTL}",
            *(f"@ NS {server}." for server in servers)]


def server_names(on_nsd: bool) -> tuple[str, ...]:
    return ("ns1.test", "ns2.test") if on_nsd else ("ns1.test",)


def server_addresses() -> list[str]:
    """ns1 is knotd on the auth host, ns2 is nsd behind the router, fault-ns the scripted server."""
    auth, nsd = BY_NAME["auth"], BY_NAME["nsd"]
    lines = [f"ns1.test. A {address}" for address in auth.v4] + [f"ns1.test. AAAA {a}" for a in auth.v6]
    lines += [f"ns2.test. A {nsd.v4[0]}", f"ns2.test. AAAA {nsd.v6[0]}"]
    return lines + [f"fault-ns.test. A {fault_v4(0)}", f"fault-ns.test. AAAA {fault_v6(0)}"]


def write(path: Path, lines) -> None:
    path.write_text("\n".join(lines) + "\n")


def zone_path(folder: Path, origin: str) -> Path:
    return folder / f"{'root' if origin == '.' else origin}.zone"


def write_generated(job: tuple[int, int, int, bool, str]) -> None:
    """One generated zone; runs in a worker process."""
    names, seed, index, on_nsd, folder = job
    model = ZoneModel(names, seed)
    zone = model.zones[index]
    lines = head(zone.name, server_names(on_nsd)) + model.fixed_lines(zone)
    for sample in model.zone_samples(zone):
        lines.extend(sample.lines)
    write(zone_path(Path(folder), zone.name), lines)


def generated_entries(model: ZoneModel) -> list[ZoneEntry]:
    return [ZoneEntry(zone.name, zone.is_signed, zone.is_signed or model.names <= NSD_NAMES_MAX)
            for zone in model.zones]


def write_leaf_zones(model: ZoneModel, extra: list[Path], folder: Path) -> list[ZoneEntry]:
    """All zones below the top-level ones."""
    entries = generated_entries(model)
    jobs = [(model.names, model.seed, index, entry.on_nsd, str(folder)) for index, entry in enumerate(entries)]
    with Pool(os.cpu_count()) as pool:
        pool.map(write_generated, jobs, chunksize=4)
    lines = head(special_zone.ORIGIN, server_names(True))
    for sample in special_zone.samples():
        lines.extend(sample.lines)
    write(zone_path(folder, special_zone.ORIGIN), lines + special_zone.extra_lines())
    write(zone_path(folder, BOGUS_ORIGIN), head(BOGUS_ORIGIN, server_names(True)) + ['www CAA 0 issue "ca.test"'])
    entries += [ZoneEntry(special_zone.ORIGIN, True, True), ZoneEntry(BOGUS_ORIGIN, False, True)]
    return entries + [add_extra_zone(path, entries, folder) for path in extra]


ADDED_LINES = 2  # in front of the text of --zone: $ORIGIN and $TTL


def add_extra_zone(path: Path, entries: list[ZoneEntry], folder: Path) -> ZoneEntry:
    """--zone FILE: NAME.zone holds zone NAME, with its own SOA and NS."""
    origin = path.name.removesuffix(".zone").rstrip(".").lower()
    if path.suffix != ".zone" or not origin:
        raise LabError(f"{path}: name it ZONE.zone, as in example.org.zone")
    if any(entry.origin == origin for entry in entries) or origin in TLDS:
        raise LabError(f"{path}: the lab already has a zone {origin}")
    try:
        text = path.read_bytes()
    except OSError as error:
        raise LabError(f"{path}: {error.strerror}") from error
    served = zone_path(folder, origin)
    served.write_bytes(f"$ORIGIN {origin}.\n$TTL {TTL}\n".encode() + text)
    check_zone(path, origin, served)
    return ZoneEntry(origin, False, True)


def check_zone(path: Path, origin: str, served: Path):
    """LabError with the first fault's line: a server would only leave the zone out."""
    try:
        done = subprocess.run(["nsd-checkzone", origin, str(served)], text=True, errors="replace", capture_output=True,
                              check=False)
    except FileNotFoundError as error:
        raise LabError("nsd-checkzone: not installed; run tools/install-packages") from error
    if done.returncode == 0:
        return
    faults = re.findall(re.escape(f"{served}:") + r"(\d+): (.+)", done.stderr)
    if not faults:
        raise LabError(f"{path}: not a zone: {(done.stderr or done.stdout).strip().splitlines()[0]}")
    line, text = min(faults, key=lambda fault: int(fault[0]))
    raise LabError(f"{path}:{max(int(line) - ADDED_LINES, 1)}: {text.strip()}")


def parent_of(origin: str) -> str:
    """Which of the lab's top-level zones delegates it; others hang from the root directly."""
    tld = origin.rpartition(".")[2]
    return tld if tld in TLDS and tld != origin else "."


def delegation(entry: ZoneEntry, ds: dict[str, list[str]]) -> list[str]:
    lines = [f"{entry.origin}. NS {server}." for server in server_names(entry.on_nsd)]
    return lines + [f"{entry.origin}. DS {text}" for text in ds.get(entry.origin, ())]


def write_parents(leaves: list[ZoneEntry], ds: dict[str, list[str]], folder: Path,
                  more: Sequence[str] = ()) -> list[ZoneEntry]:
    """Root and top-level zones. `ds`: DS rdata by zone, so keys must exist by now. `more`: lines for "test"."""
    parents = [ZoneEntry(origin, True, True) for origin in (".", *TLDS)]
    ds = {**ds, BOGUS_ORIGIN: ["12345 13 2 " + "ab" * 32]}
    for parent in parents:
        lines = head(parent.origin, server_names(True))
        lines += zone_lines("@", TLD_CAA.get(parent.origin, ()))
        for entry in (*parents[1:], *leaves):
            if parent_of(entry.origin) == parent.origin:
                lines += delegation(entry, ds)
        if parent.origin in (".", "test"):
            lines += server_addresses()
        if parent.origin == "test":
            lines += [f"{FAULT_ORIGIN}. NS fault-ns.test.", *more]
        write(zone_path(folder, parent.origin), lines)
    return parents
