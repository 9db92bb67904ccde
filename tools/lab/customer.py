#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A customer of the lab's CA: what he publishes, what he orders, and a judge of the answer.

customer.py publish SERIAL [KIND...]   what proves control, a line each, for parallax-lab publish --file
customer.py order SERIAL [KIND...]     the order as JSON; no KIND: one identifier of each
customer.py expect ANSWER [KEY=VALUE...] exit status 0 when the answer is as told: decision, enforced, mode, and for
                                           each identifier dcv, caa (quorum of remotes), primary, primary_caa,
                                           codes (all codes of diagnosis found, with commas; none: -), and
                                           has (codes that must be among them); KEY@KIND for those of one kind
customer.py codes ANSWER               the codes and who they are about, for a log

SERIAL makes names of their own, which no cache knows; load1..99 are many, a line each.
"""

import base64
import hashlib
import json
import re
import shlex
import sys

ACCOUNT = "https://ca.test/acct/1"
THUMBPRINT = base64.urlsafe_b64encode(hashlib.sha256(b"the customer's key").digest()).decode().rstrip("=")
WEB_ADDRESS = "10.203.3.80"


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def token(kind: str, serial: str) -> str:
    return base64url(digest(f"token {kind} {serial}"))


def authorization(kind: str, serial: str) -> str:
    return f"{token(kind, serial)}.{THUMBPRINT}"


# Of each kind: (the identifier, its `dcv`, lines to publish).

def dns_01(kind, serial, zone="orders.test", wildcard=False):
    name = f"{kind}-{serial}.{zone}"
    value = base64url(digest(authorization(kind, serial)))
    return (f"*.{name}" if wildcard else name, {"validation_method": "acme-dns-01", "key_authorization_hash": value},
            [("txt", f"_acme-challenge.{name}", value)])


def http_01(kind, serial, name=None):
    name = name or f"{kind}-{serial}.orders.test"
    proof = authorization(kind, serial)
    return (name, {"validation_method": "acme-http-01", "token": token(kind, serial), "key_authorization": proof},
            [("http", name, f"/.well-known/acme-challenge/{token(kind, serial)}", proof)])


def tls_alpn_01(kind, serial):
    name = f"{kind}-{serial}.orders.test"
    value = digest(authorization(kind, serial)).hex()
    return (name, {"validation_method": "acme-tls-alpn-01", "key_authorization_hash": value},
            [("tls-alpn", name, value)])


def dns_change(kind, serial, record="TXT"):
    name, value = f"{kind}-{serial}.orders.test", token(kind, serial).lower().replace("_", "-").strip("-")
    label = f"_dnsauth.{name}"
    line = ("cname", label, f"{value}.orders.test") if record == "CNAME" else ("txt", label, value)
    return (name, {"validation_method": "dns-change", "challenge_value": value, "dns_record_type": record,
                   "dns_name_prefix": "_dnsauth"}, [line])


def persistent(kind, serial):
    name = f"{kind}-{serial}.orders.test"
    return (name, {"validation_method": "dns-persistent", "issuer_domain_names": ["ca.test"],
                   "expected_account_uri": ACCOUNT},
            [("txt", f"_validation-persist.{name}", f"ca.test; accounturi={ACCOUNT}")])


def website(kind, serial):
    name, value = f"{kind}-{serial}.orders.test", token(kind, serial)
    return (name, {"validation_method": "website-change", "challenge_value": value, "http_token_path": "proof.txt"},
            [("http", name, "/.well-known/pki-validation/proof.txt", f"the value is {value}, and more text")])


def contact(kind, serial):
    name, value = f"{kind}-{serial}.plain.test", f"hostmaster-{serial}@plain.test"
    return (name, {"validation_method": "contact-email-txt", "challenge_value": value},
            [("txt", f"_validation-contactemail.{name}", value)])


KINDS = {
    "dns-01": dns_01,
    "http-01": http_01,
    "tls-alpn-01": tls_alpn_01,
    "dns-change": dns_change,
    "dns-change-cname": lambda kind, serial: dns_change(kind, serial, "CNAME"),
    "persistent": persistent,
    "website": website,
    "contact": contact,
    "wildcard": lambda kind, serial: dns_01(kind, serial, "plain.test", wildcard=True),
    "address": lambda kind, serial: http_01(kind, serial, WEB_ADDRESS),
    # Beyond the ten: in the unsigned zone, where an attacker may have records of his own.
    "plain-dns-01": lambda kind, serial: dns_01(kind, serial, "plain.test"),
}
TEN = tuple(KINDS)[:10]


def order(serial: str, kinds) -> dict:
    identifiers = []
    for kind in kinds:
        value, dcv, _ = KINDS[kind](kind, serial)
        identifiers.append({"type": "ip" if value == WEB_ADDRESS else "dns", "value": value, "dcv": dcv})
    return {"profile": "tls", "account_uri": ACCOUNT, "issuer_domains": ["ca.test"], "reference": serial,
            "identifiers": identifiers}


def serials(text: str) -> list[str]:
    prefix, first, last = re.fullmatch(r"(.*?)(?:(\d+)\.\.(\d+))?", text).groups()
    return [f"{prefix}{number}" for number in range(int(first), int(last) + 1)] if first else [text]


def codes_of(identifier: dict) -> list[str]:
    return [finding["code"] for finding in identifier["diagnosis"]]


def side(identifier: dict, name: str, key: str):
    return (identifier.get(name) or {}).get(key)


SIDES = (("dcv", "dcv", "quorum"), ("caa", "caa", "quorum"), ("primary", "dcv", "primary"),
         ("primary_caa", "caa", "primary"))


def faults(answer: dict, wanted: dict):
    """A sentence for all that is not as wanted."""
    for key, member in (("decision", "decision"), ("enforced", "enforced_decision"), ("mode", "mode")):
        if key in wanted and answer.get(member) != wanted[key]:
            yield f"{member} is {answer.get(member)}, not {wanted[key]}"
    for identifier in answer["identifiers"]:
        value, found = identifier["value"], codes_of(identifier)
        kind = "address" if value == WEB_ADDRESS else value.removeprefix("*.").rpartition("-")[0]
        own = {key.partition("@")[0]: text for key, text in wanted.items() if key.partition("@")[2] in ("", kind)}
        for key, name, member in SIDES:
            # Addresses have no CAA.
            if key in own and (name, identifier["type"]) != ("caa", "ip") and side(identifier, name, member) != own[key]:
                yield f"{value}: {name} {member} is {side(identifier, name, member)}, not {own[key]}"
        codes = [] if own.get("codes") == "-" else own.get("codes", "").split(",")
        if "codes" in own and sorted(found) != sorted(codes):
            yield f"{value}: diagnosis is {found}, not {own['codes']}"
        if "has" in own and not set(own["has"].split(",")) <= set(found):
            yield f"{value}: diagnosis is {found}, without {own['has']}"


def main(words: list[str]):
    command, argument, *rest = words
    if command == "publish":
        for serial in serials(argument):
            for kind in rest or TEN:
                for line in KINDS[kind](kind, serial)[2]:
                    print(shlex.join(line))
    elif command == "order":
        for serial in serials(argument):
            print(json.dumps(order(serial, rest or TEN)))
    elif command == "codes":
        with open(argument, encoding="utf-8") as file:
            for identifier in json.load(file)["identifiers"]:
                print(identifier["value"], side(identifier, "dcv", "quorum"), side(identifier, "caa", "quorum"),
                      ["{code} {perspectives}".format(**finding) for finding in identifier["diagnosis"]])
    elif command == "expect":
        with open(argument, encoding="utf-8") as file:
            text = file.read()
        answer = json.loads(text)
        if "identifiers" not in answer:
            sys.exit(f"no answer but {text.strip()}")
        found = list(faults(answer, dict(word.split("=", 1) for word in rest)))
        if found:
            sys.exit("\n".join(found + [text.strip()]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
