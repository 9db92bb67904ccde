# SPDX-License-Identifier: BSD-3-Clause
"""The commands of parallax-lab and their options."""

import argparse
import json
import re
import sys
from pathlib import Path

from . import special_zone
from .addresses import BY_NAME, PERSPECTIVES_MAX
from .expected_answers import answer_object, line_text
from .fault_catalogue import FAULTS, find_fault
from .lab import Lab
from .link_shaping import parse_shape
from .processes import LabError

VERSION = "0.1.0"
NAMES_DEFAULT = 1_000_000
QUEUES_MAX = 64
SHAPE_DEFAULT = "delay 20ms 5ms loss 1%"  # of --netem alone: another continent on a good day


def progress(text: str):
    print(f"parallax-lab: {text}", file=sys.stderr, flush=True)


def command_up(lab: Lab, options) -> int:
    words = [options.netem] if options.netem else []
    words += [f"delay {options.delay}"] if options.delay else []
    words += [f"loss {options.loss}"] if options.loss else []
    shape = " ".join(words)
    parse_shape(shape)
    if not 0 <= options.perspectives <= PERSPECTIVES_MAX:
        raise LabError(f"--perspectives {options.perspectives}: give at most {PERSPECTIVES_MAX}")
    if not 1 <= options.queues <= QUEUES_MAX:
        raise LabError(f"--queues {options.queues}: give 1 to {QUEUES_MAX}")
    if options.names < 1000:
        raise LabError(f"--names {options.names}: give at least 1000")
    missing = [path for path in options.zone if not Path(path).is_file()]
    if missing:
        raise LabError(f"--zone {missing[0]}: no such file")
    lab.up({"names": options.names, "seed": options.seed, "queues": options.queues, "shape": shape,
            "perspectives": options.perspectives,
            "zones": [str(Path(path).resolve()) for path in options.zone]}, progress)
    progress(f"up; the probe's namespace is {lab.prefix}probe, interface eth0")
    return 0


def command_down(lab: Lab, options) -> int:
    lab.down()
    return 0


def command_status(lab: Lab, options) -> int:
    status = lab.status()
    if options.json:
        print(json.dumps(status, indent=1))
    else:
        word = "up" if status["is_up"] else "partly up" if status["is_partial"] else "down"
        print(f"lab {lab.prefix} is {word}")
        for name, pid in status["daemons"].items() if word != "down" else ():
            print(f"  {name:14} {'pid ' + str(pid) if pid else 'not running'}")
        for name, host in status["hosts"].items() if word == "up" else ():
            print(f"  {lab.prefix + name:18} {', '.join(host['v4'] + host['v6'])}")
        if status["faults_on"]:
            print(f"  faults on: {', '.join(status['faults_on'])}")
    return 0 if status["is_up"] else 3


def command_exec(lab: Lab, options) -> int:
    argv = options.argv[1:] if options.argv[:1] == ["--"] else options.argv
    if not argv:
        raise LabError("exec: give a command, as in parallax-lab exec probe -- kdig @10.203.0.53 test SOA")
    return lab.network.execute(options.host, argv)


def command_fault(lab: Lab, options) -> int:
    if options.name == "list":
        active = set(lab.faults.active()) if (lab.state / "ready").exists() else set()
        for fault in FAULTS:
            kind = "scripted" if fault.is_scripted else "network"
            print(f"{fault.full_name:26} {kind:9} {'on ' if fault.full_name in active else '   '}{fault.summary}")
        return 0
    if options.switch is None:
        raise LabError(f"fault {options.name}: say on or off")
    find_fault(options.name)
    lab.require()
    lab.lock()
    lab.faults.switch(options.name, options.switch == "on")
    return 0


def command_netem(lab: Lab, options) -> int:
    shape = None if options.spec == "off" else parse_shape(options.spec)
    lab.require()
    lab.lock()
    lab.shaping.shape(options.host, shape)
    lab.faults.forget_shapes(options.host)
    return 0


def all_samples(lab: Lab, limit: int | None):
    yield from special_zone.samples()
    model = lab.model
    for i in range(min(limit, model.names) if limit is not None else model.names):
        yield model.sample(i)


def command_names(lab: Lab, options) -> int:
    write = sys.stdout.write
    for sample in all_samples(lab, options.limit):
        write(f"{sample.name}\n" if options.kind == "caa" else f"{sample.plain_type} {sample.name}\n")
    return 0


def command_expect(lab: Lab, options) -> int:
    write = sys.stdout.write
    for sample in all_samples(lab, options.limit):
        write(line_text(answer_object(sample, options.kind)))
    return 0


def command_upstreams(lab: Lab, options) -> int:
    endpoints = lab.upstreams(options.kind, options.family)
    print("\n".join(endpoints) if options.plain else " ".join(f"--upstream {endpoint}" for endpoint in endpoints))
    return 0


def add_up(commands):
    up = commands.add_parser("up", help="raise the lab; one that stands with this prefix goes first")
    up.add_argument("--names", type=int, default=NAMES_DEFAULT, metavar="N",
                    help=f"generated names (default {NAMES_DEFAULT:,})")
    up.add_argument("--seed", type=int, default=1, help="what the generated names are made from (default 1)")
    up.add_argument("--queues", type=int, default=1, help="queues of each virtual link (default 1)")
    up.add_argument("--perspectives", type=int, default=0, metavar="N",
                    help=f"hosts perspective1 to perspectiveN to look from, beside the probe (at most {PERSPECTIVES_MAX})")
    up.add_argument("--netem", metavar="SPEC", nargs="?", const=SHAPE_DEFAULT,
                    help="between the probe or a perspective and all servers, each way: "
                         "'delay 20ms 5ms loss 5%% duplicate 1%% reorder 25%%'; "
                         f"without SPEC '{SHAPE_DEFAULT.replace('%', '%%')}'")
    up.add_argument("--delay", metavar="TIME", help="the same as --netem 'delay TIME'")
    up.add_argument("--loss", metavar="PERCENT", help="the same as --netem 'loss PERCENT'")
    up.add_argument("--zone", action="append", default=[], metavar="FILE",
                    help="also serve zone NAME from NAME.zone; may be repeated")
    up.set_defaults(run=command_up)


def add_queries(commands):
    for name, run, text in (("names", command_names, "print the sweep's input, a line each"),
                            ("expect", command_expect, "print the expected answer of each input line, as JSON")):
        parser = commands.add_parser(name, help=text)
        parser.add_argument("kind", nargs="?", choices=("caa", "plain"), default="caa",
                            help="for parallax-sweep --caa (default), or for plain look-ups of many types")
        parser.add_argument("--limit", type=int, metavar="N",
                            help="only the hand-made names and the first N generated ones")
        parser.set_defaults(run=run)
    upstreams = commands.add_parser("upstreams", help="print --upstream flags for parallax-dataplane")
    upstreams.add_argument("kind", metavar="auth|nsd|resolvers|fault[:NAME]", type=upstream_kind)
    upstreams.add_argument("--family", choices=("4", "6", "both"), default="4")
    upstreams.add_argument("--plain", action="store_true", help="endpoints only, a line each")
    upstreams.set_defaults(run=command_upstreams)


def upstream_kind(text: str) -> str:
    if text in ("auth", "nsd", "resolvers", "fault") or text.startswith("fault:"):
        return text
    raise argparse.ArgumentTypeError(f"{text}: give auth, nsd, resolvers, fault or fault:NAME")


class Parser(argparse.ArgumentParser):
    """Usage errors are one line and exit status 1, as everywhere in Parallax; argparse's own are 2."""

    def error(self, message: str):
        raise LabError(f"{message}; {self.prog} --help shows how it is called")


def build_parser() -> argparse.ArgumentParser:
    parser = Parser(prog="parallax-lab", description="A small Internet in network namespaces.")
    parser.add_argument("--version", action="version", version=f"parallax-lab {VERSION}")
    parser.add_argument("--prefix", default="plx-", help="of the namespaces; labs with different prefixes stand side "
                                                         "by side (default plx-)")
    parser.add_argument("--state", type=Path, metavar="DIR", help="where zones, logs and pids are kept "
                                                                  "(default /run/parallax-lab/PREFIX)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_up(commands)
    commands.add_parser("down", help="remove everything, after a crash too").set_defaults(run=command_down)
    status = commands.add_parser("status", help="say what stands; exit status 0 when the lab is up")
    status.add_argument("--json", action="store_true")
    status.set_defaults(run=command_status)
    execute = commands.add_parser("exec", help="run a command on a host")
    execute.add_argument("host", metavar="HOST", help=", ".join((*BY_NAME, "perspectiveN")))
    execute.add_argument("argv", nargs=argparse.REMAINDER, metavar="-- CMD")
    execute.set_defaults(run=command_exec)
    fault = commands.add_parser("fault", help="switch a fault: fault NAME on|off, fault list")
    fault.add_argument("name", metavar="NAME|list")
    fault.add_argument("switch", nargs="?", choices=("on", "off"), metavar="on|off")
    fault.set_defaults(run=command_fault)
    netem = commands.add_parser("netem", help="shape a host's link while the lab is up")
    netem.add_argument("spec", metavar="SPEC|off")
    netem.add_argument("--host", default="probe")
    netem.set_defaults(run=command_netem)
    add_queries(commands)
    return parser


def main(argv: list[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,20}", options.prefix):
        raise LabError(f"--prefix {options.prefix}: lower-case letters, digits and dashes only")
    return options.run(Lab(options.prefix, options.state.resolve() if options.state else None), options)
