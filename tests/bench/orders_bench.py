#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Parts of orders_bench.sh: orders and records to publish, CPU seconds by process, the report."""

import json
import os
import sys
from collections import Counter, defaultdict
from pathlib import Path

PER_ORDER = 5
ACCOUNT = "https://ca.test/acct/1"


def prepare(count: str, zone: str, records: str, orders: str, first: str = "0"):
    with open(records, "w", encoding="utf-8") as publish, open(orders, "w", encoding="utf-8") as output:
        for number in range(int(first), int(first) + int(count)):
            identifiers = []
            for part in range(PER_ORDER):
                name = f"n{number}-{part}.{zone}"
                # As long as a real one: 43 characters of base64url.
                proof = f"{number:032x}{part:011x}"
                publish.write(f"txt _acme-challenge.{name} {proof}\n")
                identifiers.append({"type": "dns", "value": name,
                                    "dcv": {"validation_method": "acme-dns-01", "key_authorization_hash": proof}})
            order = {"profile": "tls", "account_uri": ACCOUNT, "reference": f"order {number}", "identifiers": identifiers}
            output.write(json.dumps(order) + "\n")


def cpu(folder: str):
    """Seconds of user and system time of each process of the lab, its threads and children that ended included."""
    ticks = os.sysconf("SC_CLK_TCK")
    for path in sorted(Path(folder).glob("*.pid")):
        try:
            fields = Path(f"/proc/{path.read_text().split()[0]}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        print(path.stem, sum(int(field) for field in fields[11:15]) / ticks)


def read_cpu(path: str) -> dict[str, float]:
    with open(path, encoding="utf-8") as file:
        return {name: float(seconds) for name, seconds in (line.split() for line in file)}


def group_of(name: str) -> str:
    if name in ("parallaxd-fra-1", "dataplane-fra-1"):
        return name.partition("-")[0] + " (primary)"
    for prefix, group in (("parallaxd-", "parallaxd (5 remotes)"), ("dataplane-", "dataplane (5 remotes)"),
                          ("local", "lab: resolvers"), ("link-", "lab: links")):
        if name.startswith(prefix):
            return group
    return "lab: servers"


def used(before_path: str, after_path: str) -> dict[str, float]:
    """CPU seconds by group of processes."""
    before, after = read_cpu(before_path), read_cpu(after_path)
    groups: dict[str, float] = defaultdict(float)
    for name, seconds in after.items():
        groups[group_of(name)] += seconds - before.get(name, 0.0)
    return groups


def print_reasons(answers_path: str):
    with open(answers_path, encoding="utf-8") as file:
        reasons = Counter(reason for line in file for reason in json.loads(line)["reasons"])
    for reason, count in reasons.most_common(12):
        print(f"reason:     {reason}: {count} orders")


def report(summary_path: str, before_path: str, after_path: str, answers_path: str):
    with open(summary_path, encoding="utf-8") as file:
        summary = json.load(file)
    orders = sum(summary["outcomes"].values())
    wrong = orders - summary["decisions"].get("issue", 0)
    identifiers = summary["identifiers"]
    print(f"orders:     {orders} of {PER_ORDER} identifiers, 6 perspectives, {summary['seconds']} s, {wrong} not issued")
    print(f"rate:       {summary['identifiers_per_s']} identifiers/s")
    print(f"latency:    p50 {summary['p50_ms']} ms, p90 {summary['p90_ms']} ms, p99 {summary['p99_ms']} ms (of an order)")
    groups = used(before_path, after_path)
    for group, seconds in sorted(groups.items(), key=lambda item: -item[1]):
        print(f"cpu:        {group:24} {1e6 * seconds / max(identifiers, 1):8.0f} us/identifier")
    if wrong:
        print("outcomes:  ", summary["outcomes"], summary["decisions"])
        print_reasons(answers_path)
    sys.exit(2 if wrong else 0)


def rounds(*folders: str):
    """A line for each round of --evidence: FOLDER/{setting,summary,cpu-before,cpu-after,stored}."""
    print("evidence  orders/s  identifiers/s  of the first   p50 ms   p99 ms  us/identifier: parallaxd  dataplane"
          "  files/order  KB/order")
    first_rate, is_wrong = None, False
    for folder in map(Path, folders):
        summary = json.loads((folder / "summary").read_text(encoding="utf-8"))
        orders, identifiers = sum(summary["outcomes"].values()), max(summary["identifiers"], 1)
        files, size = map(int, (folder / "stored").read_text(encoding="utf-8").split())
        cpu_s = used(str(folder / "cpu-before"), str(folder / "cpu-after"))
        rate = orders / summary["seconds"]
        first_rate = first_rate or rate
        parallaxd, dataplane = (1e6 * cpu_s[f"{name} (primary)"] / identifiers for name in ("parallaxd", "dataplane"))
        print(f"{(folder / 'setting').read_text(encoding='utf-8').strip():8}  {rate:8.1f}  {summary['identifiers_per_s']:13.1f}"
              f"  {rate / first_rate:12.2f}  {summary['p50_ms']:7.0f}  {summary['p99_ms']:7.0f}  {parallaxd:24.0f}"
              f"  {dataplane:9.0f}  {files / orders:11.1f}  {size / orders / 1000:8.1f}")
        wrong = orders - summary["decisions"].get("issue", 0)
        if wrong:
            is_wrong = True
            print(f"          {wrong} not issued: {summary['outcomes']} {summary['decisions']}")
            print_reasons(str(folder / "answers"))
    sys.exit(2 if is_wrong else 0)


if __name__ == "__main__":
    {"prepare": prepare, "cpu": cpu, "report": report, "rounds": rounds}[sys.argv[1]](*sys.argv[2:])
