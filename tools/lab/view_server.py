#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Forwards DNS queries to one of two servers, by who asks for what: how a zone looks different from elsewhere.

view_server.py RULES ADDRESS... --home SERVER --away SERVER
RULES is a JSON file that is read again when it changes: {"remotes": [address, ...], "split": bool, "caa_differs": bool,
"refuse_caa": bool, "removed_early": bool}. Without it all queries go home.
"""

import argparse
import asyncio
import json
import os
import time

PORT = 53
TYPE_TXT = 16
TYPE_CAA = 257
RCODE_REFUSED = 5
FORWARD_SECONDS = 5
CLIENT_SECONDS = 10
# A resolver may ask twice for one look: over TCP, or again when the network lost an answer.
LOOK_SECONDS = 2


def question(query: bytes) -> tuple[bytes, int, int]:
    """Name in lower case, type, and where the question ends; IndexError when it is none."""
    at = 12
    while query[at]:
        at += 1 + query[at]
    return query[12:at].lower(), query[at + 1] << 8 | query[at + 2], at + 5


def refusal(query: bytes, end: int) -> bytes:
    flags = bytes((query[2] & 0x79 | 0x80, RCODE_REFUSED))
    return query[:2] + flags + bytes((0, 1, 0, 0, 0, 0, 0, 0)) + query[12:end]


class Rules:
    def __init__(self, path: str):
        self.path = path
        self.stamp = None
        self.words: dict = {}

    def read(self) -> dict:
        try:
            status = os.stat(self.path)
            stamp = (status.st_mtime_ns, status.st_ino)
            if stamp != self.stamp:
                with open(self.path, encoding="ascii") as file:
                    self.words = json.load(file)
                self.stamp = stamp
        except FileNotFoundError:
            self.words = {}
        return self.words


class ViewServer:
    def __init__(self, rules: Rules, home: str, away: str):
        self.rules = rules
        self.home = home
        self.away = away
        self.looks: dict[bytes, tuple[str, float]] = {}  # TXT names that were looked at: by whom, when

    async def answer(self, query: bytes, source: str, forward) -> bytes | None:
        rules = self.rules.read()
        try:
            name, kind, end = question(query)
        except IndexError:
            return None
        is_remote = source in rules.get("remotes", ())
        if not rules.get("removed_early"):
            self.looks.clear()
        if rules.get("refuse_caa") and kind == TYPE_CAA:
            return refusal(query, end)
        if is_remote and (rules.get("split") or (rules.get("caa_differs") and kind == TYPE_CAA)):
            return await forward(self.away, query)
        if rules.get("removed_early") and kind == TYPE_TXT:
            return await self._first_look(query, source, name, forward)
        return await forward(self.home, query)

    async def _first_look(self, query: bytes, source: str, name: bytes, forward) -> bytes | None:
        now = time.monotonic()
        looker, when = self.looks.setdefault(name, (source, now))
        if looker != source or now - when > LOOK_SECONDS:
            return await forward(self.away, query)
        answer = await forward(self.home, query)
        if answer is None or answer[6:8] == b"\0\0":
            self.looks.pop(name, None)
        return answer


class OneAnswer(asyncio.DatagramProtocol):
    def __init__(self):
        self.data = asyncio.get_running_loop().create_future()

    def datagram_received(self, data, addr):
        if not self.data.done():
            self.data.set_result(data)


async def forward_udp(server: str, query: bytes) -> bytes | None:
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        OneAnswer, remote_addr=(server, PORT))
    try:
        transport.sendto(query)
        return await asyncio.wait_for(protocol.data, FORWARD_SECONDS)
    except asyncio.TimeoutError:
        return None
    finally:
        transport.close()


async def read_message(reader) -> bytes:
    return await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))


async def forward_tcp(server: str, query: bytes) -> bytes | None:
    reader, writer = await asyncio.open_connection(server, PORT)
    try:
        writer.write(len(query).to_bytes(2, "big") + query)
        return await asyncio.wait_for(read_message(reader), FORWARD_SECONDS)
    except (asyncio.TimeoutError, asyncio.IncompleteReadError):
        return None
    finally:
        writer.close()


class Listener(asyncio.DatagramProtocol):
    def __init__(self, server: ViewServer):
        self.server = server
        self.transport = None
        self.tasks: set = set()

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        task = asyncio.get_running_loop().create_task(self._answer(data, addr))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _answer(self, data, addr):
        answer = await self.server.answer(data, addr[0], forward_udp)
        if answer is not None:
            self.transport.sendto(answer, addr)


def tcp_handler(server: ViewServer):
    async def handle(reader, writer):
        try:
            while True:
                query = await asyncio.wait_for(read_message(reader), CLIENT_SECONDS)
                answer = await server.answer(query, writer.get_extra_info("peername")[0], forward_tcp)
                if answer is None:
                    break
                writer.write(len(answer).to_bytes(2, "big") + answer)
                await writer.drain()
        except (asyncio.TimeoutError, asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
    return handle


async def serve(options):
    server = ViewServer(Rules(options.rules), options.home, options.away)
    for address in options.addresses:
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: Listener(server), local_addr=(address, PORT))
        await asyncio.start_server(tcp_handler(server), address, PORT)
    print("ready", flush=True)
    await asyncio.Event().wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("rules")
    parser.add_argument("addresses", nargs="+")
    parser.add_argument("--home", required=True)
    parser.add_argument("--away", required=True)
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
