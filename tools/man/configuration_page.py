# SPDX-License-Identifier: BSD-3-Clause
"""configuration_page.py docs/configuration.md: prints parallax.yaml(5) for scdoc, so that page and document agree."""

import re
import sys

HEAD = """parallax.yaml(5) "" "Parallax"

# NAME

parallax.yaml - configuration of the Parallax daemons

# DESCRIPTION
"""
TAIL = """
# SEE ALSO

*parallax-dataplane*(8), *parallaxctl*(1)
"""


def escape(text):
    """Markup of markdown to that of scdoc; a single _ or * is text in the document."""
    parts = re.split(r"(`[^`]*`)", text)
    for i, part in enumerate(parts):
        if part.startswith("`"):
            parts[i] = "*" + re.sub(r"([\\_*#~])", r"\\\1", part[1:-1]) + "*"
        else:
            part = re.sub(r"\[([^]]*)\]\([^)]*\.(?:md|yaml)\)", r"\1", part)
            parts[i] = re.sub(r"([\\_*~])", r"\\\1", part)
    return "".join(parts)


def main():
    is_literal = False
    print(HEAD)
    with open(sys.argv[1], encoding="utf-8") as document:
        for line in document.read().splitlines():
            if line.startswith("<!--") or line.startswith("# "):
                continue
            if line.startswith("```"):
                is_literal = not is_literal
                print("```")
            elif is_literal:
                print(line)
            elif line.startswith("## "):
                print("# KEYS UNDER " + line[3:].strip("`: ").upper())
            elif line.startswith("### "):
                print("## " + line[4:].strip("`"))
            else:
                print(escape(line))
    print(TAIL)


main()
