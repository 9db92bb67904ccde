# SPDX-License-Identifier: BSD-3-Clause
"""An answer of POST /v1/orders as a table: each identifier with what the primary and the remotes saw, and why it was refused."""

import textwrap
from datetime import datetime

WIDTH = 118


def seconds(answer) -> float:
    begin, end = (datetime.fromisoformat(answer[key].replace("Z", "+00:00")) for key in ("started", "decided"))
    return (end - begin).total_seconds()


def cell(side) -> str:
    """Primary's result and quorum of one kind of check; addresses have no CAA."""
    return f"{side['primary']} {side['quorum']}" if side else "-"


def reasons(identifier):
    for reason in identifier["reasons"]:
        yield f"{reason['check']}: {reason['message']}"
    for finding in identifier["diagnosis"]:
        yield f"{finding['code']} at {', '.join(finding['perspectives'])}: {finding['advice']}"


def print_order(title: str, answer):
    print(f"\n{title}: {answer['decision']} (mode {answer['mode']}, {len(answer['identifiers'])} identifiers, "
          f"{seconds(answer):.1f} s)\n")
    width = max(len(identifier["value"]) for identifier in answer["identifiers"])
    print(f"{'identifier':{width}}  {'method':18} {'DCV':10} {'CAA':12} decision")
    for identifier in answer["identifiers"]:
        print(f"{identifier['value']:{width}}  {identifier['validation_method']:18} {cell(identifier['dcv']):10} "
              f"{cell(identifier.get('caa')):12} {identifier['decision']}")
        for text in reasons(identifier):
            print(textwrap.fill(text, WIDTH, initial_indent="    ", subsequent_indent="      "))
