#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A web server that does to its visitors what the first label of the host name says, by a table.

hostile_web.py TABLE ADDRESS:PORT... [--tls CERTIFICATE KEY ADDRESS:PORT[=TLS-VERSION]...]

TABLE: LABEL<TAB>BEHAVIOUR<TAB>ARGUMENT a line; "token" in an ARGUMENT is what followed the last slash of the path.
  redirect STATUS LOCATION    hops COUNT STATUS (to itself, then the page)   later SECONDS STATUS LOCATION
  page TEXT                   endless-body   endless-headers   informational (100 Continue for ever)   trickle (1 octet/s)
  gzip (a small body that unpacks to a gigabyte)
Each request is a line on stdout: LABEL PATH. "ready" once it listens.
"""

import gzip
import itertools
import re
import socket
import ssl
import sys
import threading

HEADER_OCTETS_MAX = 65536
TRICKLE_S = 1.0
LIFE_S = 120.0  # of a connection
PAUSE = threading.Event()  # never set: slowness is what is being played


def read_table(path: str) -> dict[str, list[str]]:
    with open(path, encoding="utf-8") as file:
        return {words[0]: words[1:] for words in (line.rstrip("\n").split("\t") for line in file) if len(words) > 1}


class Visit:
    def __init__(self, connection: socket.socket, head: bytes):
        self.connection = connection
        self.path = head.split(b" ")[1].decode("latin-1")
        host = re.search(rb"(?im)^host:[ \t]*([^\r\n]*)", head)
        self.label = host.group(1).decode("latin-1").split(".")[0] if host else ""
        self.token = self.path.rpartition("/")[2].partition("?")[0]

    def send(self, text: str):
        self.connection.sendall(text.encode("latin-1"))

    def answer(self, status: str, headers: str = "", body: str = ""):
        self.send(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n{body}")

    def do_redirect(self, argument: str):
        status, location = argument.split(" ", 1)
        self.answer(status, f"Location: {location.replace('token', self.token)}\r\n")

    def do_later(self, argument: str):
        seconds, rest = argument.split(" ", 1)
        PAUSE.wait(float(seconds))
        self.do_redirect(rest)

    def do_hops(self, argument: str):
        count, status, text = argument.split(" ", 2)
        done = int(self.path.partition("?hop=")[2] or 0)
        if done < int(count):
            self.answer(status, f"Location: {self.path.partition('?')[0]}?hop={done + 1}\r\n")
        else:
            self.answer("200", body=text)

    def do_page(self, argument: str):
        self.answer("200", body=argument)

    def do_endless_body(self, _argument: str):
        self.send("HTTP/1.1 200 OK\r\n\r\n")
        for _ in itertools.count():
            self.send("x" * 65536)

    def do_endless_headers(self, _argument: str):
        self.send("HTTP/1.1 200 OK\r\n")
        for number in itertools.count():
            self.send(f"X-Header-{number}: {'y' * 200}\r\n")

    def do_informational(self, _argument: str):
        for _ in itertools.count():
            self.send("HTTP/1.1 100 Continue\r\n\r\n")

    def do_trickle(self, _argument: str):
        self.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        for _ in itertools.count():
            self.send("z")
            PAUSE.wait(TRICKLE_S)

    def do_gzip(self, _argument: str):
        packed = gzip.compress(gzip.compress(b"\0" * (1 << 26)))
        self.send(f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\nContent-Length: {len(packed)}\r\n\r\n")
        self.connection.sendall(packed)


class Server:
    def __init__(self, table: str):
        self.table = table
        self.lock = threading.Lock()

    def serve(self, connection: socket.socket, context: ssl.SSLContext | None):
        try:
            connection.settimeout(LIFE_S)
            with (context.wrap_socket(connection, server_side=True) if context else connection) as stream:
                head = b""
                while b"\r\n\r\n" not in head and len(head) < HEADER_OCTETS_MAX:
                    octets = stream.recv(4096)
                    if not octets:
                        return
                    head += octets
                visit = Visit(stream, head)
                with self.lock:
                    print(visit.label, visit.path, flush=True)
                behaviour, *argument = read_table(self.table).get(visit.label, ["page", "nothing here"])
                getattr(visit, "do_" + behaviour.replace("-", "_"))(argument[0] if argument else "")
        except (OSError, IndexError):
            return

    def listen(self, endpoint: str, context: ssl.SSLContext | None):
        host, _, port = endpoint.rpartition(":")
        listener = socket.create_server((host.strip("[]"), int(port)), backlog=1024,
                                        family=socket.AF_INET6 if ":" in host else socket.AF_INET)

        def accept():
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=self.serve, args=(connection, context), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()


def tls_context(certificate: str, key: str, version: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if version:  # an old one alone
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    context.load_cert_chain(certificate, key)
    return context


def main(words: list[str]):
    table, *rest = words
    plain, tls = (rest[:rest.index("--tls")], rest[rest.index("--tls") + 1:]) if "--tls" in rest else (rest, [])
    server = Server(table)
    for endpoint in plain:
        server.listen(endpoint, None)
    for endpoint in tls[2:]:
        address, _, version = endpoint.partition("=")
        server.listen(address, tls_context(tls[0], tls[1], version))
    print("ready", flush=True)
    PAUSE.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
