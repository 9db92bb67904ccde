#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A responder for tls-alpn-01 (RFC 8737) behind nginx, which sends connections that offer acme-tls/1 here.

tls_alpn_responder.py FOLDER PORT
FOLDER/challenges/NAME holds the SHA-256 of the key authorization in hex; NAME is a domain name or an IP address. The
certificate for it is made by openssl when it is first asked for. A name without a file gets no certificate.
"""

import hashlib
import ipaddress
import re
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
from pathlib import Path

PROTOCOL = "acme-tls/1"
HANDSHAKE_SECONDS = 10
PROXY_LINE_MAX = 107  # octets, by the PROXY protocol's version 1


def plain_name(server_name: str) -> str:
    """RFC 8738: an IP address comes as its name in the reverse zones."""
    labels = server_name.lower().rstrip(".").split(".")
    if labels[-2:] == ["in-addr", "arpa"]:
        return str(ipaddress.IPv4Address(".".join(reversed(labels[:-2]))))
    if labels[-2:] == ["ip6", "arpa"]:
        digits = "".join(reversed(labels[:-2]))
        return str(ipaddress.IPv6Address(":".join(digits[at:at + 4] for at in range(0, 32, 4))))
    return ".".join(labels)


class Certificates:
    def __init__(self, folder: Path):
        self.challenges = folder / "challenges"
        self.made = folder / "certificates"
        self.made.mkdir(parents=True, exist_ok=True)
        self.key = folder / "key.pem"
        self.lock = threading.Lock()
        self.contexts: dict[tuple[str, str], ssl.SSLContext] = {}
        if not self.key.exists():
            subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.key],
                           check=True)

    @staticmethod
    def empty_context() -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols([PROTOCOL])
        return context

    def context(self, server_name: str) -> ssl.SSLContext | None:
        name = plain_name(server_name)
        if not re.fullmatch(r"[a-z0-9.:_-]{1,253}", name):
            return None
        try:
            digest = (self.challenges / name).read_text().strip()
        except OSError:
            return None
        with self.lock:
            if (name, digest) not in self.contexts:
                self.contexts[name, digest] = self._make(name, digest)
            return self.contexts[name, digest]

    def _make(self, name: str, digest: str) -> ssl.SSLContext:
        path = self.made / f"{hashlib.sha256((name + digest).encode()).hexdigest()}.pem"
        kind = "IP" if ":" in name or name.rpartition(".")[2].isdecimal() else "DNS"
        subprocess.run(["openssl", "req", "-x509", "-new", "-key", self.key, "-days", "7", "-subj", "/CN=challenge",
                        "-addext", f"subjectAltName={kind}:{name}",
                        "-addext", f"1.3.6.1.5.5.7.1.31=critical,DER:0420{digest}", "-out", path],
                       check=True, capture_output=True)
        context = self.empty_context()
        context.load_cert_chain(path, self.key)
        return context


def skip_proxy_line(connection: socket.socket):
    """nginx says first who the client is; not an octet of TLS may be read with it."""
    line = b""
    while not line.endswith(b"\r\n"):
        octet = connection.recv(1)
        if not octet or len(line) > PROXY_LINE_MAX:
            raise OSError("no PROXY line")
        line += octet


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.settimeout(HANDSHAKE_SECONDS)
        context = self.server.certificates.empty_context()

        def choose(connection, server_name, _):
            chosen = self.server.certificates.context(server_name) if server_name else None
            if chosen is None:
                return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
            connection.context = chosen
            return None

        context.sni_callback = choose
        try:
            skip_proxy_line(self.request)
            with context.wrap_socket(self.request, server_side=True) as connection:
                connection.unwrap()
        except (OSError, ValueError):
            pass  # a client that wanted something else, or hung up


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 1024


def main():
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    with Server(("127.0.0.1", port), Handler) as server:
        server.certificates = Certificates(folder)
        print("ready", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
