# SPDX-License-Identifier: BSD-3-Clause
"""What the scripted fault server does, one pair of functions (UDP, TCP) per fault.

Right answers say `CAA 0 issue "right.test"` for names with a label in front of the fault's own name, and NODATA for
its ancestors. Wrong and forged ones say "evil.test", so that any use of one shows. Faults with several forms pick one
by the number at the end of the first label: n0, n1, n2 ...
"""

import random
import re
import struct
from typing import Callable, NamedTuple

from fault_messages import (AA, BADCOOKIE, BADVERS, FORMERR, NOTIMP, OWNER, REFUSED, SERVFAIL, TC, TYPES, YXDOMAIN, Query,
                            caa, cookie_option, message, opt, record, soa, wire_name)

ZONE = (b"fault", b"test")


class Send(NamedTuple):
    """A datagram; `via` is the address asked, "other-address" or "other-port"."""

    payload: bytes
    via: str = "asked"
    after: float = 0.0


class Write(NamedTuple):
    """Octets of a TCP stream, sent `after` seconds later, one by one if `slowly`."""

    payload: bytes
    after: float = 0.0
    slowly: bool = False


HANG = "hang"  # keep the connection open and silent
RESET = "reset"  # end it with RST


class Fault(NamedTuple):
    udp: Callable[[Query], list]
    tcp: Callable[[Query], list]
    listens_tcp: bool = True


def form_of(query: Query, forms: int) -> int:
    digits = re.search(rb"(\d+)$", query.labels[0]) if query.labels else None
    return int(digits[1]) % forms if digits else 0


def has_caa(query: Query) -> bool:
    """NAME.FAULT.fault.test and names outside the zone (when the whole server plays a fault)."""
    labels = tuple(label.lower() for label in query.labels)
    return len(labels) >= (4 if labels[-2:] == ZONE else 2)


def right(query: Query, **changes) -> bytes:
    if query.type == TYPES["CAA"] and has_caa(query):
        return message(query, **{"answers": [caa("right.test")], **changes})
    return message(query, **{"authority": [soa("fault.test")], **changes})


def evil(query: Query, **changes) -> bytes:
    return message(query, **{"answers": [caa("evil.test")], **changes})


def framed(payload: bytes) -> bytes:
    return struct.pack("!H", len(payload)) + payload


def udp_right(query: Query) -> list:
    return [Send(right(query))]


def tcp_right(query: Query) -> list:
    return [Write(framed(right(query)))]


def udp_truncated(query: Query) -> list:
    return [Send(evil(query, flags=AA | TC))]


def tcp_reset(query: Query) -> list:
    return [RESET]


def tcp_truncated(query: Query) -> list:
    return [Write(framed(evil(query, flags=AA | TC)))]


def udp_wrong_id(query: Query) -> list:
    wrong = random.sample([ident for ident in range(65536) if ident != query.id], 64)
    return [Send(evil(query, ident=ident)) for ident in wrong]


def udp_wrong_source(query: Query) -> list:
    forged = evil(query)
    return [Send(forged, "other-address"), Send(forged, "other-port"), Send(right(query), after=0.02)]


def udp_wrong_question(query: Query) -> list:
    other_name = b"\x04evil" + query.question[-4 - len(query.name):]
    other_type = query.name + struct.pack("!HH", TYPES["TXT"], 1)
    other_class = query.name + struct.pack("!HH", query.type, 3)
    return [Send(evil(query, question=(other_name, other_type, other_class)[form_of(query, 3)]))]


def udp_question_count(query: Query) -> list:
    if form_of(query, 2) == 0:
        return [Send(evil(query, question=b"", questions=0, answers=[caa("evil.test", query.name)]))]
    return [Send(evil(query, question=query.question * 2, questions=2))]


def udp_lower_case(query: Query) -> list:
    return [Send(evil(query, question=query.name.lower() + query.question[-4:]))]


def lame(query: Query) -> bytes:
    form = form_of(query, 3)
    if form == 2 and query.type != TYPES["CAA"]:
        return right(query)
    return message(query, rcode=SERVFAIL if form == 1 else REFUSED, flags=0)


def upward_referral(query: Query) -> bytes:
    form = form_of(query, 3)
    if form == 0:
        return evil(query, flags=0)
    owner = b"\0" if form == 1 else wire_name("upward-referral.fault.test")
    return message(query, authority=[record("NS", wire_name("fault-ns.test"), owner)], flags=0)


def formerr_edns(query: Query) -> bytes:
    return message(query, rcode=FORMERR, flags=0, additional=[]) if query.has_edns else right(query)


def notimp_edns(query: Query) -> bytes:
    if not query.has_edns:
        return right(query)
    return message(query, rcode=(NOTIMP, REFUSED)[form_of(query, 2)], flags=0, additional=[])


def badvers(query: Query) -> bytes:
    return message(query, rcode=BADVERS, flags=0, additional=[opt(b"", BADVERS)]) if query.has_edns else right(query)


def udp_edns_dropped(query: Query) -> list:
    return [] if query.has_edns else udp_right(query)


def tcp_edns_dropped(query: Query) -> list:
    return [HANG] if query.has_edns else tcp_right(query)


def udp_wrong_cookie(query: Query) -> list:
    return [Send(evil(query, additional=[opt(cookie_option(b"notyours"))]))]


def udp_badcookie(query: Query) -> list:
    if not query.client_cookie:
        return udp_right(query)
    fresh = opt(cookie_option(query.client_cookie, random.randbytes(8)), BADCOOKIE)
    return [Send(message(query, rcode=BADCOOKIE, flags=0, additional=[fresh]))]


def udp_bad_opt(query: Query) -> list:
    echo = cookie_option(query.client_cookie)
    forms = ([opt(echo), opt(echo)], [opt(b"\xfd\xe9\0\0" * 500)], [opt(echo, owner=wire_name("evil.test"))])
    return [Send(evil(query, additional=forms[form_of(query, 3)]))]


def udp_fragments(query: Query) -> list:
    return [Send(evil(query, answers=[caa("evil.test"), record("TXT", b"\xffx" + b"y" * 254 + b"\xfez" * 1400)]))]


def udp_bare_truncated(query: Query) -> list:
    return [Send(message(query, flags=AA | TC))]


def tcp_reset_in_message(query: Query) -> list:
    stream = framed(right(query))
    return [Write(stream[:form_of(query, len(stream))]), RESET]


def tcp_length(query: Query) -> list:
    form = form_of(query, 3)
    return [Write((b"\0\0", b"\0\1\0", b"\xff\xff" + right(query))[form]), HANG]


def tcp_slow(query: Query) -> list:
    return [Write(framed(right(query)), after=1.0, slowly=True)]


def tcp_two_answers(query: Query) -> list:
    other = evil(query, ident=query.id ^ 1)
    mixed = evil(query, question=b"\x05other" + query.question)
    return [Write(framed(other) + framed(mixed) + framed(right(query)) + framed(evil(query)))]


def udp_garbage(query: Query) -> list:
    form = form_of(query, 14)
    ident = struct.pack("!H", query.id)
    if form == 12:
        junk = ident + random.randbytes(60000)
    elif form == 13:
        junk = ident + b"\x84\0" + random.randbytes(100)
    else:
        junk = evil(query)[:form]
    return [Send(junk), Send(right(query), after=0.02)]


def udp_compression_loop(query: Query) -> list:
    at = 12 + len(query.question)  # where the answer section begins
    long_name = b"\x3f" + b"a" * 63
    owners = (struct.pack("!H", 0xc000 | at), struct.pack("!H", 0xc000 | at + 40),
              struct.pack("!HH", 0xc000 | at + 2, 0xc000 | at), long_name * 4 + b"\0", b"\x41evil\0",
              long_name * 3 + b"\x3d" + b"b" * 61 + OWNER)
    bad = caa("evil.test", owners[form_of(query, len(owners))])
    return [Send(evil(query, answers=[bad, caa("evil.test")]))]


def huge_answer(query: Query) -> bytes:
    if not has_caa(query):
        return right(query)
    form = form_of(query, 3)
    if form == 0:
        return message(query, answers=[caa("right.test")] + [caa(f"{n:x}", tag="x") for n in range(3499)],
                       additional=[])
    if form == 1:
        names = [query.name] + [wire_name(f"h{n}.huge-answer.fault.test") for n in range(100)]
        chain = [record("CNAME", target, owner) for owner, target in zip(names, names[1:])]
        return message(query, answers=chain + [caa("evil.test", names[-1])])
    target = (b"\x3f" + b"t" * 63) * 3 + b"\x3b" + b"t" * 59 + b"\0"
    dname = record("DNAME", target, wire_name("huge-answer.fault.test"))
    return message(query, answers=[dname], rcode=YXDOMAIN)


def udp_huge_answer(query: Query) -> list:
    whole = huge_answer(query)
    return [Send(whole)] if len(whole) <= 1232 else udp_bare_truncated(query)


def both(answer: Callable[[Query], bytes]) -> Fault:
    return Fault(lambda query: [Send(answer(query))], lambda query: [Write(framed(answer(query)))])


FAULTS: dict[str, Fault] = {
    "": Fault(udp_right, tcp_right),
    "truncated": Fault(udp_truncated, tcp_right),
    "truncated-tcp-refused": Fault(udp_truncated, tcp_reset, listens_tcp=False),
    "truncated-tcp": Fault(udp_truncated, tcp_truncated),
    "wrong-id": Fault(udp_wrong_id, tcp_right),
    "wrong-source": Fault(udp_wrong_source, tcp_right),
    "wrong-question": Fault(udp_wrong_question, tcp_right),
    "question-count": Fault(udp_question_count, tcp_right),
    "lower-case": Fault(udp_lower_case, tcp_right),
    "lame": both(lame),
    "upward-referral": both(upward_referral),
    "formerr-edns": both(formerr_edns),
    "notimp-edns": both(notimp_edns),
    "edns-dropped": Fault(udp_edns_dropped, tcp_edns_dropped),
    "badvers": both(badvers),
    "udp512-no-tcp": Fault(udp_bare_truncated, tcp_reset, listens_tcp=False),
    "wrong-cookie": Fault(udp_wrong_cookie, tcp_right),
    "badcookie": Fault(udp_badcookie, tcp_right),
    "bad-opt": Fault(udp_bad_opt, tcp_right),
    "fragments": Fault(udp_fragments, tcp_right),
    "tcp-reset": Fault(udp_bare_truncated, tcp_reset_in_message),
    "tcp-length": Fault(udp_bare_truncated, tcp_length),
    "tcp-slow": Fault(udp_bare_truncated, tcp_slow),
    "tcp-two-answers": Fault(udp_bare_truncated, tcp_two_answers),
    "garbage": Fault(udp_garbage, tcp_right),
    "compression-loop": Fault(udp_compression_loop, tcp_right),
    "huge-answer": Fault(udp_huge_answer, lambda query: [Write(framed(huge_answer(query)))]),
}


def fault_of_name(query: Query) -> str:
    """The fault that a name asks for: the label in front of fault.test."""
    labels = [label.lower() for label in query.labels]
    if tuple(labels[-2:]) == ZONE and len(labels) >= 4:
        name = labels[-3].decode(errors="replace")
        return name if name in FAULTS else ""
    return ""
