# SPDX-License-Identifier: BSD-3-Clause
"""What all lints share: the files of the tree, and findings as `file:line: what: how to mend`."""

import os
import subprocess
import sys

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))


def list_files(suffixes=(), under=()):
    """Paths relative to the root, of tracked and new files, none of them ignored."""
    try:
        output = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", ROOT, "ls-files", "-co", "--exclude-standard", "-z"],
            check=True, capture_output=True).stdout
        paths = output.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):  # a tarball
        paths = []
        for folder, names, files in os.walk(ROOT):
            names[:] = [n for n in names if not n.startswith(("build", "."))]
            paths += [os.path.relpath(os.path.join(folder, f), ROOT) for f in files]
    return sorted(
        p for p in set(paths)
        if p and p.endswith(tuple(suffixes) or "") and (not under or p.startswith(tuple(under)))
        and os.path.isfile(os.path.join(ROOT, p)) and not os.path.islink(os.path.join(ROOT, p)))


def read_lines(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="surrogateescape", newline="") as file:
        return file.read().split("\n")


def is_script(path):
    """A file without a suffix that starts with #!."""
    if os.path.splitext(path)[1] != "":
        return False
    with open(os.path.join(ROOT, path), "rb") as file:
        return file.read(2) == b"#!"


class Findings:
    def __init__(self):
        self.count = 0

    def add(self, path, line, what, mend):
        self.count += 1
        print(f"{path}:{line}: {what}: {mend}")

    def finish(self):
        sys.exit(1 if self.count > 0 else 0)
