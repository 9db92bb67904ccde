#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The tables of attack_bench.sh.

attack_report.py costs COSTS LOOKUPS           what a look-up of each attack costs by itself
attack_report.py losses WINDOWS COSTS LIMIT    what ordinary names lose beside each, in %; exit status 2 above LIMIT
COSTS has a line for each attack: name, then what measure_lookups of _attacks.sh prints; the first is of ordinary names.
WINDOWS has a line for each window, in order: attack or -, ordinary names/s, seconds, look-ups of the attack in
them, ticks that the servers' cores were busy, datagrams that their sockets dropped, ordinary lines that were not right.
"""

import os
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median

TICKS = os.sysconf("SC_CLK_TCK")


class Window:
    def __init__(self, words: list[str]):
        self.attack, self.rate, self.seconds = words[0], float(words[1]), float(words[2])
        self.hostile, self.busy, self.dropped, self.not_right = map(int, words[3:7])


def rows_of(path: str) -> list[list[str]]:
    return [line.split() for line in Path(path).read_text(encoding="ascii").splitlines()]


def costs(path: str, lookups: str):
    print(f"{'a look-up of':<18} {'queries':>8} {'octets':>9} {'signatures':>11} {'validators, us':>15} {'others, us':>11} "
          f"{lookups + ' took, s':>11}")
    for name, queries, octets, signatures, validators, others, seconds in rows_of(path):
        is_attack = not name.startswith("ordinary")
        print(f"{name:<18} {queries:>8} {float(octets):>9.0f} {signatures:>11} {float(validators):>15.0f} "
              f"{float(others):>11.0f} {seconds if is_attack else '':>11}")


def table_row(name: str, windows: list[Window], losses: list[float], attack: str):
    lost = [f"{value:.1f} %" for value in (median(losses), min(losses), max(losses))] if losses else ["", "", ""]
    print(f"{name:<18} {median(window.rate for window in windows):>9.0f} {lost[0]:>8} {lost[1]:>8} {lost[2]:>8} {attack:>16} "
          f"{median(window.busy / TICKS / window.seconds for window in windows) * 100:>8.0f} % "
          f"{sum(window.dropped for window in windows):>8} {sum(window.not_right for window in windows):>10}")


def losses(windows_path: str, costs_path: str, limit: str) -> int:
    windows = [Window(row) for row in rows_of(windows_path)]
    cpu_us = {row[0]: float(row[4]) + float(row[5]) for row in rows_of(costs_path)}

    def lost(before: int, place: int, after: int) -> float:
        return 100 * (1 - windows[place].rate / ((windows[before].rate + windows[after].rate) / 2))

    places: dict = defaultdict(list)
    for place, window in enumerate(windows):
        places[window.attack].append(place)
    alone = places.pop("-")
    print(f"\n{'beside':<18} {'names/s':>9} {'lost':>8} {'least':>8} {'most':>8} {'attacks/s, CPU':>16} {'servers':>10} "
          f"{'dropped':>8} {'not right':>10}")
    over = 0
    for attack, own in places.items():
        values = [lost(place - 1, place, place + 1) for place in own]
        over += median(values) > float(limit)
        rate = median(windows[place].hostile / windows[place].seconds for place in own)
        table_row(attack, [windows[place] for place in own], values, f"{rate:.0f} {rate * cpu_us[attack] / 1e4:>5.1f} %")
    table_row("nothing", [windows[place] for place in alone], [lost(*three) for three in zip(alone, alone[1:], alone[2:])], "")
    wrong = sum(window.not_right for window in windows)
    print(f"beside {over} of {len(places)} attacks more than {limit} % is lost; {wrong} ordinary lines are not right")
    return 2 if over or wrong else 0


if __name__ == "__main__":
    if sys.argv[1] == "costs":
        costs(*sys.argv[2:])
    else:
        sys.exit(losses(*sys.argv[2:]))
