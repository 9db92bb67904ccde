#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""One call on a control socket, as a script would make it: dataplane_rpc.py SOCKET METHOD [JSON-PARAMS] [PATH]

Prints the result as JSON, or the part of it that PATH names (total.spoof_alarms). Exit status 1 on an error answer.
"""

import json
import socket
import sys


def call(path: str, method: str, params: dict) -> dict:
    with socket.socket(socket.AF_UNIX) as session:
        session.settimeout(30)
        session.connect(path)
        session.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode() + b"\n")
        with session.makefile("r", encoding="utf-8") as lines:
            return json.loads(lines.readline())


def main():
    path, method = sys.argv[1:3]
    answer = call(path, method, json.loads(sys.argv[3]) if len(sys.argv) > 3 else {})
    if "error" in answer:
        sys.exit(f"{method}: {answer['error']['message']}")
    value = answer["result"]
    for key in sys.argv[4].split(".") if len(sys.argv) > 4 else []:
        value = value[key]
    print(value if isinstance(value, (int, str)) else json.dumps(value, indent=1))


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"dataplane_rpc: {type(error).__name__}: {error}")
