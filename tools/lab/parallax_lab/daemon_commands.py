# SPDX-License-Identifier: BSD-3-Clause
"""The commands below `parallax-lab daemons`."""

import json
from pathlib import Path

from .daemon_configuration import MODES
from .lab import Lab
from .processes import LabError


def require_daemons(lab: Lab):
    lab.require()
    lab.lock()
    return lab.daemons


def command_up(lab: Lab, options, progress) -> int:
    daemons = require_daemons(lab)
    daemons.up({"build": str(options.build.resolve()), "mode": options.mode, "schedule": options.schedule,
                "set": options.set}, progress)
    primary = daemons.status()["daemons"][0]
    progress(f"up; the primary serves {primary['url']} and {primary['socket']}")
    return 0


def command_down(lab: Lab, options, progress) -> int:
    require_daemons(lab).down()
    return 0


def command_status(lab: Lab, options, progress) -> int:
    lab.require()
    status = lab.daemons.status()
    if options.json:
        print(json.dumps(status, indent=1))
    else:
        print(f"{'name':8} {'role':8} {'parallaxd':>10} {'dataplane':>10}  socket")
        for one in status["daemons"]:
            pids = (one[key] or "-" for key in ("parallaxd_pid", "dataplane_pid"))
            print(f"{one['name']:8} {one['role']:8} {' '.join(f'{pid:>10}' for pid in pids)}  {one['socket']}")
    return 0 if status["is_up"] else 3


def command_restart(lab: Lab, options, progress) -> int:
    require_daemons(lab).restart(options.names)
    return 0


def command_config(lab: Lab, options, progress) -> int:
    """Prints a configuration as it is; with --set writes all anew, for a reload."""
    daemons = require_daemons(lab)
    settings = daemons.settings
    if options.mode or options.schedule or options.set:
        settings |= {"mode": options.mode or settings["mode"], "schedule": options.schedule or settings["schedule"],
                     "set": settings["set"] + options.set}
        (daemons.folder / "settings.json").write_text(json.dumps(settings, indent=1) + "\n")
        daemons.configure()
        return 0
    name = options.name or daemons.perspectives[0]["name"]
    path = daemons.configuration().path(name)
    if not path.exists():
        raise LabError(f"{name}: no such perspective; there are {', '.join(p['name'] for p in daemons.perspectives)}")
    print(path.read_text(), end="")
    return 0


def command_certificate(lab: Lab, options, progress) -> int:
    daemons = require_daemons(lab)
    _ = daemons.settings
    if (options.start is None) != (options.end is None):
        raise LabError("give --start and --end together, as in 20260101000000Z")
    daemons.issue(options.name, (options.start, options.end) if options.start else None, options.uri)
    return 0


def add_settings(parser, default_mode: str | None):
    parser.add_argument("--mode", choices=MODES, default=default_mode, help="of the profile tls (default enforce)")
    parser.add_argument("--schedule", action="append", default=[], metavar="'NAME MODE START END'",
                        help="a window of it; may be repeated")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE",
                        help="a key of control: (or dataplane.KEY) for all, as in dcv.timeout=3s; may be repeated")


def add_daemons(commands):
    """The parser, whose options.run_daemons takes the lab, the options and whom to tell of progress."""
    daemons = commands.add_parser("daemons", help="run parallax-dataplane and parallaxd at each perspective")
    verbs = daemons.add_subparsers(required=True, metavar="up|down|status|restart|config|certificate")
    up = verbs.add_parser("up", help="start them all anew; the first perspective is the primary")
    up.add_argument("--build", type=Path, required=True, metavar="DIR", help="where the programs are built or installed")
    add_settings(up, "enforce")
    up.set_defaults(run_daemons=command_up)
    verbs.add_parser("down", help="end them, and remove what they wrote").set_defaults(run_daemons=command_down)
    status = verbs.add_parser("status", help="say what runs; exit status 0 when all do")
    status.add_argument("--json", action="store_true")
    status.set_defaults(run_daemons=command_status)
    restart = verbs.add_parser("restart", help="end some and start them again, or start those that ended")
    restart.add_argument("names", nargs="+", metavar="NAME", help="parallaxd-gru-1, dataplane-gru-1, or gru-1 for both")
    restart.set_defaults(run_daemons=command_restart)
    config = verbs.add_parser("config", help="print a configuration; with options: write all anew, for a reload")
    config.add_argument("name", nargs="?", metavar="NAME", help="of a perspective (default: the primary)")
    add_settings(config, None)
    config.set_defaults(run_daemons=command_config)
    certificate = verbs.add_parser("certificate", help="issue a new certificate to a perspective, for a reload")
    certificate.add_argument("name", metavar="NAME")
    certificate.add_argument("--uri", help="another name than its own")
    certificate.add_argument("--start", metavar="TIME", help="as in 20260101000000Z")
    certificate.add_argument("--end", metavar="TIME")
    certificate.set_defaults(run_daemons=command_certificate)
    return daemons
