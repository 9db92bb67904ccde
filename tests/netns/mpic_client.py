#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A CA that calls Open MPIC, for mpic_test.sh: every check that Open MPIC knows, with the right record and a wrong one.

mpic_client.py lines                              what the customer publishes, for parallax-lab publish --file
mpic_client.py coordinator URL CA SECRET NAME...  asks /mpic of the primary, whose remotes are NAME...
mpic_client.py checker URL CA CERTIFICATE KEY     asks /caa and /dcv of a remote, as the primary

Exit status 0 and a count, or 1 and a line for each answer that is not as it must be.
"""

import base64
import hashlib
import http.client
import json
import random
import shlex
import ssl
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Callable, NamedTuple
from urllib.parse import urlsplit

ACCOUNT = "https://ca.test/acct/1"
REVERSE = "3.203.10.in-addr.arpa"
AT_ONCE = 8
WRONG = "this-is-not-the-value-that-was-agreed-upon"
ATTEMPTS_MAX = 3  # the default of mpic.absolute_max_attempts
PERSPECTIVES = 5
# From when the Baseline Requirements no longer allow a method.
RETIRED = {"ip-address": "2026-03-15", "contact-phone-txt": "2027-03-15", "contact-phone-caa": "2027-03-15",
           "reverse-address-lookup": "2027-03-15", "contact-email-txt": "2028-03-15", "contact-email-caa": "2028-03-15"}
RIRS = {"nyc-1": "ARIN", "gru-1": "LACNIC", "sin-1": "APNIC", "jnb-1": "AFRINIC", "dub-1": "RIPE NCC"}


class Check(NamedTuple):
    """One question, and what the customer publishes for it. `wrong`: the same question where something else is."""
    name: str
    kind: str  # caa, dcv
    target: str
    parameters: dict
    lines: list
    passes: bool
    seen: str | None  # what the answer shows: of a record or a page; for CAA None when there is no record
    has_error: bool = False  # which the answer tells of, although it was completed

    @property
    def method(self) -> str:
        return self.parameters.get("validation_method", "")

    @property
    def is_retired(self) -> bool:
        return self.method in RETIRED and time.strftime("%F", time.gmtime()) >= RETIRED[self.method]


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


THUMBPRINT = base64url(digest("the customer's key"))
TOKEN = base64url(digest("a token"))
AUTHORIZATION = f"{TOKEN}.{THUMBPRINT}"
VALUE = "3f9c2a7e51b84d06a9e7c0d2f1b58a64"
HASH = base64url(digest(AUTHORIZATION))
HEX = digest(AUTHORIZATION).hex()
PAGES = "/.well-known/pki-validation/"
CHALLENGES = "/.well-known/acme-challenge/"


def dns_checks(word: str, host: Callable):
    """(name, parameters, target, lines, what is seen) of the methods that look at records."""
    value, hash_ = (VALUE, HASH) if word == "right" else (WRONG, base64url(digest(WRONG)))
    for kind in ("acme-dns-01", "wildcard"):
        yield (kind, {"validation_method": "acme-dns-01", "key_authorization_hash": HASH},
               ("*." if kind == "wildcard" else "") + host(kind), [("txt", f"_acme-challenge.{host(kind)}", hash_)], hash_)
    for record in ("TXT", "CNAME", "CAA"):
        name = f"dns-change-{record.lower()}"
        owner = f"_dnsauth.{host(name)}"
        line = {"TXT": ("txt", owner, f"the value is {value}"), "CNAME": ("cname", owner, f"{value}.plain.test"),
                "CAA": ("caa", owner, "0", "issue", value)}[record]
        seen = {"CNAME": f"{value}.plain.test."}.get(record, line[-1])
        yield (name, {"validation_method": "dns-change", "challenge_value": VALUE, "dns_record_type": record,
                      "dns_name_prefix": "_dnsauth"}, host(name), [line], seen)
    name = "dns-persistent"
    record = f"ca.test; accounturi={ACCOUNT if word == 'right' else ACCOUNT + '2'}"
    persistent = {"validation_method": name, "issuer_domain_names": ["ca.test"], "expected_account_uri": ACCOUNT}
    yield name, persistent, host(name), [("txt", f"_validation-persist.{host(name)}", record)], record
    contacts = {"email": ("hostmaster@orders.test", "else@orders.test"), "phone": ("+1 555 010 0001", "+1 555 010 0002")}
    for what, (right, other) in contacts.items():
        published = right if word == "right" else other
        name = f"contact-{what}-txt"
        yield (name, {"validation_method": name, "challenge_value": right}, host(name),
               [("txt", f"_validation-contact{what}.{host(name)}", published)], published)
        name = f"contact-{what}-caa"
        yield (name, {"validation_method": name, "challenge_value": right}, host(name),
               [("caa", host(name), "0", f"contact{what}", published)], published)
    # Of the zone that the lab was raised with.
    address = 80 if word == "right" else 81
    yield ("persistent-address", persistent, f"10.203.3.{address}", [],
           f"ca.test; accounturi={ACCOUNT[:-1]}{1 if word == 'right' else 2}")
    for name, target in (("reverse-address-lookup", f"{address}.{REVERSE}"), ("reverse-of-address", f"10.203.3.{address}")):
        yield (name, {"validation_method": "reverse-address-lookup", "challenge_value": "shop.orders.test"}, target, [],
               "shop.orders.test." if word == "right" else "elsewhere.plain.test.")
    yield ("ip-address", {"validation_method": "ip-address", "challenge_value": "10.203.3.80", "dns_record_type": "A"},
           host("ip-address"), [], "10.203.3.80")


def web_checks(word: str, host: Callable):
    """The same of those that fetch; a page with something else."""
    page = VALUE if word == "right" else WRONG
    proof = AUTHORIZATION if word == "right" else f"{TOKEN}.{base64url(digest(WRONG))}"
    for scheme in ("http", "https"):
        name = f"website-{scheme}"
        yield (name, {"validation_method": "website-change", "challenge_value": VALUE, "http_token_path": "proof.txt",
                      "url_scheme": scheme, "match_regex": "^value: [0-9a-f]+$", "http_headers": {"X-Test": "1"}},
               host(name), [("http", host(name), PAGES + "proof.txt", f"value: {page}")], f"value: {page}")
    # Addresses have one page each for all cases: the wrong one lies elsewhere.
    for name, target in (("acme-http-01", host("acme-http-01")), ("http-01-v4", "10.203.3.80"),
                         ("http-01-v6", "fd00:203:3::80")):
        token = TOKEN if word == "right" else TOKEN[::-1]
        yield (name, {"validation_method": "acme-http-01", "token": token,
                      "key_authorization": f"{token}.{THUMBPRINT}"},
               target, [("http", target, CHALLENGES + token, proof if word == "right" else WRONG)],
               proof if word == "right" else WRONG)
    name = "acme-tls-alpn-01"
    hex_ = HEX if word == "right" else digest(WRONG).hex()
    yield (name, {"validation_method": name, "key_authorization_hash": HEX}, host(name),
           [("tls-alpn", host(name), hex_)], host(name))


def dcv_checks():
    for word in ("right", "wrong"):
        def host(name: str, zone="orders.test") -> str:
            return f"{name}-{word}.{zone}"
        for make in (dns_checks, web_checks):
            for name, parameters, target, lines, seen in make(word, host):
                yield Check(f"{name} {word}", "dcv", target, parameters, lines, word == "right", seen)
    # Nothing at all is published.
    def nowhere(parameters: dict) -> Check:
        return Check(f"{parameters['validation_method']} absent", "dcv", "nothing.orders.test", parameters, [], False, None,
                     has_error=True)
    yield nowhere({"validation_method": "acme-dns-01", "key_authorization_hash": HASH})
    yield nowhere({"validation_method": "acme-http-01", "token": TOKEN, "key_authorization": AUTHORIZATION})
    yield nowhere({"validation_method": "dns-persistent", "issuer_domain_names": ["ca.test"],
                   "expected_account_uri": ACCOUNT})


def caa_checks():
    def check(name, records, passes, seen, target=None, **parameters):
        owner = f"caa-{name}.orders.test"
        return Check(f"caa {name}", "caa", target or owner, parameters, [("caa", owner, *record) for record in records],
                     passes, seen)
    yield check("permits", [("0", "issue", "ca.test")], True, '0 issue "ca.test"', caa_domains=["ca.test"])
    yield check("default", [("0", "issue", "second.ca.example")], True, '0 issue "second.ca.example"')
    yield check("other", [("0", "issue", "other-ca.test")], False, '0 issue "other-ca.test"')
    yield check("named", [("0", "issue", "second.ca.example")], False, '0 issue "second.ca.example"', caa_domains=["ca.test"])
    yield check("critical", [("128", "unheard", "of"), ("0", "issue", "ca.test")], False, '128 unheard "of"')
    yield check("climb", [("0", "issue", "other-ca.test")], False, '0 issue "other-ca.test"', "a.b.caa-climb.orders.test")
    yield check("parent", [], True, '0 issue "ca.test"')  # that of the zone
    yield check("wild", [("0", "issue", "ca.test"), ("0", "issuewild", "other-ca.test")], False,
                '0 issuewild "other-ca.test"', "*.caa-wild.orders.test")
    yield check("unwild", [("0", "issue", "ca.test"), ("0", "issuewild", "other-ca.test")], True, '0 issue "ca.test"',
                "caa-unwild.orders.test.")
    yield check("mail", [("0", "issuemail", "other-ca.test")], False, '0 issuemail "other-ca.test"',
                certificate_type="s-mime")
    yield check("unmail", [("0", "issuemail", "other-ca.test"), ("0", "issue", "ca.test")], True,
                '0 issuemail "other-ca.test"', certificate_type="tls-server")


def all_checks() -> list[Check]:
    return [*dcv_checks(), *caa_checks()]


class Client:
    def __init__(self, url: str, ca: str, *identity: str):
        self.context = ssl.create_default_context(cafile=ca)
        if identity:
            self.context.load_cert_chain(*identity)
        self.address = urlsplit(url)

    def ask(self, path: str, body, method: str = "POST") -> tuple[int, object]:
        connection = http.client.HTTPSConnection(self.address.hostname, self.address.port, context=self.context,
                                                 timeout=60)
        text = body if isinstance(body, str) else json.dumps(body)
        connection.request(method, path, text.encode(), {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        return response.status, json.loads(answer) if answer else None


# What an answer must be like: each yields a sentence for what is not so.

RESPONSE = {"mpic_completed", "request_orchestration_parameters", "actual_orchestration_parameters", "check_type",
            "domain_or_ip_target", "is_valid", "trace_identifier", "perspectives", "previous_attempt_results"}
CHECK_RESPONSE = {"check_completed", "check_passed", "errors", "timestamp_ns", "check_type", "details"}
HTTP = {"validation_method", "response_history", "response_url", "response_status_code", "response_page"}
DNS = {"validation_method", "records_seen", "response_code", "ad_flag", "found_at", "cname_chain"}
DETAILS = {"": {"caa_record_present", "found_at", "records_seen"}, "website-change": HTTP, "acme-http-01": HTTP,
           "acme-tls-alpn-01": {"validation_method", "common_name"}}
CLOCK_NS = 60 * 10**9


def differs(what: str, found, wanted):
    if found != wanted:
        yield f"{what} is {found!r}, not {wanted!r}"


def shown(details: dict):
    """All that an answer shows of what was found."""
    if "response_page" in details:
        return [base64.b64decode(details["response_page"]).decode()] if details["response_page"] else []
    return [details["common_name"]] if "common_name" in details else details["records_seen"] or []


def judge_details(check: Check, details: dict):
    yield from differs("members of details", set(details), DETAILS.get(check.method, DNS))
    if check.kind == "dcv":
        yield from differs("validation_method", details.get("validation_method"), check.method)
    found = shown(details)
    if check.seen is not None and not any(text.lower() == check.seen[:100].lower() for text in found):
        yield f"details show {found}, not {check.seen}"
    if check.seen is None and found:
        yield f"details show {found}, where there is nothing"
    if "found_at" in details and check.seen is not None and not details["found_at"]:
        yield f"found_at is {details['found_at']}"


def judge_check(check: Check, response: dict):
    """An answer of one perspective."""
    yield from differs("members of a check", set(response), CHECK_RESPONSE)
    yield from differs("check_type", response["check_type"], check.kind)
    yield from differs("check_completed", response["check_completed"], True)
    yield from differs("check_passed", response["check_passed"], check.passes)
    if bool(response["errors"]) != check.has_error:
        yield f"errors are {response['errors']}"
    for error in response["errors"] or ():
        yield from differs("members of an error", set(error), {"error_type", "error_message"})
    if abs(time.time_ns() - response["timestamp_ns"]) > CLOCK_NS:
        yield f"timestamp_ns is {response['timestamp_ns']}"
    yield from judge_details(check, response["details"])


def judge_echo(sent: dict, echo: dict):
    for key, value in sent.items():
        yield from differs(f"the echo of {key}", echo.get(key), value)


def judge_answer(check: Check, names: list[str], request: dict, answer: dict):
    key = f"{check.kind}_check_parameters"
    yield from differs("members", set(answer), RESPONSE | {key})
    yield from differs("mpic_completed", answer["mpic_completed"], True)
    yield from differs("is_valid", answer["is_valid"], check.passes)
    yield from differs("trace_identifier", answer["trace_identifier"], request["trace_identifier"])
    yield from differs("domain_or_ip_target", answer["domain_or_ip_target"], check.target)
    yield from differs("actual parameters", answer["actual_orchestration_parameters"],
                       {"perspective_count": PERSPECTIVES, "quorum_count": PERSPECTIVES - 1, "attempt_count": 1})
    yield from differs("previous_attempt_results", answer["previous_attempt_results"], None)
    yield from judge_echo(check.parameters, answer[key] or {})
    yield from differs("perspectives", sorted(one["perspective_code"] for one in answer["perspectives"]), sorted(names))
    for one in answer["perspectives"]:
        for fault in judge_check(check, one["check_response"]):
            yield f"{one['perspective_code']}: {fault}"


def body_of(check: Check, **orchestration) -> dict:
    body = {"check_type": check.kind, "domain_or_ip_target": check.target, "trace_identifier": check.name,
            f"{check.kind}_check_parameters": check.parameters}
    return {**body, "orchestration_parameters": orchestration} if orchestration else body


def issues(answer) -> list[str]:
    return [issue.get("issue_type") or issue.get("type") for issue in answer.get("validation_issues", ())]


def ask_coordinator(client: Client, check: Check, names: list[str]):
    body = body_of(check)
    status, answer = client.ask("/mpic", body)
    if check.is_retired:
        yield from differs("what is refused", (status, issues(answer)), (400, ["unlawful-check"]))
    elif status != 200:
        yield f"{status} {json.dumps(answer)[:600]}"
    else:
        yield from judge_answer(check, names, body, answer)


def ask_checker(client: Client, check: Check):
    status, answer = client.ask(f"/{check.kind}", body_of(check))
    wanted = 500 if check.kind == "dcv" and (check.has_error or check.is_retired) else 200
    if status != wanted:
        yield f"{status} {json.dumps(answer)[:600]}"
    elif check.is_retired:
        yield from differs("check_passed", answer["check_passed"], False)
    else:
        yield from judge_check(check, answer)


# Several attempts and cohorts.

def pairs(secret: str, target: str, names: list[str]) -> list[list[str]]:
    """Cohorts of two: names by code, shuffled by the target, then by RIR in turn."""
    order = sorted(names)
    source = random.Random(hashlib.sha256((secret + target.lower()).encode()).digest())
    for last in range(len(order) - 1, 0, -1):
        other = source.randrange(last + 1)
        order[last], order[other] = order[other], order[last]
    by_rir: dict[str, list[str]] = {}
    for name in order:
        by_rir.setdefault(RIRS[name], []).append(name)
    turns, row = list(by_rir.values()), []
    while turns:
        row += [queue.pop(0) for queue in turns]
        turns = [queue for queue in turns if queue]
    return [row[at:at + 2] for at in range(0, len(row) - 1, 2)]


def codes(perspectives: list) -> list[str]:
    return [one["perspective_code"] for one in perspectives]


def judge_attempts(client: Client, wrong: Check):
    """Each attempt is whole and kept; as many as were asked for, or may be."""
    for asked, made in ((2, 2), (3, 3), (99, ATTEMPTS_MAX), (0, 1)):
        _, answer = client.ask("/mpic", body_of(wrong, max_attempts=asked))
        yield from differs("attempt_count", answer["actual_orchestration_parameters"]["attempt_count"], made)
        yield from differs("is_valid", answer["is_valid"], False)
        former = answer["previous_attempt_results"] or []
        yield from differs("earlier attempts", len(former), made - 1)
        for attempt in former:
            yield from differs("an earlier attempt", sorted(codes(attempt)), sorted(RIRS))
            for one in attempt:
                yield from judge_check(wrong, one["check_response"])


def judge_success(client: Client, right: Check):
    _, answer = client.ask("/mpic", body_of(right, max_attempts=3, perspective_count=5, quorum_count=5))
    yield from differs("valid at once", (answer["is_valid"], answer["previous_attempt_results"]), (True, None))
    yield from differs("actual parameters", answer["actual_orchestration_parameters"],
                       {"perspective_count": 5, "quorum_count": 5, "attempt_count": 1})
    yield from differs("request parameters", answer["request_orchestration_parameters"],
                       {"cohort_for_single_attempt": None, "max_attempts": 3, "perspective_count": 5, "quorum_count": 5})


def judge_cohorts(client: Client, checks: list[Check], secret: str):
    """Attempt by attempt the cohorts that Open MPIC would choose. Two are too few for the rules, so nothing is valid."""
    for check in checks:
        wanted = pairs(secret, check.target, list(RIRS))
        _, answer = client.ask("/mpic", body_of(check, perspective_count=2, max_attempts=3))
        found = [codes(attempt) for attempt in (*answer["previous_attempt_results"], answer["perspectives"])]
        yield from differs(f"cohorts of {check.target}", found, [*wanted, wanted[0]])
        yield from differs("is_valid", answer["is_valid"], False)
        passed = [one["check_response"]["check_passed"] for one in answer["perspectives"]]
        yield from differs("checks of a cohort", passed, [True, True])
        _, answer = client.ask("/mpic", body_of(check, perspective_count=2, cohort_for_single_attempt=2, max_attempts=3))
        yield from differs("the second cohort", codes(answer["perspectives"]), wanted[1])
        yield from differs("its attempts", answer["actual_orchestration_parameters"]["attempt_count"], 1)


# What is refused: a body, the status, and what is said.

def wrong_bodies(check: Check):
    body = body_of(check)
    website = {"validation_method": "website-change", "challenge_value": "", "http_token_path": "p"}

    def dcv(**parameters):
        return {**body, "dcv_check_parameters": {**check.parameters, **parameters}}

    yield "{", ["json_invalid"]
    yield {**body, "check_type": "dcv_with_caa"}, None
    yield {**body, "domain_or_ip_target": None}, None
    yield {"check_type": "dcv", "domain_or_ip_target": check.target}, None
    yield dcv(validation_method="dns-account-01"), None
    yield dcv(validation_method="acme-dns-account-01"), None
    yield dcv(key_authorization_hash=None), None
    yield {**body, "dcv_check_parameters": website}, ["empty-challenge-value"]
    yield body_of(check, perspective_count=1), ["invalid-perspective-count"]
    yield body_of(check, perspective_count=6), ["invalid-perspective-count"]
    yield body_of(check, perspective_count=5, quorum_count=3), ["invalid-quorum-count"]
    yield body_of(check, quorum_count=0), ["invalid-quorum-count"]
    yield {**body, "domain_or_ip_target": "no_such.name..test"}, ["unlawful-check"]
    yield {**body, "domain_or_ip_target": "10.0.0.1"}, ["unlawful-check"]
    yield {**body, "domain_or_ip_target": f"80.{REVERSE}"}, ["unlawful-check"]  # control of an address is not of a name
    yield dcv(key_authorization_hash="short"), ["unlawful-check"]
    reverse = {"validation_method": "reverse-address-lookup", "challenge_value": "shop.orders.test"}
    for target in ("shop.orders.test", REVERSE, f"*.{REVERSE}", f"1.80.{REVERSE}", "1.0.0.127.in-addr.arpa"):
        yield {**body, "domain_or_ip_target": target, "dcv_check_parameters": reverse}, ["unlawful-check"]
    caa = {"check_type": "caa", "domain_or_ip_target": "10.203.3.80"}
    yield caa, ["unlawful-check"]
    yield {**caa, "domain_or_ip_target": "a.orders.test", "caa_check_parameters": {"caa_domains": ["other-ca.test"]}}, [
        "foreign-issuer-domain"]


def judge_refusals(client: Client, check: Check):
    for body, wanted in wrong_bodies(check):
        status, answer = client.ask("/mpic", body)
        found = issues(answer) if status == 400 else None
        if answer.get("error") != "request-validation-failed" or not found or (wanted and found != wanted):
            yield f"{body} is answered with {status} {json.dumps(answer)[:400]}, not with {wanted or 'issues'}"
    for orchestration, text in (
            ({"perspective_count": 5, "cohort_for_single_attempt": 2},
             "The coordinator could not select cohort number 2 from available cohorts."),):
        found = client.ask("/mpic", body_of(check, **orchestration))
        yield from differs("no cohort", found, (500, {"error": text}))
    yield from differs("a wrong method", client.ask("/mpic", "", "GET")[0], 405)


def judge_checker_refusals(client: Client, check: Check):
    for path, body in (("/dcv", "{"), ("/dcv", {"domain_or_ip_target": "x.orders.test"}),
                       ("/caa", {"caa_check_parameters": {}}),
                       ("/dcv", {**body_of(check), "dcv_check_parameters": {"validation_method": "acme-dns-01"}})):
        status, answer = client.ask(path, body)
        if status != 422 or not answer.get("detail"):
            yield f"{path} {body} is answered with {status} {json.dumps(answer)[:400]}, not with 422"
    for target in (f"80.{REVERSE}", "1.0.0.127.in-addr.arpa"):
        status, answer = client.ask("/dcv", {**body_of(check), "domain_or_ip_target": target})
        yield from differs(f"a check of {target}", (status, answer["check_passed"]), (500, False))


def run(jobs: list[tuple[str, Callable]]):
    """All of them, some at a time; the end of the program when one finds a fault."""
    def one(job):
        name, faults = job
        try:
            return [f"{name}: {fault}" for fault in faults]
        except (OSError, LookupError, TypeError, AttributeError, ValueError) as error:
            return [f"{name}: {type(error).__name__} {error}"]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        faults = [fault for found in pool.map(one, jobs) for fault in found]
    if faults:
        sys.exit("\n".join(faults))
    print(len(jobs))


def main(words: list[str]):
    checks = all_checks()
    by_name = {check.name: check for check in checks}
    if words == ["lines"]:
        print("\n".join(sorted({shlex.join(line) for check in checks for line in check.lines})))
    elif words[:1] == ["coordinator"]:
        client, secret, names = Client(*words[1:3]), words[3], words[4:]
        right, wrong = by_name["acme-dns-01 right"], by_name["acme-dns-01 wrong"]
        run([(check.name, ask_coordinator(client, check, names)) for check in checks] + [
            ("attempts", judge_attempts(client, wrong)), ("success", judge_success(client, right)),
            ("cohorts", judge_cohorts(client, [right, by_name["wildcard right"], by_name["website-http right"]], secret)),
            ("refusals", judge_refusals(client, right))])
    elif words[:1] == ["checker"]:
        client = Client(*words[1:])
        run([(check.name, ask_checker(client, check)) for check in checks] + [
            ("refusals", judge_checker_refusals(client, by_name["acme-dns-01 right"]))])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
