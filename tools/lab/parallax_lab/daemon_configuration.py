# SPDX-License-Identifier: BSD-3-Clause
"""One configuration file for both daemons of a perspective: docs/configuration.md, docs/control-configuration.md."""

import json
import os
from pathlib import Path
from urllib.parse import quote

from .addresses import ATTACKER, ELSEWHERE, SHOP_WEB
from .processes import LabError

HTTPS_PORT = 8443
ISSUERS = ["ca.test", "second.ca.example"]
SUFFIX = "test"
MODES = ("report-only", "test-window", "enforce")
# The lab's servers have private addresses. Only those of customers are opened, so that what a redirect or a rebinding
# name leads to is judged as on the Internet.
CUSTOMER_PREFIXES = [prefix for host in (SHOP_WEB, ELSEWHERE, ATTACKER)
                     for prefix in (host.prefix_v4, f"fd00:203:{host.site}::/64")]
# Six of them on one small machine.
DATAPLANE = {"memory_mb": 128, "lookups_max": 32768}


def yaml_lines(value, indent: int = 0) -> list[str]:
    """Block style of dictionaries and lists; scalars as JSON writes them, which YAML reads too."""
    space = "  " * indent
    lines = []
    for key, item in value.items():
        if isinstance(item, dict) and item:
            lines += [f"{space}{key}:", *yaml_lines(item, indent + 1)]
        elif isinstance(item, list) and item and isinstance(item[0], dict):
            lines.append(f"{space}{key}:")
            for one in item:
                first, *rest = yaml_lines(one, indent + 2)
                lines += [f"{space}  - {first.strip()}", *rest]
        else:
            lines.append(f"{space}{key}: {json.dumps(item)}")
    return lines


def service_uri(name: str, rir: str | None) -> str:
    return f"parallax://perspective/{name}?rir={quote(rir)}" if rir else f"parallax://primary/{name}"


def parse_window(text: str) -> dict:
    words = text.rsplit(maxsplit=3)
    if len(words) != 4 or words[1] not in MODES:
        raise LabError(f"--schedule '{text}': write 'NAME MODE START END', as in "
                       "'first test-window 2026-12-01T10:00:00Z 2026-12-01T11:00:00Z'")
    return dict(zip(("name", "mode", "start", "end"), words))


def parse_setting(text: str) -> tuple[list[str], object]:
    """KEY.KEY=VALUE of `control:`, or of `dataplane:` when it starts with that; VALUE in JSON, or plain text."""
    path, is_there, value = text.partition("=")
    keys = path.split(".")
    if not is_there or not all(keys):
        raise LabError(f"--set '{text}': write KEY=VALUE, as in dcv.timeout=3s")
    if keys[0] != "dataplane":
        keys = ["control", *keys]
    try:
        return keys, json.loads(value)
    except ValueError:
        return keys, value


def url_of(perspective: dict) -> str:
    return f"https://{perspective['address']}:{HTTPS_PORT}"


def place_of(perspective: dict) -> dict:
    place = {key: perspective[key] for key in ("rir", "latitude", "longitude")}
    return {"name": perspective["name"], **place, "resolvers": [{"address": perspective["resolver"], **place}]}


class DaemonConfiguration:
    def __init__(self, folder: Path, account: str, perspectives: list[dict], settings: dict):
        """`settings`: mode, schedule and set, as `daemons up` was told."""
        self.folder = folder
        self.account = account
        self.perspectives = perspectives
        self.settings = settings

    def path(self, name: str) -> Path:
        return self.folder / name / "parallax.yaml"

    def write(self, perspective: dict):
        folder = self.folder / perspective["name"]
        lines = ["# Written by parallax-lab."] + yaml_lines(self.document(perspective, folder))
        self.path(perspective["name"]).write_text("\n".join(lines) + "\n")

    def document(self, perspective: dict, folder: Path) -> dict:
        ca = str(self.folder / "ca" / "ca.pem")
        primary = self.perspectives[0]
        is_primary = perspective["name"] == primary["name"]
        control = {
            "role": "primary" if is_primary else "remote",
            "perspective": place_of(perspective),
            "listen": [f"{perspective['address']}:{HTTPS_PORT}"],
            "tls": {"certificate": str(folder / "tls.pem"), "key": str(folder / "tls.key"),
                    **({"server_ca": ca} if is_primary else {"client_ca": ca})},
            "signing_key": str(folder / "signing.key"),
            "dataplane_socket": str(folder / "dataplane.sock"),
            "resolution": "stub",  # each has a resolver of its own; --set resolution=iterative asks the lab's root
            "socket": str(folder / "control.sock"),
            "user": self.account,
            "allow_addresses": CUSTOMER_PREFIXES,
            "private_suffixes": [SUFFIX],
        }
        if is_primary:
            control |= {
                "audit_log": str(folder / "audit.db"),
                "issuer_domains": ISSUERS,
                "profiles": {"tls": self._profile()},
                "perspectives": [{**place_of(remote), "url": url_of(remote),
                                  "public_key": str(self.folder / remote["name"] / "signing.pub")}
                                 for remote in self.perspectives[1:]],
            }
        else:
            control["callers"] = [primary["name"]]
        # By itself each would pin its worker to the same CPU.
        cpu = self.perspectives.index(perspective) % os.cpu_count()
        document = {"dataplane": {
            "interface": perspective["interface"], "workers": [cpu],
            "upstreams": [f"{perspective['resolver']}:53,trusted"],
            "socket": str(folder / "dataplane.sock"), "user": self.account, "capture_dir": str(folder), **DATAPLANE},
            "control": control}
        for text in self.settings["set"]:
            self._set(document, *parse_setting(text))
        return document

    def _profile(self) -> dict:
        windows = [parse_window(text) for text in self.settings["schedule"]]
        modes = {self.settings["mode"], *(window["mode"] for window in windows)}
        # What is weaker than the rules of the day must be meant; in a lab it is.
        profile = {"mode": self.settings["mode"], "force": modes != {"enforce"}}
        return {**profile, "schedule": windows} if windows else profile

    @staticmethod
    def _set(document: dict, keys: list[str], value):
        for key in keys[:-1]:
            document = document.setdefault(key, {})
            if not isinstance(document, dict):
                raise LabError(f"--set {'.'.join(keys)}: {key} is no mapping")
        document[keys[-1]] = value
