# SPDX-License-Identifier: BSD-3-Clause
"""The DNS fault cases 1-36 by number and name, and how each is switched on.

Network faults change packets of real servers. Scripted faults are played by tests/support/fault_server.py on the
faulty host: each always answers on an address of its own and under its own name (NAME.fault.test on the host's first
address); `fault NAME on` makes the first address play it for every name.
"""

from pathlib import Path
from typing import Callable, NamedTuple

from .addresses import BY_NAME
from .link_shaping import LinkShaping, Shape
from .network import Network
from .processes import LabError, Processes
from .support_programs import build_program

REPOSITORY = Path(__file__).resolve().parents[3]


class Fault(NamedTuple):
    number: int
    name: str
    is_scripted: bool
    summary: str

    @property
    def full_name(self) -> str:
        return f"{self.number:02d}-{self.name}"


def network_fault(number: int, name: str, summary: str) -> Fault:
    return Fault(number, name, False, summary)


def scripted(number: int, name: str, summary: str) -> Fault:
    return Fault(number, name, True, summary)


FAULTS = (
    network_fault(1, "dead-server", "auth's first address is dead, its others answer"),
    network_fault(2, "all-dead", "no server answers the probe"),
    network_fault(3, "delay-2s", "answers of auth come 2 s late"),
    network_fault(4, "delay-9s", "answers of auth come 9 s late"),
    network_fault(5, "loss30", "30 % of packets are lost, each way"),
    network_fault(6, "blackhole", "all packets to and from the probe are lost, ARP and ND included"),
    network_fault(7, "reorder", "half of auth's answers come up to 200 ms late"),
    network_fault(8, "duplicate", "each answer of auth comes five times"),
    scripted(9, "truncated", "TC=1 with partial data by UDP, whole by TCP"),
    scripted(10, "truncated-tcp-refused", "TC=1 and TCP refused"),
    scripted(11, "truncated-tcp", "TC=1 over TCP too"),
    scripted(12, "wrong-id", "answers with wrong IDs only; right by TCP"),
    scripted(13, "wrong-source", "forged from another address and port, then the right one"),
    scripted(14, "wrong-question", "another name, type or class by UDP; right by TCP"),
    scripted(15, "question-count", "QDCOUNT 0 or 2 by UDP; right by TCP"),
    scripted(16, "lower-case", "the question comes back in lower case by UDP; right by TCP"),
    scripted(17, "lame", "REFUSED, SERVFAIL, or REFUSED for CAA only"),
    scripted(18, "upward-referral", "not authoritative: data without AA, upward referral, self referral"),
    scripted(19, "formerr-edns", "EDNS gets FORMERR without OPT; plain is answered"),
    scripted(20, "notimp-edns", "EDNS gets NOTIMP or REFUSED; plain is answered"),
    scripted(21, "edns-dropped", "EDNS gets nothing; plain is answered"),
    scripted(22, "badvers", "BADVERS to EDNS version 0; plain is answered"),
    scripted(23, "udp512-no-tcp", "TC=1 past 512 octets, TCP refused"),
    scripted(24, "wrong-cookie", "another client cookie by UDP; right by TCP"),
    scripted(25, "badcookie", "BADCOOKIE to each query by UDP; right by TCP"),
    scripted(26, "bad-opt", "two OPTs, 500 options, OPT not at the root; right by TCP"),
    scripted(27, "fragments", "the UDP answer comes in IP fragments; right by TCP"),
    network_fault(28, "icmp-flood", "forged ICMP unreachable and fragmentation-needed to the probe"),
    network_fault(29, "tcp-refused", "auth's first address refuses TCP, its others do not"),
    scripted(30, "tcp-reset", "TC=1, then TCP reset in the middle of the message"),
    scripted(31, "tcp-length", "TC=1, then TCP length 0, 1 or 65535 and silence"),
    scripted(32, "tcp-slow", "TC=1, then one octet a second by TCP"),
    scripted(33, "tcp-two-answers", "TC=1, then another query's answer before the right one by TCP"),
    scripted(34, "garbage", "short datagrams and garbage, then the right answer"),
    scripted(35, "compression-loop", "pointer loops and too long names by UDP; right by TCP"),
    scripted(36, "huge-answer", "thousands of records, CNAME x100, DNAME that gets too long"),
)


# Faults that shape the link of auth: it has one shape at a time.
SHAPES: dict[int, Shape] = {
    3: Shape(delay_us=2_000_000), 4: Shape(delay_us=9_000_000),
    7: Shape(jitter_us=200_000, jitter_percent=50), 8: Shape(copies=5),
}


def find_fault(text: str) -> Fault:
    """By "09-truncated", "truncated", "9" or "09"."""
    for fault in FAULTS:
        if text in (fault.full_name, fault.name) or (text.isdecimal() and int(text) == fault.number):
            return fault
    raise LabError(f"{text}: no such fault; parallax-lab fault list shows all")


def first_addresses(host: str) -> tuple[str, str]:
    return BY_NAME[host].v4[0], BY_NAME[host].v6[0]


class FaultCatalogue:
    def __init__(self, state: Path, network: Network, processes: Processes, shaping: LinkShaping):
        self.folder = state / "faults"
        self.network = network
        self.processes = processes
        self.shaping = shaping

    @staticmethod
    def number_of(text: str) -> int:
        return find_fault(text).number

    def active(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("*-*"))

    def switch(self, text: str, is_on: bool):
        """Idempotent both ways."""
        fault = find_fault(text)
        self.folder.mkdir(exist_ok=True)
        mark = self.folder / fault.full_name
        if mark.exists() != is_on:
            self._switch_scripted(fault, is_on) if fault.is_scripted else self._switch_network(fault, is_on)
        mark.touch() if is_on else mark.unlink(missing_ok=True)

    def forget_shapes(self, host: str):
        """The host's link got another shape than that of a fault: none of those is on any more."""
        for fault in FAULTS:
            if host == "auth" and fault.number in SHAPES:
                (self.folder / fault.full_name).unlink(missing_ok=True)

    def _switch_scripted(self, fault: Fault, is_on: bool):
        for other in FAULTS:  # the first address plays one fault at a time
            if other.is_scripted:
                (self.folder / other.full_name).unlink(missing_ok=True)
        mode = self.folder / "mode"
        mode.with_suffix(".new").write_text(fault.name if is_on else "")
        mode.with_suffix(".new").rename(mode)

    def _switch_network(self, fault: Fault, is_on: bool):
        v4, v6 = first_addresses("auth")
        drops: dict[int, list[str]] = {
            1: [f"ip daddr {v4} drop", f"ip6 daddr {v6} drop"],
            2: ['iifname "p-probe" meta l4proto { tcp, udp } th dport 53 drop'],
            5: [f'{way} "p-probe" meta l4proto {{ tcp, udp }} numgen random mod 100 < 30 drop'
                for way in ("iifname", "oifname")],
            6: ['iifname "p-probe" drop', 'oifname "p-probe" drop'],
        }
        if fault.number in drops:
            self.shaping.set_rules(f"fault_{fault.number}", drops[fault.number] if is_on else [])
        elif fault.number in SHAPES:
            self.forget_shapes("auth")
            self.shaping.shape("auth", SHAPES[fault.number]._replace(direction="from") if is_on else None)
        else:
            special: dict[int, Callable[[bool], None]] = {28: self._flood_icmp, 29: self._refuse_tcp}
            special[fault.number](is_on)

    def _refuse_tcp(self, is_on: bool):
        v4, v6 = first_addresses("auth")
        rules = "".join(f"{family} daddr {address} tcp dport 53 reject with tcp reset\n"
                        for family, address in (("ip", v4), ("ip6", v6)))
        self.shaping.load("auth", "table inet lab_refuse\ndelete table inet lab_refuse\n" + (
            "table inet lab_refuse { chain input { type filter hook input priority 0;\n" + rules + "}; }\n"
            if is_on else ""))

    def _flood_icmp(self, is_on: bool):
        if not is_on:
            self.processes.stop("icmp-flood")
            return
        spoofer = build_program(self.shaping.state, REPOSITORY / "tests/support/spoofer.c")
        probe, auth = first_addresses("probe"), first_addresses("auth")
        self.processes.start("icmp-flood", str(spoofer), "--interface", "eth0", "--mode", "icmp",
                             "--from", auth[0], "--to", probe[0], "--rate", "20000",
                             "--to-mac", self.network.hardware_address("probe"),
                             namespace=self.network.namespace("web"))
