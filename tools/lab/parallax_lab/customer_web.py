# SPDX-License-Identifier: BSD-3-Clause
"""The customers' web server and the attacker's: nginx with a folder for each name, on port 80 and, with a self-signed
certificate, 443; connections to 443 that offer acme-tls/1 go to tls_alpn_responder.py.
"""

import ipaddress
import os
import shutil
import signal
import sys
from pathlib import Path

from .addresses import ATTACKER, SHOP_WEB, Host
from .network import Network
from .processes import LabError, Processes, run, wait_until

RESPONDER = Path(__file__).resolve().parent.parent / "tls_alpn_responder.py"
RESPONDER_PORT = 10443
HTTPS_PORT = 10444
WEB_HOSTS = (SHOP_WEB, ATTACKER)


def conf_text(folder: Path) -> str:
    return f"""load_module /usr/lib/nginx/modules/ngx_stream_module.so;
daemon off;
user root;
worker_processes 1;
worker_rlimit_nofile 16384;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 8000; }}
http {{
    access_log {folder}/access.log;
    default_type application/octet-stream;
    client_body_temp_path {folder}/temp; proxy_temp_path {folder}/temp; fastcgi_temp_path {folder}/temp;
    uwsgi_temp_path {folder}/temp; scgi_temp_path {folder}/temp;
    include {folder}/sources.conf;
    server {{
        listen 80 default_server backlog=4096;
        listen [::]:80 default_server ipv6only=on backlog=4096;
        listen 127.0.0.1:{HTTPS_PORT} ssl proxy_protocol default_server;
        set_real_ip_from 127.0.0.1;
        real_ip_header proxy_protocol;
        ssl_certificate {folder}/web.pem;
        ssl_certificate_key {folder}/web.key;
        include {folder}/faults.conf;
        location = / {{ return 200 "a web page\\n"; }}
        location / {{
            root {folder}/www/$host;
            try_files $uri =404;
        }}
    }}
}}
stream {{
    map $ssl_preread_alpn_protocols $server {{
        "~(^|,)acme-tls/1(,|$)" 127.0.0.1:{RESPONDER_PORT};
        default 127.0.0.1:{HTTPS_PORT};
    }}
    server {{
        listen 443 backlog=4096;
        listen [::]:443 ipv6only=on backlog=4096;
        ssl_preread on;
        proxy_protocol on;
        proxy_pass $server;
    }}
}}
"""


def host_folder(name: str) -> str:
    """What nginx's $host is for a name or an address."""
    return f"[{name}]" if ":" in name else name


class CustomerWeb:
    def __init__(self, state: Path, network: Network, processes: Processes):
        self.state = state / "shop"
        self.network = network
        self.processes = processes

    def folder(self, host: Host) -> Path:
        return self.state / (host.name + "-web")

    def start(self, seconds: float):
        for host in WEB_HOSTS:
            folder = self.folder(host)
            for name in ("www", "challenges", "temp"):
                (folder / name).mkdir(parents=True, exist_ok=True)
            (folder / "nginx.conf").write_text(conf_text(folder))
            for name in ("sources.conf", "faults.conf"):
                (folder / name).touch()
            run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "3650", "-subj", "/CN=shop", "-addext", "subjectAltName=DNS:*.orders.test,DNS:*.plain.test",
                "-keyout", str(folder / "web.key"), "-out", str(folder / "web.pem"))
            namespace = self.network.namespace(host.name)
            self.processes.start(f"alpn-{host.name}", sys.executable, str(RESPONDER), str(folder),
                                 str(RESPONDER_PORT), namespace=namespace)
            self.processes.start(f"nginx-{host.name}", "nginx", "-c", str(folder / "nginx.conf"), "-e", "stderr",
                                 namespace=namespace)
        for host in WEB_HOSTS:
            wait_until(lambda at=host: self._serves(at), seconds, f"the web server of {host.name}")

    def _serves(self, host: Host) -> bool:
        self.processes.require(f"nginx-{host.name}")
        self.processes.require(f"alpn-{host.name}")
        ready = "ready" in (self.processes.logs / f"alpn-{host.name}.log").read_text()
        return ready and bool(self._workers(host))

    def _workers(self, host: Host) -> set[int]:
        """The workers that accept connections."""
        pid = self.processes.pid(f"nginx-{host.name}")
        if pid is None:
            return set()
        found = set()
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            try:
                title = Path(f"/proc/{child}/cmdline").read_bytes()
            except OSError:
                continue
            if b"worker process" in title and b"shutting down" not in title:
                found.add(int(child))
        return found

    def configure(self, host: Host, sources: str, faults: str):
        """New rules for nginx, in force when this returns."""
        folder = self.folder(host)
        wanted = {folder / "sources.conf": sources, folder / "faults.conf": faults}
        if all(path.read_text() == text for path, text in wanted.items()):
            return
        for path, text in wanted.items():
            path.write_text(text)
        run("ip", "netns", "exec", self.network.namespace(host.name), "nginx", "-t", "-q", "-c",
            str(folder / "nginx.conf"), "-e", "stderr")
        former = self._workers(host)
        pid = self.processes.pid(f"nginx-{host.name}")
        if pid is None:
            raise LabError(f"nginx of {host.name} does not run (see {self.processes.logs}/nginx-{host.name}.log)")
        os.kill(pid, signal.SIGHUP)

        def has_changed() -> bool:
            workers = self._workers(host)
            return bool(workers) and not workers & former

        wait_until(has_changed, 30, f"nginx of {host.name} to take its new rules")

    # Files appear whole: written beside, then renamed.

    def publish_http(self, host: Host, name: str, path: str, content: str):
        target = self._page(host, name, path)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh = target.with_name(target.name + ".new")
            fresh.write_text(content)
            fresh.rename(target)
        except OSError as error:
            raise LabError(f"{name}{path}: {error.strerror}") from error

    def _page(self, host: Host, name: str, path: str) -> Path:
        if not path.startswith("/") or path.endswith("/") or ".." in path.split("/") or "?" in path:
            raise LabError(f"{path}: give the path of a page, as in /.well-known/acme-challenge/token")
        return self.folder(host) / "www" / host_folder(name) / path[1:]

    def unpublish_http(self, host: Host, name: str, path: str):
        self._page(host, name, path).unlink(missing_ok=True)

    def publish_tls_alpn(self, host: Host, name: str, digest: str):
        target = self.folder(host) / "challenges" / self._challenge_name(name)
        fresh = target.with_name("." + target.name)
        fresh.write_text(digest + "\n")
        fresh.rename(target)

    def unpublish_tls_alpn(self, host: Host, name: str):
        (self.folder(host) / "challenges" / self._challenge_name(name)).unlink(missing_ok=True)

    @staticmethod
    def _challenge_name(name: str) -> str:
        try:
            return str(ipaddress.ip_address(name))
        except ValueError:
            return name

    def unpublish_all(self, host: Host):
        for name in ("www", "challenges"):
            shutil.rmtree(self.folder(host) / name)
            (self.folder(host) / name).mkdir()
