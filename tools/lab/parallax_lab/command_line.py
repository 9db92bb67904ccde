# SPDX-License-Identifier: BSD-3-Clause
"""The commands of parallax-lab and their options."""

import argparse
import contextlib
import json
import re
import sys
from pathlib import Path

from . import special_zone
from .addresses import BY_NAME, CUSTOMER_HOSTS, PERSPECTIVES_MAX
from .daemon_commands import add_daemons
from .expected_answers import answer_object, line_text
from .fault_catalogue import FAULTS, find_fault
from .lab import Lab
from .link_shaping import DISTANCE, parse_shape
from .location_faults import BY_NAME as LOCATION_FAULTS
from .processes import LabError
from .publishing import parse_item, parse_lines

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
    if shape != DISTANCE:
        parse_shape(shape)
    elif not options.perspectives:
        raise LabError("--netem distance: give --perspectives too; the probe is nowhere in particular")
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
    if options.name == "list" or options.list:
        list_faults(set(lab.active_faults()) if (lab.state / "ready").exists() else set())
        return 0
    *argument, switch = options.words or [None]
    if options.name is None or switch not in ("on", "off") or len(argument) > 1:
        raise LabError(f"fault {options.name or 'NAME'}: say on or off")
    at_locations = options.name in LOCATION_FAULTS
    if not at_locations:
        find_fault(options.name)
        if argument:
            raise LabError(f"fault {options.name}: takes no {argument[0]}")
    lab.require()
    lab.lock()
    if at_locations:
        lab.location_faults.switch(options.name, argument[0] if argument else None, switch == "on")
    else:
        lab.faults.switch(options.name, switch == "on")
    return 0


def list_faults(active: set[str]):
    kinds = [(fault, "scripted" if fault.is_scripted else "network") for fault in FAULTS]
    kinds += [(fault, "location") for fault in LOCATION_FAULTS.values()]
    names_on = {mark.partition(":")[0] for mark in active}
    for fault, kind in kinds:
        print(f"{fault.full_name:26} {kind:9} {'on ' if fault.full_name in names_on else '   '}{fault.summary}")


def command_perspectives(lab: Lab, options) -> int:
    found = lab.perspectives()
    if options.json:
        print(json.dumps(found, indent=1))
    else:
        for one in found:
            print(f"{one['name']:8} {one['rir']:9} {one['latitude']:8.3f} {one['longitude']:8.3f} {one['namespace']:24} "
                  f"{one['address']:12} {one['address_v6']:14} resolver {one['resolver']}")
    return 0


def command_publish(lab: Lab, options) -> int:
    is_removal = options.is_removal
    if (options.file is None) == (not options.words):
        raise LabError("give KIND NAME ..., or --file")
    items = []
    if options.file is not None:
        with contextlib.ExitStack() as stack:
            try:
                lines = sys.stdin if options.file == "-" else stack.enter_context(open(options.file, encoding="utf-8"))
                items = parse_lines(lines, is_removal)
            except (OSError, UnicodeDecodeError) as error:
                raise LabError(f"{options.file}: {error}") from error
    elif options.words != ["all"] or not is_removal:
        items = [parse_item(options.words, is_removal)]
    lab.require()
    lab.lock()
    publishing = lab.publishing(options.attacker)
    if not is_removal:
        publishing.publish(items)
    elif options.words == ["all"]:
        publishing.unpublish_all()
    else:
        publishing.unpublish(items)
    lab.location_faults.refresh_view()
    return 0


def command_netem(lab: Lab, options) -> int:
    if options.spec not in ("off", DISTANCE):
        parse_shape(options.spec)
    lab.require()
    lab.lock()
    host = lab.network.host_of(options.host)
    lab.shaping.shape(host, None if options.spec == "off" else lab.shaping.shape_of(host, options.spec))
    lab.faults.forget_shapes(host)
    return 0


def command_daemons(lab: Lab, options) -> int:
    return options.run_daemons(lab, options, progress)


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
                    help="hosts perspective1 to perspectiveN to look from, beside the probe "
                         f"(at most {PERSPECTIVES_MAX}), and customers whose servers they look at")
    up.add_argument("--netem", metavar="SPEC", nargs="?", const=SHAPE_DEFAULT,
                    help="between the probe or a perspective and all servers, each way: "
                         "'delay 20ms 5ms loss 5%% duplicate 1%% reorder 25%%'; "
                         "'distance': what each perspective's place needs; "
                         f"without SPEC '{SHAPE_DEFAULT.replace('%', '%%')}'")
    up.add_argument("--delay", metavar="TIME", help="the same as --netem 'delay TIME'")
    up.add_argument("--loss", metavar="PERCENT", help="the same as --netem 'loss PERCENT'")
    up.add_argument("--zone", action="append", default=[], metavar="FILE",
                    help="also serve zone NAME from NAME.zone; may be repeated")
    up.set_defaults(run=command_up)


def add_perspectives(commands):
    perspectives = commands.add_parser("perspectives", help="say where the perspectives are")
    perspectives.add_argument("--json", action="store_true")
    perspectives.set_defaults(run=command_perspectives)
    for name, is_removal, text in (
            ("publish", False, "put a page, a record or a tls-alpn-01 answer at a customer's name"),
            ("unpublish", True, "remove it; without its value: all of that kind and name")):
        parser = commands.add_parser(name, help=text)
        parser.add_argument("words", nargs="*", metavar="KIND NAME ...",
                            help="http NAME PATH CONTENT, txt NAME VALUE, caa NAME FLAGS TAG VALUE, cname NAME TARGET, "
                                 "a NAME ADDRESS, aaaa NAME ADDRESS, tls-alpn NAME SHA256-HEX"
                                 + ("; or all" if is_removal else ""))
        parser.add_argument("--file", metavar="FILE|-", help="many of them, a line each")
        parser.add_argument("--attacker", action="store_true", help="at the attacker's servers, not the customers'")
        parser.set_defaults(run=command_publish, is_removal=is_removal)


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
    hosts = (*BY_NAME, *(host.name for host in CUSTOMER_HOSTS), "perspectiveN", "localN")
    execute.add_argument("host", metavar="HOST", help=f"{', '.join(hosts)}, or a perspective's name")
    execute.add_argument("argv", nargs=argparse.REMAINDER, metavar="-- CMD")
    execute.set_defaults(run=command_exec)
    fault = commands.add_parser("fault", help="switch a fault: fault NAME on|off, fault list")
    fault.add_argument("name", nargs="?", metavar="NAME|list")
    fault.add_argument("words", nargs="*", metavar="[PERSPECTIVE|PATTERN] on|off")
    fault.add_argument("--list", action="store_true", help="the same as fault list")
    fault.set_defaults(run=command_fault)
    add_perspectives(commands)
    add_daemons(commands).set_defaults(run=command_daemons)
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
