#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Asks one remote perspective directly, with the primary's certificate: docs/perspectives.md.

check_client.py DAEMONS URL [--deadline SECONDS]   a check as JSON a line on stdin; each answer, as it comes, is a line
                                                   {"n", "ms", "outcome", "reason", "message", "answer"} on stdout, n
                                                   being the line of the check
DAEMONS is the folder of the lab's daemons. Exit status 3 when the channel did not hold until all was answered.
"""

import argparse
import http.client
import json
import secrets
import ssl
import sys
import time
from urllib.parse import urlsplit

SLACK_S = 5.0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("daemons")
    parser.add_argument("url")
    parser.add_argument("--deadline", type=float, default=20.0)
    options = parser.parse_args()
    context = ssl.create_default_context(cafile=f"{options.daemons}/ca/ca.pem")
    context.load_cert_chain(f"{options.daemons}/fra-1/tls.pem", f"{options.daemons}/fra-1/tls.key")
    checks = [{"id": number, "nonce": secrets.token_hex(16), "deadline_ms": int(options.deadline * 1000),
               "check": json.loads(text)} for number, text in enumerate(sys.stdin, 1)]
    url = urlsplit(options.url)
    channel = http.client.HTTPSConnection(url.hostname, url.port, timeout=options.deadline + SLACK_S, context=context)
    begin = time.monotonic()
    channel.request("POST", "/v1/checks", json.dumps({"checks": checks}), {"Content-Type": "application/json"})
    response = channel.getresponse()
    if response.status != 200:
        sys.exit(f"status {response.status}: {response.read().decode(errors='replace')}")
    left = {check["id"] for check in checks}
    while text := response.readline():
        payload = json.loads(text)["payload"]
        answer = payload["answer"]
        left.discard(payload["id"])
        print(json.dumps({"n": payload["id"], "ms": round((time.monotonic() - begin) * 1000),
                          "outcome": answer.get("outcome"), "reason": answer.get("reason"),
                          "message": answer.get("message"), "answer": answer}), flush=True)
    if left:
        raise http.client.IncompleteRead(b"")


if __name__ == "__main__":
    try:
        main()
    except (OSError, http.client.HTTPException) as error:
        print(f"check_client: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(3)
