# SPDX-License-Identifier: BSD-3-Clause
"""What the lab's names are: zones, records, and the answers that follow from them.

Everything is a function of (seed, number of names): name i lives in zone i mod zones, and what it is follows from a
hash of i. The zone files and the expected answers are made from the same Sample, so a sweep's output can be compared
line by line with what the zones say.
"""

from typing import NamedTuple

TLDS = ("test", "example", "internal")
TTL = 300
MASK = (1 << 64) - 1

# A record is (type, *fields): ("CAA", flags, tag, value), ("TXT", string, ...), ("A", address), ("CNAME", target).
Record = tuple


class Answer(NamedTuple):
    """What a look-up of one name must yield."""

    status: str  # RCODE of the question that decided
    found_at: str | None  # relevant CAA only: the ancestor (or the name) that has the set
    owner: str | None  # owner of the records, behind any aliases
    records: tuple[Record, ...]
    aliases: tuple[str, ...]


class Sample(NamedTuple):
    """One generated name: its zone file lines and its answers."""

    name: str
    lines: tuple[str, ...]
    caa: Answer  # the relevant CAA set (RFC 8659 climb)
    plain_type: str
    plain: Answer  # what a plain look-up of plain_type answers


class Zone(NamedTuple):
    index: int
    name: str
    tld: str
    is_signed: bool
    apex_caa: tuple[Record, ...]


def mix(value: int) -> int:
    """SplitMix64: a cheap hash whose low bits are good."""
    value = (value + 0x9E3779B97F4A7C15) & MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)


def caa_sets() -> list[tuple[Record, ...]]:
    """The CAA sets that customers publish, from the common to the odd."""
    many = tuple(("CAA", 0, "issue", f"ca{n:02d}.test; account={n:020d}") for n in range(40))
    return [
        (("CAA", 0, "issue", "ca.test"),),
        (("CAA", 0, "issue", "ca.test"), ("CAA", 0, "issuewild", ";"),
         ("CAA", 0, "iodef", "mailto:security@example.test")),
        (("CAA", 0, "issue", "other-ca.test; validationmethods=dns-01; accounturi=https://other-ca.test/acct/7"),),
        (("CAA", 128, "tbs", "unknown critical tag"), ("CAA", 0, "issue", "ca.test")),
        (("CAA", 0, "issue", ";"),),
        (("CAA", 0, "contactemail", "hostmaster@example.test"), ("CAA", 0, "issue", "ca.test")),
        (("CAA", 0, "issue", "ca.test"), ("CAA", 0, "issue", "other-ca.test"),
         ("CAA", 0, "issuewild", "other-ca.test")),
        (("CAA", 128, "issue", "ca.test; policy=ev"),),
        (("CAA", 0, "issuemail", "ca.test"),),
        (("CAA", 0, "issue", "%%% not a domain %%%"),),
        many,
    ]


def txt_sets() -> list[tuple[Record, ...]]:
    """TXT sets from 20 octets to 2 kB, in one string or many, with characters that need escapes."""
    text = "v=parallax1; k=\"quoted\"; back\\slash; 0123456789 abcdefghijklmnopqrstuvwxyz "
    sets = []
    for size in (20, 64, 150, 255, 300, 480, 510, 700, 900, 1100, 1300, 1600, 2000):
        body = (text * (size // len(text) + 1))[:size]
        sets.append((("TXT", *(body[at:at + 255] for at in range(0, size, 255))),))
    sets.append((("TXT", "first record"), ("TXT", "second", "in two strings"), ("TXT", "")))
    return sets


CAA_SETS = caa_sets()
CAA_USUAL = len(CAA_SETS) - 1  # the last one is beyond 1232 octets and rare
TXT_SETS = txt_sets()
TXT_USUAL = 10  # the ones after it are beyond 1232 octets
TLD_CAA = {"internal": (("CAA", 0, "issue", "internal-ca.test"),)}
SHARED_CAA = (("CAA", 0, "issue", "hoster-ca.test"), ("CAA", 0, "iodef", "https://hoster.test/iodef"))
WILD_CAA = (("CAA", 0, "issue", "wild-ca.test"),)
ADDRESS = ("A", "192.0.2.80")


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def presentation(record: Record) -> str:
    """A record in zone file form, without owner and TTL."""
    if record[0] == "CAA":
        return f"CAA {record[1]} {record[2]} {quoted(record[3])}"
    if record[0] == "TXT":
        return "TXT " + " ".join(quoted(text) for text in record[1:])
    return " ".join(str(field) for field in record)


def zone_lines(owner: str, records: tuple[Record, ...]) -> list[str]:
    return [f"{owner} {presentation(record)}" for record in records]


class ZoneModel:
    """All generated names of one lab."""

    def __init__(self, names: int, seed: int):
        self.names = names
        self.seed = seed
        count = max(6, min(256, names // 4000))
        self.zones = [self._zone(index) for index in range(count)]
        self._caa_lines = [[presentation(r) for r in records] for records in CAA_SETS]
        self._txt_lines = [[presentation(r) for r in records] for records in TXT_SETS]
        # (upper bound in 1/1000, maker): the mix of a CA's customers.
        self._mix = ((250, self._caa_here), (450, self._caa_above), (640, self._no_caa), (790, self._absent),
                     (870, self._text), (910, self._alias), (930, self._alias_chain), (950, self._alias_abroad),
                     (970, self._below_dname), (990, self._wildcard), (1000, self._empty_non_terminal))

    def _zone(self, index: int) -> Zone:
        tld = TLDS[index % len(TLDS)]
        apex = CAA_SETS[index // 4 % CAA_USUAL] if index % 4 == 0 else ()
        return Zone(index, f"shop{index:03d}.{tld}", tld, index % 10 == 1, apex)

    def sample(self, i: int) -> Sample:
        zone = self.zones[i % len(self.zones)]
        dice = mix(self.seed * 0x10001 + i)
        kind = dice % 1000
        for bound, make in self._mix:
            if kind < bound:
                return make(i, zone, dice // 1000)
        raise AssertionError(kind)

    def zone_samples(self, zone: Zone):
        for i in range(zone.index, self.names, len(self.zones)):
            yield self.sample(i)

    def samples(self):
        for i in range(self.names):
            yield self.sample(i)

    def inherited(self, zone: Zone) -> Answer:
        """What the climb finds when nothing below the zone's apex has CAA."""
        if zone.apex_caa:
            return Answer("NOERROR", zone.name, zone.name, zone.apex_caa, ())
        return self._inherited_from_tld(zone.tld)

    @staticmethod
    def _inherited_from_tld(tld: str) -> Answer:
        """The climb ends at the top-level domain, which exists: NOERROR even below names that do not."""
        records = TLD_CAA.get(tld)
        return Answer("NOERROR", tld, tld, records, ()) if records else Answer("NOERROR", None, None, (), ())

    def _pick_caa(self, dice: int) -> int:
        return CAA_USUAL if dice % 256 == 0 else dice % CAA_USUAL

    def _caa_here(self, i, zone, dice) -> Sample:
        pick = self._pick_caa(dice)
        name = f"c{i}.{zone.name}"
        answer = Answer("NOERROR", name, name, CAA_SETS[pick], ())
        lines = tuple(f"c{i} {text}" for text in self._caa_lines[pick]) + (f"c{i} A 192.0.2.80",)
        return Sample(name, lines, answer, "CAA", answer._replace(found_at=None))

    def _caa_above(self, i, zone, dice) -> Sample:
        pick = self._pick_caa(dice)
        owner = f"a{i}.{zone.name}"
        below = "www" if dice % 3 else "eu.www"
        name = f"{below}.{owner}"
        lines = tuple(f"a{i} {text}" for text in self._caa_lines[pick]) + (f"{below}.a{i} A 192.0.2.80",)
        return Sample(name, lines, Answer("NOERROR", owner, owner, CAA_SETS[pick], ()),
                      "A", Answer("NOERROR", None, name, (ADDRESS,), ()))

    def _no_caa(self, i, zone, dice) -> Sample:
        name = f"n{i}.{zone.name}"
        return Sample(name, (f"n{i} A 192.0.2.80",), self.inherited(zone),
                      "CAA", Answer("NOERROR", None, None, (), ()))

    def _absent(self, i, zone, dice) -> Sample:
        gone = Answer("NXDOMAIN", None, None, (), ())
        if dice % 10 == 0:
            tld = zone.tld
            return Sample(f"x{i}.gone{dice % 997}.{tld}", (), self._inherited_from_tld(tld), "TXT", gone)
        return Sample(f"x{i}.{zone.name}", (), self.inherited(zone), "TXT", gone)

    def _text(self, i, zone, dice) -> Sample:
        usual = dice % 8 != 0
        pick = dice // 8 % TXT_USUAL if usual else TXT_USUAL + dice // 8 % (len(TXT_SETS) - TXT_USUAL)
        name = f"t{i}.{zone.name}"
        return Sample(name, tuple(f"t{i} {text}" for text in self._txt_lines[pick]), self.inherited(zone),
                      "TXT", Answer("NOERROR", None, name, TXT_SETS[pick], ()))

    def _alias(self, i, zone, dice) -> Sample:
        name, target = f"al{i}.{zone.name}", f"host{i}.{zone.name}"
        plain = Answer("NOERROR", None, target, (ADDRESS,), (target,))
        lines = [f"al{i} CNAME host{i}", f"host{i} A 192.0.2.80"]
        if dice % 5 == 0:  # no CAA behind the alias: the climb goes on from the alias, not from its target
            return Sample(name, tuple(lines), self.inherited(zone), "A", plain)
        pick = self._pick_caa(dice // 5)
        lines += [f"host{i} {text}" for text in self._caa_lines[pick]]
        return Sample(name, tuple(lines), Answer("NOERROR", name, target, CAA_SETS[pick], (target,)), "A", plain)

    def _alias_chain(self, i, zone, dice) -> Sample:
        hops = tuple(f"h{n}-{i}.{zone.name}" for n in range(1, 5))
        name = f"ch{i}.{zone.name}"
        owners = (f"ch{i}", *(f"h{n}-{i}" for n in range(1, 5)))
        lines = [f"{owner} CNAME {target}" for owner, target in zip(owners, owners[1:])]
        pick = dice % CAA_USUAL
        lines += [f"h4-{i} {text}" for text in self._caa_lines[pick]] + [f"h4-{i} A 192.0.2.80"]
        return Sample(name, tuple(lines), Answer("NOERROR", name, hops[-1], CAA_SETS[pick], hops),
                      "A", Answer("NOERROR", None, hops[-1], (ADDRESS,), hops))

    def _abroad(self, zone) -> Zone:
        return self.zones[(zone.index + 1) % len(self.zones)]

    def _alias_abroad(self, i, zone, dice) -> Sample:
        target = f"shared.{self._abroad(zone).name}"
        name = f"ab{i}.{zone.name}"
        return Sample(name, (f"ab{i} CNAME {target}.",), Answer("NOERROR", name, target, SHARED_CAA, (target,)),
                      "A", Answer("NOERROR", None, target, (ADDRESS,), (target,)))

    def _below_dname(self, i, zone, dice) -> Sample:
        target = f"d{i}.tree.{self._abroad(zone).name}"
        name = f"d{i}.moved.{zone.name}"
        return Sample(name, (), Answer("NOERROR", name, target, WILD_CAA, (target,)),
                      "A", Answer("NOERROR", None, target, (ADDRESS,), (target,)))

    def _wildcard(self, i, zone, dice) -> Sample:
        name = f"w{i}.wild.{zone.name}"
        return Sample(name, (), Answer("NOERROR", name, name, WILD_CAA, ()),
                      "A", Answer("NOERROR", None, name, (ADDRESS,), ()))

    def _empty_non_terminal(self, i, zone, dice) -> Sample:
        return Sample(f"e{i}.{zone.name}", (f"below.e{i} A 192.0.2.80",), self.inherited(zone),
                      "CAA", Answer("NOERROR", None, None, (), ()))

    def fixed_lines(self, zone: Zone) -> list[str]:
        """The records that names of this and of the next-door zone lean on."""
        lines = zone_lines("@", zone.apex_caa)
        lines += zone_lines("shared", SHARED_CAA + (ADDRESS,))
        lines += zone_lines("*.wild", WILD_CAA + (ADDRESS,)) + zone_lines("*.tree", WILD_CAA + (ADDRESS,))
        lines.append(f"moved DNAME tree.{self._abroad(zone).name}.")
        return lines
