# SPDX-License-Identifier: BSD-3-Clause
"""Builds the lab's small C programs when they are first needed, so that a lab works without a build directory."""

from pathlib import Path

from .processes import run


def build_program(state: Path, source: Path) -> Path:
    program = state / "bin" / source.stem
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        program.parent.mkdir(parents=True, exist_ok=True)
        fresh = program.with_suffix(".new")
        run("cc", "-std=gnu17", "-O2", "-D_GNU_SOURCE", "-o", str(fresh), str(source), "-lm")
        fresh.rename(program)
    return program
