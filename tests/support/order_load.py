#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Load for the primary's API: sends orders over several connections, many to a request, reads the answers as they come.

order_load.py --url URL --ca FILE [--connections N] [--per-request N] [--output FILE] ORDERS

ORDERS holds one order a line, each with a `reference` of its own. OUTPUT gets a line for each order, in the order of
completion: {"reference", "outcome", "ms", "id", "decision", "reasons", "fault"}, with an outcome of
  answered   its answer came
  refused    the server said why not (status, problem document)
  cut        the connection ended without it: the client knows that it knows nothing
  hung       nothing came for PATIENCE_S: must never be
A summary goes to stdout as JSON. Exit status 2 when an order hung.
"""

import argparse
import collections
import http.client
import json
import ssl
import sys
import threading
import time
from urllib.parse import urlsplit

PATIENCE_S = 60.0
AGAIN_S = 0.2  # after a connection that could not be made


def reasons_of(answer: dict) -> list[str]:
    """Why it was refused, and what those said who did not pass or corroborate; each once."""
    found = set()
    for identifier in answer.get("identifiers", ()):
        found |= {reason["code"] for reason in identifier["reasons"]}
        for name in ("dcv", "caa") if identifier["reasons"] else ():
            side = identifier[name] or {"primary": "permit", "perspectives": ()}
            if side["primary"] in ("pass", "permit"):
                found |= {f"{one['name']} {name} {one['detail'].get('reason')}" for one in side["perspectives"]
                          if not one["corroborates"]}
            else:
                found.add(f"primary {name} {side['primary_detail'].get('message')}")
    return sorted(found)


class Load:
    def __init__(self, options):
        self.options = options
        self.context = ssl.create_default_context(cafile=options.ca)
        self.lock = threading.Lock()
        self.orders = open(options.orders, encoding="utf-8")
        self.output = open(options.output, "w", encoding="utf-8") if options.output else None
        self.outcomes = collections.Counter()
        self.decisions = collections.Counter()
        self.latencies_ms = []
        self.identifiers = 0
        self.pause = threading.Event()  # never set

    def take(self) -> list[str]:
        with self.lock:
            lines = (self.orders.readline() for _ in range(self.options.per_request))
            return [line.rstrip("\n") for line in lines if line.strip()]

    def note(self, reference: str, outcome: str, begin: float, answer: dict | None = None, fault: str = ""):
        ms = (time.monotonic() - begin) * 1000
        answer = answer or {}
        line = {"reference": reference, "outcome": outcome, "ms": round(ms, 1), "id": answer.get("id"),
                "decision": answer.get("decision"), "reasons": reasons_of(answer), "fault": fault}
        with self.lock:
            self.outcomes[outcome] += 1
            if outcome == "answered":
                self.decisions[answer["decision"]] += 1
                self.identifiers += len(answer["identifiers"])
                self.latencies_ms.append(ms)
            if self.output:
                self.output.write(json.dumps(line) + "\n")
                self.output.flush()

    def run_connection(self):
        url = urlsplit(self.options.url)
        connection = None
        while lines := self.take():
            references = [json.loads(line)["reference"] for line in lines]
            waiting = set(references)
            begin = time.monotonic()
            try:
                connection = connection or self.connect(url)
                begin = time.monotonic()
                self.request(connection, lines, references, waiting, begin)
            except TimeoutError as error:
                connection = self.end(connection, waiting, "hung", begin, error)
            except (OSError, ValueError, http.client.HTTPException) as error:
                connection = self.end(connection, waiting, "cut", begin, error)

    def connect(self, url) -> http.client.HTTPSConnection:
        """Where nobody listens it is tried again: a client whose orders were not taken yet has lost nothing."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            connection = http.client.HTTPSConnection(url.hostname, url.port, timeout=PATIENCE_S, context=self.context)
            try:
                connection.connect()
                return connection
            except ConnectionError:
                if time.monotonic() > deadline:
                    raise
                self.pause.wait(AGAIN_S)

    def end(self, connection, waiting: set, outcome: str, begin: float, error):
        for reference in waiting:
            self.note(reference, outcome, begin, fault=f"{type(error).__name__}: {error}")
        if connection:
            connection.close()

    def request(self, connection, lines: list[str], references: list[str], waiting: set, begin: float):
        """Each answer leaves `waiting`; what is left when this returns or raises got none."""
        connection.request("POST", "/v1/orders", "\n".join(lines) + "\n", {"Content-Type": "application/x-ndjson"})
        response = connection.getresponse()
        if response.status != 200:
            text = response.read().decode(errors="replace")
            for reference in sorted(waiting):
                self.note(reference, "refused", begin, fault=f"{response.status} {text[:300]}")
            waiting.clear()
            return
        while text := response.readline():
            answer = json.loads(text)
            reference = references[answer["line"] - 1]
            is_answer = "decision" in answer
            if reference in waiting:
                waiting.remove(reference)
                self.note(reference, "answered" if is_answer else "refused", begin, answer,
                          "" if is_answer else text.decode()[:300])
        if waiting:
            raise http.client.IncompleteRead(b"")

    def run(self) -> dict:
        begin = time.monotonic()
        threads = [threading.Thread(target=self.run_connection) for _ in range(self.options.connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - begin
        ordered = sorted(self.latencies_ms) or [0.0]
        return {"seconds": round(seconds, 2), "outcomes": dict(self.outcomes), "decisions": dict(self.decisions),
                "identifiers": self.identifiers, "identifiers_per_s": round(self.identifiers / seconds, 1),
                **{f"p{share}_ms": round(ordered[min(len(ordered) - 1, len(ordered) * share // 100)], 1)
                   for share in (50, 90, 99)}}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", required=True)
    parser.add_argument("--ca", required=True)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--per-request", type=int, default=20)
    parser.add_argument("--output")
    parser.add_argument("orders")
    load = Load(parser.parse_args())
    print(json.dumps(load.run()))
    sys.exit(2 if load.outcomes["hung"] else 0)


if __name__ == "__main__":
    main()
