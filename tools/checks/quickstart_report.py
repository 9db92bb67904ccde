# SPDX-License-Identifier: BSD-3-Clause
"""quickstart_report.py text|json COMPARISON SWEEP_NS TOTAL_S [TITLE ANSWER]...: what tools/quickstart prints at its end.

An ANSWER is a file with what came back for an order.
"""

import json
import sys

from order_table import print_order


def table(result):
    print(f"\n{'status':16} {'names':>10}  {'share':>7}")
    for status, count in result["statuses"].items():
        print(f"{status:16} {count:10,}  {100 * count / max(result['answered'], 1):6.2f} %")
    print(f"{'all':16} {result['answered']:10,}  of {result['expected']:,} asked\n")
    rows = (
        ("with a CAA set", f"{result['with_records']:,}"),
        ("without, up to the TLD", f"{result['answered'] - result['with_records']:,}"),
        ("through aliases", f"{result['aliased']:,}"),
        ("by UDP, by TCP", f"{result['transports'].get('udp', 0):,}, {result['transports'].get('tcp', 0):,}"),
        ("queries of their own", f"{result['queries']:,}"),
        ("sweep", f"{result['sweep_s']:.1f} s, {result['names_per_s']:,.0f} names/s"),
        ("checked against zones", f"{result['missing']} missing, {result['twice']} twice, {result['wrong']} wrong, "
                                  f"{result['unreadable']} unreadable"),
        ("in all, with the orders", f"{result['total_s']} s"),
    )
    for name, value in rows:
        print(f"{name:23} {value}")


def main():
    output, path, sweep_ns, total_s, *rest = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        result = json.load(file)
    result["sweep_s"] = int(sweep_ns) / 1e9
    result["names_per_s"] = result["answered"] / result["sweep_s"]
    result["total_s"] = int(total_s)
    orders = {}
    for title, answer in zip(rest[::2], rest[1::2]):
        with open(answer, encoding="utf-8") as file:
            orders[title] = json.load(file)
    if output == "json":
        print(json.dumps({**result, "orders": orders}, indent=1))
    else:
        table(result)
        for title, answer in orders.items():
            print_order(title, answer)


main()
