#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Holds a capture, as parallax-pcap replays it, against the lines of the sweep that ran meanwhile.

compare_capture.py REPLAY.jsonl SWEEP.jsonl (--below NAME | --server ADDRESS) [--tcp NAME]
--below: a capture by name; every line of a name below NAME must be explained by captured answers, all the way of its climb
up to NAME, and nothing else may be captured. --server: a capture by server; whatever was captured must agree with the lines.
--tcp: the answer for that name must have come by TCP after one that was cut. Exit status 0: equal; 1: not.
"""

import argparse
import json
import sys
from collections import Counter

FINAL = {"records": "NOERROR", "nodata": "NOERROR", "nxdomain": "NXDOMAIN"}


def fold(name: str) -> str:
    return name.rstrip(".").lower()


def parent(name: str) -> str:
    return name.partition(".")[2]


def is_below(name: str, ancestor: str) -> bool:
    return ancestor in ("", name) or name.endswith(f".{ancestor}")


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def presentation(record: dict) -> str:
    """The data of a record of the sweep as parallax-pcap writes it."""
    if record["type"] == "CAA":
        return f"{record['flags']} {record['tag']} {quoted(record['value'])}"
    if record["type"] == "TXT":
        return " ".join(map(quoted, record["strings"]))
    return record["data"]


def records_key(records: list[dict], data) -> Counter:
    return Counter((fold(r["name"]), r["ttl"], r["type"], data(r)) for r in records)


class Answers:
    """Captured answers by name and type; those of repeated questions must be the same."""

    def __init__(self, path: str, options):
        self.final, self.unfinished, self.transports, self.messages = {}, {}, {}, Counter()
        with open(path, encoding="utf-8") as lines:
            for text in lines:
                self.take(json.loads(text), options)

    def take(self, message: dict, options):
        self.messages[message["verdict"]] += 1
        name = fold(message["name"])
        if options.below is not None and not is_below(name, options.below):
            sys.exit(f"captured outside of the filter: {message}")
        ends = [end.rpartition(":")[0] for end in (message["source"], message["destination"])]
        if options.server and options.server not in ends:
            sys.exit(f"captured to or from another server: {message}")
        key = (name, message["type"])
        if message["verdict"] == "truncated":
            self.transports.setdefault(key, []).append("cut")
        aliases = [fold(alias) for alias in message.get("aliases", [])]
        if message["verdict"] == "unfinished":
            self.unfinished[key] = aliases
        if message["verdict"] not in FINAL:
            return
        self.transports.setdefault(key, []).append(message["transport"])
        wanted = [r for r in message["records"] if r["section"] == "answer" and r["type"] == message["type"]]
        answer = (message["verdict"], message["rcode"], records_key(wanted, lambda r: r["data"]),
                  aliases)
        if self.final.setdefault(key, answer) != answer:
            sys.exit(f"two answers to one question differ: {message}")


    def find(self, name: str, qtype: str) -> tuple | None:
        """The answer for a name; aliases that another question had to follow are put before those of its answer."""
        followed = []
        while (name, qtype) not in self.final and (name, qtype) in self.unfinished:
            followed += self.unfinished[name, qtype]
            name = followed[-1]
        answer = self.final.get((name, qtype))
        return answer and (*answer[:3], followed + answer[3])


def holds(answer: tuple, line: dict, is_found: bool) -> bool:
    """Whether an answer on the way of a line is what the line says of it."""
    verdict, rcode, records, aliases = answer
    if rcode != FINAL[verdict] or (verdict == "records") != is_found:
        return False
    return not is_found or (records == records_key(line["records"], presentation) and rcode == line["status"] and
                            aliases == [fold(alias) for alias in line.get("aliases", [])])


def check_line(line: dict, answers: Answers, below: str | None) -> int:
    """Follows the climb of a line through the captured answers; returns how many bear it out, exits when one does not."""
    found_at = fold(line["found_at"]) if line["found_at"] else None
    name, seen = fold(line["name"]), 0
    while name and (below is None or is_below(name, below)):
        answer = answers.find(name, line["type"])
        if answer is None and below is not None:
            sys.exit(f"no answer for {name} was captured, which {line['name']} needs")
        if answer is not None:
            seen += 1
            if not holds(answer, line, name == found_at):
                sys.exit(f"{line['name']}: the capture says of {name}: {str(answer)[:400]}; the sweep: {str(line)[:400]}")
        if name == found_at:
            break
        name = parent(name)
    return seen


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("replay")
    parser.add_argument("sweep")
    parser.add_argument("--below", metavar="NAME", type=fold)
    parser.add_argument("--server", metavar="ADDRESS")
    parser.add_argument("--tcp", metavar="NAME")
    options = parser.parse_args()
    answers = Answers(options.replay, options)
    lines = seen = 0
    with open(options.sweep, encoding="utf-8") as texts:
        for text in texts:
            line = json.loads(text)
            borne_out = check_line(line, answers, options.below)
            lines += borne_out > 0
            seen += borne_out
    if not lines:
        sys.exit("no line of the sweep was captured, so nothing was compared")
    if options.tcp:
        transports = answers.transports.get((options.tcp, "CAA"), [])
        if transports[:1] != ["cut"] or "tcp" not in transports or "udp" in transports:
            sys.exit(f"{options.tcp} did not come by TCP after a cut answer, but as {transports}")
    print(f"{sum(answers.messages.values())} messages ({dict(answers.messages)}) bear out {lines} lines at {seen} names")


if __name__ == "__main__":
    main()
