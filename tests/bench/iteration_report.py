#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Parts of iteration_bench.sh: what cores and processes used, and the report of all rounds.

iteration_report.py busy CORES           ticks that these cores (0-1,3) were busy
iteration_report.py threads PID          NAME TICKS of each thread of a process
iteration_report.py report RESULTS SUMMARY.json VERIFIES_PER_SECOND
RESULTS has one line for each run: set subject names right seconds queries server_ticks subject_ticks validator_ticks
"""

import json
import os
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median

TICKS = os.sysconf("SC_CLK_TCK")


def core_numbers(text: str) -> set[int]:
    numbers = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        numbers |= set(range(int(first), int(last or first) + 1))
    return numbers


def busy(cores: str):
    wanted = {f"cpu{number}" for number in core_numbers(cores)}
    total = 0
    for line in Path("/proc/stat").read_text(encoding="ascii").splitlines():
        words = line.split()
        if words[0] in wanted:
            user, nice, system, _, _, irq, softirq, steal = map(int, words[1:9])
            total += user + nice + system + irq + softirq + steal
    print(total)


def threads(pid: str):
    for task in Path(f"/proc/{pid}/task").iterdir():
        name, _, rest = (task / "stat").read_text(encoding="ascii").partition("(")[2].rpartition(")")
        fields = rest.split()
        print(name.replace(" ", "_"), int(fields[11]) + int(fields[12]))


class Run:
    def __init__(self, words: list[str]):
        self.names, self.right = int(words[0]), int(words[1])
        self.seconds = float(words[2])
        self.queries, self.server, self.subject, self.validator = map(int, words[3:7])
        self.rate = self.right / self.seconds


def report(results: str, summary_path: str, verifies: str):
    with open(summary_path, encoding="utf-8") as file:
        sets = json.load(file)["sets"]
    runs: dict = defaultdict(list)
    for line in Path(results).read_text(encoding="ascii").splitlines():
        words = line.split()
        runs[(words[0], words[1])].append(Run(words[2:]))
    print(f"\n{'median':<10} {'subject':<18} {'names/s':>9} {'not right':>10} {'queries/name':>13} {'us of CPU/name':>15} "
          f"{'servers busy':>13}")
    rates = {}
    for (name, subject), some in runs.items():
        rates[(name, subject)] = median(run.rate for run in some)
        print(f"{name:<10} {subject:<18} {rates[(name, subject)]:>9.0f} "
              f"{max(run.names - run.right for run in some):>10} {median(run.queries / run.names for run in some):>13.2f} "
              f"{median(run.subject / TICKS / run.names * 1e6 for run in some):>15.1f} "
              f"{median(run.server / TICKS / run.seconds for run in some) * 100:>11.0f} %")
    print()
    for (name, subject), rate in rates.items():
        if subject != "unbound" and (name, "unbound") in rates:
            print(f"{name}: {subject} / unbound: {rate / rates[(name, 'unbound')]:.2f}")
        signatures = sets[name]["signatures_per_name"]
        if signatures and subject != "unbound":
            limit = float(verifies) / signatures
            print(f"{name}: {signatures:.2f} signatures a name, {float(verifies):.0f} checks/s a core: at most {limit:.0f} names/s "
                  f"a core; {subject}: {rate / limit * 100:.0f} % of it, everything on one core")
            of_validators = median(run.names / (run.validator / TICKS) if run.validator else 0 for run in runs[(name, subject)])
            print(f"{name}: {subject}: {of_validators:.0f} names in a second of the validators' CPU: "
                  f"{of_validators / limit * 100:.0f} % of the limit")


if __name__ == "__main__":
    {"busy": busy, "threads": threads, "report": report}[sys.argv[1]](*sys.argv[2:])
