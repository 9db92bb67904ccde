#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A scripted DNS server that misbehaves: each address plays one fault, or the one that the name asks for.

fault_server.py --listen 10.0.0.1 --listen 10.0.0.2=truncated --other-address 10.0.0.9 [--mode-file FILE]
Addresses without a fault play the fault named in FILE if it holds one, else that of NAME in NAME.fault.test.
"""

import argparse
import asyncio
import socket
import struct
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from fault_behaviours import FAULTS, HANG, RESET, Write, fault_of_name  # noqa: E402
from fault_messages import read_query  # noqa: E402

TCP_SECONDS = 30  # a connection never lives longer
IP_MTU_DISCOVER, IP_PMTUDISC_DONT = 10, 0  # fragments are wanted


def open_udp(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    udp = socket.socket(family, socket.SOCK_DGRAM)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    if family == socket.AF_INET:
        udp.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT)
    udp.bind((address, port))
    udp.setblocking(False)
    return udp


class Server:
    def __init__(self, mode_file: Path | None, others: list[str]):
        self.mode_file = mode_file
        self.others = {":" in address: open_udp(address, 53) for address in others}

    def mode(self) -> str:
        try:
            return self.mode_file.read_text().strip() if self.mode_file else ""
        except FileNotFoundError:
            return ""

    def choose(self, fixed: str, query):
        return FAULTS[fixed or self.mode() or fault_of_name(query)]

    async def listen(self, address: str, fixed: str):
        asyncio.get_running_loop().add_reader(
            udp := open_udp(address, 53), self.on_datagram, udp, open_udp(address, 0), fixed)
        if FAULTS[fixed].listens_tcp:
            await asyncio.start_server(lambda reader, writer: self.on_connection(reader, writer, fixed), address, 53,
                                       backlog=500)

    def on_datagram(self, udp: socket.socket, other_port: socket.socket, fixed: str):
        for _ in range(64):
            try:
                wire, peer = udp.recvfrom(65535)
            except (BlockingIOError, ConnectionError):
                return
            query = read_query(wire)
            if query is None:
                continue
            via = {"asked": udp, "other-port": other_port, "other-address": self.others.get(":" in peer[0])}
            for action in self.choose(fixed, query).udp(query):
                loop = asyncio.get_running_loop()
                if action.after:
                    loop.call_later(action.after, self.send, via[action.via], action.payload, peer)
                else:
                    self.send(via[action.via], action.payload, peer)

    @staticmethod
    def send(udp: socket.socket, payload: bytes, peer):
        try:
            udp.sendto(payload, peer)
        except OSError as error:  # the peer's port may be closed by now
            print(f"fault_server: to {peer[0]}: {error}", file=sys.stderr)

    async def on_connection(self, reader, writer, fixed: str):
        try:
            async with asyncio.timeout(TCP_SECONDS):
                while await self.answer_one(reader, writer, fixed):
                    pass
        except (TimeoutError, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def answer_one(self, reader, writer, fixed: str) -> bool:
        length, = struct.unpack("!H", await reader.readexactly(2))
        query = read_query(await reader.readexactly(length))
        if query is None:
            return False
        for action in self.choose(fixed, query).tcp(query):
            if action == HANG:
                await reader.read()  # until the peer gives up
                return False
            if action == RESET:
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                                           struct.pack("ii", 1, 0))
                return False
            await self.write(writer, action)
        return True

    @staticmethod
    async def write(writer, action: Write):
        pieces = [bytes([octet]) for octet in action.payload] if action.slowly else [action.payload]
        for piece in pieces:
            if action.after:
                await asyncio.sleep(action.after)  # slowness is the fault being played
            writer.write(piece)
            await writer.drain()


async def serve(options):
    server = Server(options.mode_file, options.other_address)
    for listen in options.listen:
        address, _, fault = listen.partition("=")
        if fault not in FAULTS:
            sys.exit(f"fault_server: --listen {listen}: no such fault; there are {', '.join(filter(None, FAULTS))}")
        await server.listen(address, fault)
    if options.ready_file:
        options.ready_file.touch()
    await asyncio.Event().wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listen", action="append", required=True, metavar="ADDRESS[=FAULT]")
    parser.add_argument("--other-address", action="append", default=[], metavar="ADDRESS",
                        help="where answers from a wrong source come from, one for each address family")
    parser.add_argument("--mode-file", type=Path, metavar="FILE")
    parser.add_argument("--ready-file", type=Path, metavar="FILE", help="made once all addresses are listened on")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
