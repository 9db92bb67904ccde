# SPDX-License-Identifier: BSD-3-Clause
"""The stages of tools/check: one line each, logs only of what failed, `N passed, N failed` at the end."""

import argparse
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from test_log import Count, read_log, tail_of

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build-check"
CPUS = os.cpu_count() or 1
LINTS = ("format", "layers", "file-size", "headers", "comments", "whitespace", "forbidden", "spelling", "commit")
# Whose threads share memory without locks, or hand it on under them. Not those that spend their time on a simulated disk.
THREADED_TESTS = re.compile(r"exchange|ring|lane|client|tcp|validator|audit(?!.(disk|log).fault)|writer")
FUZZ_PROGRAMS = re.compile(r"^fuzz_(?!.*_replay$)")
FUZZ_SECONDS = 15
STARTED = time.monotonic()
broken_builds = set()

ASAN = {"ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}
TSAN = {"TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1"}


class StageFailed(Exception):
    """Its text is what to print."""


def run(argv, log: str, env=None, timeout=None):
    """Output goes to build-check/LOG; on failure its end goes into the exception."""
    BUILD.mkdir(exist_ok=True)
    path = BUILD / log
    with open(path, "wb") as output:
        try:
            status = subprocess.run(argv, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                    env={**os.environ, **(env or {})}, timeout=timeout).returncode
        except subprocess.TimeoutExpired:
            status = f"none after {timeout} s"
    if status != 0:
        lines = path.read_text(encoding="utf-8", errors="replace").rstrip().split("\n")
        errors = [line for line in lines if re.search(r"error:|FAILED:|ERROR:", line)][:20]
        raise StageFailed("\n".join(errors + ["..."] + lines[-30:] + [f"{' '.join(map(str, argv))}: exit {status}; all of "
                                                                     f"it in {path.relative_to(ROOT)}"]))


def configure(name: str, compiler: str, options):
    directory = BUILD / name
    argv = ["meson", "setup", str(directory), "-Dwerror=true"] + list(options)
    if (directory / "build.ninja").exists():
        argv.append("--reconfigure")
    elif directory.exists():
        shutil.rmtree(directory)  # an interrupted setup
    run(argv, f"{name}.setup.log", {"CC": compiler})
    return directory


def programs_of(directory: Path, pattern):
    """The executables whose names match, as ninja calls them: a stage that runs a few need not build all."""
    output = subprocess.run(["meson", "introspect", "--targets", str(directory)], cwd=ROOT, capture_output=True, text=True)
    return [os.path.relpath(target["filename"][0], directory) for target in json.loads(output.stdout)
            if target["type"] == "executable" and pattern.search(target["name"])]


def build(name: str, compiler: str, *options, only=None) -> Count:
    broken_builds.add(name)
    directory = configure(name, compiler, options)
    targets = programs_of(directory, only) if only else []
    if only and not targets:
        raise StageFailed(f"no program matches {only.pattern}")
    run(["ninja", "-k", "0", "-C", str(directory)] + targets, f"{name}.build.log")
    broken_builds.remove(name)
    return Count(passed=1)


def list_tests(directory: Path, suite: str):
    output = subprocess.run(["meson", "test", "-C", str(directory), "--list", "--suite", suite], cwd=ROOT,
                            capture_output=True, text=True).stdout
    return [line.split(" / ", 1)[-1].strip() for line in output.splitlines() if " / " in line]


def test(name: str, suites, env=None, names=None, wrap=None, jobs=CPUS, multiplier=1) -> Count:
    """Runs the tests of the suites (only `names` of them if given), all at once."""
    directory = BUILD / name
    if name in broken_builds:
        raise StageFailed("not run: its build failed")
    wanted = [test for suite in suites for test in list_tests(directory, suite) if names is None or names.search(test)]
    if not wanted:
        return Count()
    logs = directory / "meson-logs"
    for old in logs.glob("testlog*.json"):
        old.unlink()
    argv = ["meson", "test", "-C", str(directory), "--no-rebuild", "--num-processes", str(jobs),
            "--timeout-multiplier", str(multiplier)]
    argv += [f"--wrap={wrap}"] if wrap else []
    argv += wanted if names else [word for suite in suites for word in ("--suite", suite)]
    output = subprocess.run(argv, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            env={**os.environ, **(env or {})}, text=True)
    log = list(logs.glob("testlog*.json"))  # its name holds the wrapper's
    if not log:
        raise StageFailed(output.stdout[-3000:])
    count, failed = read_log(log[0])
    for entry in failed:
        print(f"--- {entry['name']}: {entry['result']}\n{tail_of(entry)}\n---", flush=True)
    if count.passed + count.failed == 0 and count.skipped == 0:
        raise StageFailed("no test ran\n" + output.stdout[-2000:])
    return count


def run_lint() -> Count:
    count = Count()
    for name in LINTS:
        found = subprocess.run([str(ROOT / "tools" / "lint" / f"check-{name}")], cwd=ROOT, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        if found.returncode != 0:
            print(f"--- check-{name}\n{found.stdout.rstrip()}\n---", flush=True)
        count = count.plus(Count(passed=1) if found.returncode == 0 else Count(failed=1))
    return count


def tsan_wrap():
    """TSan needs its addresses free; some kernels randomise more bits than its shadow allows."""
    argv = ["setarch", os.uname().machine, "-R"]
    works = shutil.which("setarch") and subprocess.run(argv + ["true"], capture_output=True).returncode == 0
    return " ".join(argv) if works else None


def fuzz_one(program: Path) -> Count:
    corpus = ROOT / "tests" / "fuzz" / "corpus" / program.name
    found = BUILD / "fuzz-found" / program.name
    found.mkdir(parents=True, exist_ok=True)
    argv = [str(program), f"-max_total_time={FUZZ_SECONDS}", "-max_len=65535", "-timeout=10", "-rss_limit_mb=2048",
            "-print_final_stats=1", f"-artifact_prefix={BUILD}/crash-{program.name}-", str(found)]
    argv += [str(corpus)] if corpus.is_dir() else []
    try:
        run(argv, f"{program.name}.log", ASAN, timeout=FUZZ_SECONDS + 120)
    except StageFailed as failure:
        print(f"--- {program.name}\n{failure}\n---", flush=True)
        return Count(failed=1)
    return Count(passed=1)


def fuzz() -> Count:
    if "fuzz" in broken_builds:
        raise StageFailed("not run: its build failed")
    programs = sorted(path for path in (BUILD / "fuzz" / "tests" / "fuzz").glob("fuzz_*")
                      if path.is_file() and os.access(path, os.X_OK) and not path.name.endswith("_replay"))
    if not programs:
        raise StageFailed("no fuzz target was built")
    # Three to a CPU: the time is one of the wall, and a check has half an hour for everything.
    with concurrent.futures.ThreadPoolExecutor(3 * CPUS) as pool:
        counts = list(pool.map(fuzz_one, programs))
    total = Count()
    for count in counts:
        total = total.plus(count)
    return total


ANYWHERE = ("unit", "scenario", "fuzz")
SANITIZED = ("-Dbuildtype=debugoptimized", "-Db_lundef=false")
# Name, what it says, how, and whether --quick leaves it out.
STAGES = (
    ("lint", "lint", run_lint, False),
    ("build-gcc", "build: gcc, release", lambda: build("gcc", "gcc", "-Dbuildtype=release"), False),
    ("test-gcc", "test: unit, scenario, fuzz corpora", lambda: test("gcc", ANYWHERE), False),
    ("build-without-dpdk", "build: gcc, without DPDK",
     lambda: build("without-dpdk", "gcc", "-Dbuildtype=debug", "-Ddataplane=disabled"), True),
    ("build-asan", "build: clang, ASan and UBSan",
     lambda: build("asan", "clang", *SANITIZED, "-Db_sanitize=address,undefined"), False),
    ("test-asan", "test: the same under ASan and UBSan", lambda: test("asan", ANYWHERE, ASAN, multiplier=4), False),
    ("build-tsan", "build: clang, TSan", lambda: build("tsan", "clang", *SANITIZED, "-Db_sanitize=thread",
                                                  only=THREADED_TESTS), False),
    ("test-tsan", "test: threads that share memory under TSan",
     lambda: test("tsan", ("unit",), TSAN, THREADED_TESTS, tsan_wrap(), multiplier=6), False),
    ("build-fuzz", "build: clang, libFuzzer",
     lambda: build("fuzz", "clang", *SANITIZED, "-Dfuzz=true", only=FUZZ_PROGRAMS), True),
    ("fuzz", f"fuzz: each target {FUZZ_SECONDS} s", fuzz, True),
    ("netns", "test: end to end in namespaces", lambda: test("gcc", ("netns",)), True),
)


def run_stage(text: str, function) -> Count:
    begun = time.monotonic()
    try:
        count = function()
    except StageFailed as failure:
        print(f"--- {text}\n{failure}\n---", flush=True)
        count = Count(failed=1)
    skipped = f", {count.skipped} skipped" if count.skipped else ""
    word = "ok  " if count.failed == 0 else "FAIL"
    print(f"[{time.monotonic() - STARTED:6.0f} s] {word} {text}: {count.passed} passed, {count.failed} failed{skipped} "
          f"({time.monotonic() - begun:.0f} s)", flush=True)
    return count


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/check", description="Builds, lints and tests everything.")
    parser.add_argument("--quick", action="store_true", help="without fuzzing and the end-to-end tests")
    parser.add_argument("--only", metavar="STAGE,...", help="only these stages")
    parser.add_argument("--list", action="store_true", help="list the stages")
    options = parser.parse_args()
    if options.list:
        for name, text, _, is_slow in STAGES:
            print(f"{name:20} {text}{' (not with --quick)' if is_slow else ''}")
        return 0
    only = options.only.split(",") if options.only else [name for name, *_ in STAGES]
    unknown = set(only) - {name for name, *_ in STAGES}
    if unknown:
        parser.error(f"--only: no stage {', '.join(sorted(unknown))}; see --list")
    total = Count()
    for name, text, function, is_slow in STAGES:
        if name in only and not (is_slow and options.quick):
            total = total.plus(run_stage(text, function))
    if total.skipped:
        print(f"{total.skipped} skipped")
    print(f"{total.passed} passed, {total.failed} failed")
    return 0 if total.failed == 0 and total.passed > 0 else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
