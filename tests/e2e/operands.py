#!/usr/bin/env python3
"""What compilers leave out of what they instrument (what is passed by value, returned, copied by builtins, touched by inline assembly or vectorised
loops, or of an odd size) is instrumented: each access races with another one where nothing orders them, and is proved under a lock. And the plugins
that see to it change no value that a program computes."""
import argparse
import pathlib
import re
import subprocess
import sys

RACY = ("aggregates", "library", "control", "empty", "sizes", "masked", "atomics")
FLAGS = {"empty": ["-fno-exceptions"], "masked": ["-O2", "-mavx2"]}
# What clang++ 14 makes of them crashes without Selvage, too.
CRASHING = {"clang++-14": ("coroutine-await", "coroutine-yield"), "g++": ()}


def run(command, **more):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **more)


def build(arguments, compiler, source, level, program, flags):
    done = run([arguments.selvage, "c++", "--compiler", compiler, "-std=c++20", level, *flags, source, "-o", program])
    if done.returncode != 0:
        sys.exit(f"operands.py: {source.name} {compiler} {level} does not compile: {done.stderr[-2000:]}")


def explored(arguments, compiler, level):
    """How many were as they must be, and what was not."""
    passed, wrong = 0, []
    has_avx2 = "avx2" in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    for name in RACY:
        if name == "masked" and not has_avx2:
            continue
        program = arguments.work / f"{name}-{compiler}{level}"
        build(arguments, compiler, arguments.programs / f"{name}.cpp", level, program, FLAGS.get(name, []))
        cases = run([program]).stdout.split()
        if not cases:
            wrong.append(f"{name} {compiler} {level}: no cases")
        for case in cases:
            if case in CRASHING[compiler]:
                continue
            for form in ("racy", "locked"):
                done = run([arguments.selvage, "run", program, case, form])
                race = form == "racy" and not case.startswith("none-")
                verdict = re.match(r"[\w-]+", done.stdout)
                if (verdict and verdict.group()) == ("data-race" if race else "proved"):
                    passed += 1
                else:
                    wrong.append(f"{name} {compiler} {level} {case} {form}: {done.stdout[:200]}{done.stderr[:200]}")
    return passed, wrong


def compared(arguments, compiler, level):
    """What of the values is not the same."""
    program, plain = arguments.work / f"values-{compiler}{level}", arguments.work / f"values-{compiler}{level}-plain"
    source = arguments.programs / "values.cpp"
    build(arguments, compiler, source, level, program, [])
    subprocess.run([compiler, "-std=c++20", level, source, "-o", plain], check=True)
    values = [run([p]).stdout for p in (program, plain)]
    if values[0] != values[1] or len(values[0]) < 100:
        return [f"values {compiler} {level}: with the plugin {values[0][:500]!r}, without {values[1][:500]!r}"]
    return []


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--selvage", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--compilers", required=True)
    parser.add_argument("--levels", required=True)
    arguments = parser.parse_args()
    arguments.work = arguments.work / "operands"
    arguments.work.mkdir(parents=True, exist_ok=True)
    passed, wrong = 0, []
    for compiler in arguments.compilers.split(","):
        for level in arguments.levels.split(","):
            more = explored(arguments, compiler, level)
            passed += more[0]
            wrong += more[1] + compared(arguments, compiler, level)
    print("\n".join(wrong) or f"{passed} of {passed} passed")
    return 1 if wrong or passed < 200 else 0


if __name__ == "__main__":
    sys.exit(main())
