# SPDX-License-Identifier: BSD-3-Clause
"""The CA of a lab's daemons, their certificates and the keys they sign answers with, by the openssl command."""

from pathlib import Path

from .processes import run

# Who a certificate is for is its URI (docs/perspectives.md); the address is for callers of the primary's API.
CA_CONF = """[ca]
default_ca = lab
[lab]
database = {folder}/index.txt
new_certs_dir = {folder}
certificate = {folder}/ca.pem
private_key = {folder}/ca.key
rand_serial = yes
unique_subject = no
default_md = sha256
default_days = 30
policy = any
copy_extensions = copy
x509_extensions = leaf
[any]
commonName = supplied
[leaf]
basicConstraints = critical, CA:FALSE
"""


def new_key(path: Path):
    run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-out", str(path))


class DaemonCertificates:
    def __init__(self, folder: Path):
        self.folder = folder

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    def create(self, subject: str):
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "index.txt").touch()
        (self.folder / "ca.conf").write_text(CA_CONF.format(folder=self.folder))
        new_key(self.folder / "ca.key")
        run("openssl", "req", "-x509", "-new", "-key", str(self.folder / "ca.key"), "-days", "30", "-subj",
            f"/CN={subject}", "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-out", str(self.ca))

    def issue(self, target: Path, uri: str, addresses: list[str], validity: tuple[str, str] | None = None):
        """A new key and certificate as TARGET.key and TARGET.pem; validity as openssl writes times (20261231235959Z).
        Each appears whole, so that a daemon which reloads at any moment reads no half."""
        key, certificate = target.with_suffix(".key"), target.with_suffix(".pem")
        fresh_key, fresh, request = (path.with_name(path.name + ".new")
                                     for path in (key, certificate, target.with_suffix(".csr")))
        new_key(fresh_key)
        names = ",".join([f"URI:{uri}"] + [f"IP:{address}" for address in addresses])
        run("openssl", "req", "-new", "-key", str(fresh_key), "-subj", f"/CN={target.parent.name}", "-addext",
            f"subjectAltName={names}", "-out", str(request))
        times = ("-startdate", validity[0], "-enddate", validity[1]) if validity else ()
        run("openssl", "ca", "-batch", "-notext", "-config", str(self.folder / "ca.conf"), "-in", str(request), *times,
            "-out", str(fresh))
        request.unlink()
        fresh_key.rename(key)
        fresh.rename(certificate)


def new_signing_key(private: Path, public: Path):
    run("openssl", "genpkey", "-algorithm", "ED25519", "-out", str(private))
    run("openssl", "pkey", "-in", str(private), "-pubout", "-out", str(public))
