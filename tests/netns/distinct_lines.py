#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Counts a sweep's jsonl lines as they pass, without keeping them: distinct_lines.py NAMES FILE

After as many lines as there are names, or at the end of the input, FILE appears with how many distinct line numbers from
1 to NAMES there were. At the end of the input the number of further lines is printed. Memory is a bit for each name.
"""

import os
import re
import sys

NUMBER = re.compile(rb'\{"line":(\d+),')


def count_distinct(lines, names: int) -> int:
    seen = bytearray(names // 8 + 1)
    distinct = 0
    for passed, text in enumerate(lines, 1):
        found = NUMBER.match(text)
        line = int(found[1]) if found else 0
        bit = 1 << line % 8
        if 1 <= line <= names and not seen[line // 8] & bit:
            seen[line // 8] |= bit
            distinct += 1
        if passed == names:
            break
    return distinct


def main():
    names, path = int(sys.argv[1]), sys.argv[2]
    lines = sys.stdin.buffer
    distinct = count_distinct(lines, names)
    with open(path + ".new", "w", encoding="ascii") as file:
        print(distinct, file=file)
    os.rename(path + ".new", path)
    print(sum(1 for _ in lines))


if __name__ == "__main__":
    main()
