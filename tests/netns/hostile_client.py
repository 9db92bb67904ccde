#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A client of the exchange that breaks its rules: hostile_client.py SOCKET clog|corrupt

clog: makes all descriptors that it was given blocking, fills those that it may write and never reads; says "clogged"
      and stays until it is killed.
corrupt: writes an impossible ring position for worker 0, wakes the worker and waits for the dataplane to end the
      connection. Exit status 1: not within 10 s.
"""

import array
import fcntl
import json
import mmap
import os
import signal
import socket
import struct
import sys

VERSION = 3
RINGS_OFFSET = 4096
WORKER_BYTES = 576  # two struct plx_ring_shared and a beat
RESULTS_OFFSET = 256
SLEEP_OFFSET = 128  # consumer_sleep
DEADLINE_S = 10


def attach(path: str) -> tuple:
    """The connection, the region, the wake socket and the workers' eventfds."""
    session = socket.socket(socket.AF_UNIX)
    session.settimeout(DEADLINE_S)
    session.connect(path)
    call = {"jsonrpc": "2.0", "id": 1, "method": "exchange.attach",
            "params": {"version": VERSION, "name": "hostile", "priority": "interactive"}}
    session.sendall(json.dumps(call).encode() + b"\n")
    line, fds, _, _ = socket.recv_fds(session, 4096, 80)
    answer = json.loads(line)
    if "result" not in answer:
        sys.exit(f"hostile_client: {answer['error']['message']}")
    region = mmap.mmap(fds[0], RINGS_OFFSET + WORKER_BYTES * answer["result"]["workers"])
    return session, region, fds[1], fds[2:]


def put_word(region: mmap.mmap, offset: int, value: int) -> None:
    region[offset:offset + 8] = struct.pack("=Q", value)


def clog(region: mmap.mmap, wake_fd: int, worker_fds: list) -> None:
    for fd in (wake_fd, *worker_fds):
        fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) & ~os.O_NONBLOCK)
    for number, fd in enumerate(worker_fds):
        os.write(fd, array.array("Q", [2**64 - 2]).tobytes())
        # It sleeps, it says: every flush kicks a socket that nobody reads.
        put_word(region, RINGS_OFFSET + number * WORKER_BYTES + RESULTS_OFFSET + SLEEP_OFFSET, 1)
    print("clogged", flush=True)
    signal.pause()


def corrupt(session: socket.socket, region: mmap.mmap, worker_fds: list) -> None:
    put_word(region, RINGS_OFFSET, 3)  # published: no multiple of 8
    os.write(worker_fds[0], array.array("Q", [1]).tobytes())
    if session.recv(1) != b"":
        sys.exit("hostile_client: the dataplane sent something")
    print("ended")


def main() -> None:
    path, what = sys.argv[1:3]
    session, region, wake_fd, worker_fds = attach(path)
    if what == "clog":
        clog(region, wake_fd, worker_fds)
    else:
        corrupt(session, region, worker_fds)


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"hostile_client: {type(error).__name__}: {error}")
