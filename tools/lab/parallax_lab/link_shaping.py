# SPDX-License-Identifier: BSD-3-Clause
"""What the network does to packets: loss by nftables in the bridge's namespace; delay, jitter, reordering and copies
by link_emulator.c, which is put between a host's port and the bridge. Both need nothing of the kernel that stock
kernels lack (sch_netem is a module that small ones leave out).
"""

import json
import re
from pathlib import Path
from typing import NamedTuple

from .addresses import NET, is_onlooker
from .network import Network
from .places import PLACES, delay_us
from .processes import LabError, Processes, run, wait_until
from .support_programs import build_program

EMULATOR = Path(__file__).resolve().parent.parent / "link_emulator.c"
DISTANCE = "distance"  # a SPEC of its own
TIME_UNITS = {"us": 1, "ms": 1000, "s": 1_000_000}


class Shape(NamedTuple):
    """Applies to each packet of a link, in `direction`: "from" the host, "to" it, or "both"."""

    delay_us: int = 0
    jitter_us: int = 0  # added at random to `jitter_percent` of packets; that reorders
    jitter_percent: int = 100
    copies: int = 1
    duplicate_percent: int = 0
    loss_percent: float = 0.0
    direction: str = "both"

    @property
    def needs_emulator(self) -> bool:
        return bool(self.delay_us or self.jitter_us or self.copies > 1 or self.duplicate_percent)


def parse_time(text: str) -> int:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(us|ms|s)", text)
    if not match:
        raise LabError(f"{text}: not a time; write it as 20ms, 1.5s or 500us")
    return round(float(match[1]) * TIME_UNITS[match[2]])


def parse_percent(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)%?", text)
    if not match or float(match[1]) > 100:
        raise LabError(f"{text}: not a percentage; write it as 5%")
    return float(match[1])


def parse_shape(text: str) -> Shape:
    """tc-netem's words: "delay 20ms 5ms loss 5% duplicate 1% reorder 25%"."""
    words, shape = text.split(), Shape()
    while words:
        word = words.pop(0)
        if word not in ("delay", "loss", "duplicate", "reorder") or not words:
            raise LabError(f"{text}: at {word!r}; write for example 'delay 20ms 5ms loss 5% duplicate 1% reorder 25%'")
        value = words.pop(0)
        if word == "delay":
            shape = shape._replace(delay_us=parse_time(value))
            if words and words[0][0].isdigit():
                shape = shape._replace(jitter_us=parse_time(words.pop(0)))
        elif word == "loss":
            shape = shape._replace(loss_percent=parse_percent(value))
        elif word == "duplicate":
            shape = shape._replace(duplicate_percent=round(parse_percent(value)))
        else:
            shape = shape._replace(jitter_percent=round(parse_percent(value)),
                                   jitter_us=shape.jitter_us or max(shape.delay_us, 10_000))
    return shape


class LinkShaping:
    def __init__(self, state: Path, network: Network, processes: Processes):
        self.state = state
        self.network = network
        self.processes = processes

    def load(self, host: str, ruleset: str):
        run("ip", "netns", "exec", self.network.namespace(host), "nft", "-f", "-", stdin=ruleset)

    def create(self):
        self.load(NET, "table bridge lab { chain forward { type filter hook forward priority 0; }; }\n")

    def set_rules(self, name: str, rules: list[str]):
        """Replaces the rules that go under `name`; an empty list removes them."""
        book = self.state / "rules.json"
        rulebook = json.loads(book.read_text()) if book.exists() else {}
        rulebook[name] = rules
        lines = [f"add rule bridge lab forward {rule}" for chosen in rulebook.values() for rule in chosen]
        self.load(NET, "flush chain bridge lab forward\n" + "\n".join(lines) + "\n")
        book.write_text(json.dumps(rulebook))

    def shape_all(self, text: str):
        """--netem: everything between the probe or a perspective and the rest."""
        for host in self.network.hosts:
            if is_onlooker(host):
                self.shape(host.name, self.shape_of(host.name, text))

    def shape_of(self, host: str, text: str) -> Shape | None:
        """The shape that the words mean for a host: "distance" is the delay of a perspective's place."""
        if text != DISTANCE:
            return parse_shape(text)
        places = {perspective.name: place for perspective, place in zip(self.network.perspectives, PLACES)}
        return Shape(delay_us=delay_us(places[host])) if host in places else None

    def shape(self, host: str, shape: Shape | None):
        """Shapes the link of a host; None makes it plain again."""
        if host not in (h.name for h in self.network.hosts
                        if h.site == 0 and h not in self.network.local_resolvers):
            raise LabError(f"{host}: not on the bridge, its link cannot be shaped")
        self._unplug(host)
        loss = shape.loss_percent if shape else 0
        ways = {"from": ("iifname",), "to": ("oifname",), "both": ("iifname", "oifname")}[
            shape.direction if shape else "both"]
        self.set_rules(f"loss_{host}", [
            f'{way} "{port}" meta l4proto {{ tcp, udp }} numgen random mod 10000 <= {max(round(loss * 100), 1) - 1} drop'
            for way in ways for port in (f"p-{host}", f"b-{host}")] if loss else [])
        if shape and shape.needs_emulator:
            self._plug(host, shape)

    def _plug(self, host: str, shape: Shape):
        """p-HOST leaves the bridge; the emulator carries its frames to w-HOST, whose other end b-HOST is in it."""
        emulator = build_program(self.state, EMULATOR)
        self.network.ip(NET, f"link add w-{host} type veth peer name b-{host}", f"link set b-{host} master br0",
                        f"link set b-{host} up", f"link set w-{host} up", f"link set p-{host} nomaster")
        self.processes.start(f"link-{host}", str(emulator), f"p-{host}", f"w-{host}", "--direction", shape.direction,
                             "--delay-us", str(shape.delay_us), "--jitter-us", str(shape.jitter_us),
                             "--jitter-percent", str(shape.jitter_percent), "--copies", str(shape.copies),
                             "--duplicate-percent", str(shape.duplicate_percent),
                             namespace=self.network.namespace(NET))
        log = self.processes.logs / f"link-{host}.log"

        def is_ready() -> bool:
            self.processes.require(f"link-{host}")
            return "ready" in log.read_text()

        wait_until(is_ready, 5, "the link emulator")

    def _unplug(self, host: str):
        self.processes.stop(f"link-{host}")
        (self.processes.logs / f"link-{host}.log").unlink(missing_ok=True)
        if f"b-{host}" in run("ip", "-n", self.network.namespace(NET), "-br", "link"):
            self.network.ip(NET, f"link delete b-{host}", f"link set p-{host} master br0")
