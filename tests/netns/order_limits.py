#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Orders at their limits and past them, for order_limits_test.sh.

order_limits.py merge SIZE            orders on stdin, a line each, as one with all their identifiers, at least SIZE octets
order_limits.py judge ANSWER COUNT    an answer to such an order: so many identifiers, each with its own quorums
order_limits.py faults URL CA TABLE   each order of the table must be refused with 400, a problem document and its pointer
order_limits.py records LOG           how many records of checks, quorums and orders the audit log has
order_limits.py decision LOG REFERENCE  what the audit log has as the decision of the order of that name
"""

import http.client
import json
import sqlite3
import ssl
import sys
from urllib.parse import urlsplit

PROBLEM = "application/problem+json"


def merge(size: int):
    orders = [json.loads(line) for line in sys.stdin]
    whole = {**orders[0], "identifiers": [one for order in orders for one in order["identifiers"]]}
    text = json.dumps(whole)
    print(text + " " * (size - len(text)), end="")


def judge(path: str, count: str):
    with open(path, encoding="utf-8") as file:
        answer = json.load(file)
    identifiers = answer["identifiers"]
    if len({one["value"] for one in identifiers}) != int(count):
        sys.exit(f"{len(identifiers)} identifiers are answered, not {count}: {json.dumps(answer)[:300]}")
    for one in identifiers:
        found = [(one[name]["quorum"], len({row["name"] for row in one[name]["perspectives"]})) for name in ("dcv", "caa")]
        if found != [("5/5", 5)] * 2 or one["decision"] != "issue":
            sys.exit(f"{one['value']}: {one['decision']}, {found}: {one['reasons']} {json.dumps(one)[:600]}")
    if answer["decision"] != "issue":
        sys.exit(f"the decision is {answer['decision']}")


def faults(url: str, authority: str, table: str):
    target = urlsplit(url)
    connection = http.client.HTTPSConnection(target.hostname, target.port, timeout=30,
                                             context=ssl.create_default_context(cafile=authority))
    with open(table, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")][1:]
    for case, pointer, order in rows:
        connection.request("POST", "/v1/orders", order, {"Content-Type": "application/json"})
        response = connection.getresponse()
        document = json.loads(response.read())
        found = (response.status, response.headers.get_content_type(), document.get("pointer", ""), document["status"])
        if found != (400, PROBLEM, "" if pointer == "-" else pointer, 400) or not document["detail"]:
            sys.exit(f"{case}: {found}: {document}")
    print(len(rows))


def rows_of(log: str, query: str, *values) -> list:
    with sqlite3.connect(f"file:{log}?mode=ro", uri=True) as database:
        return database.execute(query, values).fetchall()


def records(log: str):
    print(rows_of(log, "SELECT count(*) FROM record WHERE kind IN ('check', 'quorum', 'order')")[0][0])


def decision(log: str, reference: str):
    found = rows_of(log, "SELECT body ->> 'decision' FROM record WHERE kind = 'order' AND body ->> 'reference' = ?",
                    reference)
    print(" ".join(row[0] for row in found))


def main():
    name, *values = sys.argv[1:]
    if name == "merge":
        merge(int(values[0]))
    else:
        {"judge": judge, "faults": faults, "records": records, "decision": decision}[name](*values)


if __name__ == "__main__":
    main()
