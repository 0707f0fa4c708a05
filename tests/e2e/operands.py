#!/usr/bin/env python3
"""What is passed by value, returned, copied by builtins or touched by inline assembly is instrumented: each access races with another one where
nothing orders them, and is proved under a lock. And the plugin that sees to it changes no value that a program computes."""
import argparse
import pathlib
import re
import subprocess
import sys

RACY = ("aggregates", "library", "control", "empty")
FLAGS = {"empty": ["-fno-exceptions"]}


def run(command, **more):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **more)


def build(arguments, source, level, program, flags):
    done = run([arguments.selvage, "c++", "--compiler", "g++", "-std=c++20", level, *flags, source, "-o", program])
    if done.returncode != 0:
        sys.exit(f"operands.py: {source.name} {level} does not compile: {done.stderr[-2000:]}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--selvage", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--levels", required=True)
    arguments = parser.parse_args()
    work = arguments.work / "operands"
    work.mkdir(parents=True, exist_ok=True)
    passed, wrong = 0, []
    for level in arguments.levels.split(","):
        for name in RACY:
            program = work / f"{name}{level}"
            build(arguments, arguments.programs / f"{name}.cpp", level, program, FLAGS.get(name, []))
            cases = run([program]).stdout.split()
            if not cases:
                wrong.append(f"{name} {level}: no cases")
            for case in cases:
                for form in ("racy", "locked"):
                    done = run([arguments.selvage, "run", program, case, form])
                    race = form == "racy" and not case.startswith("none-")
                    verdict = re.match(r"[\w-]+", done.stdout)
                    if (verdict and verdict.group()) == ("data-race" if race else "proved"):
                        passed += 1
                    else:
                        wrong.append(f"{name} {level} {case} {form}: {done.stdout[:200]}{done.stderr[:200]}")
        program, plain = work / f"values{level}", work / f"values{level}-plain"
        source = arguments.programs / "values.cpp"
        build(arguments, source, level, program, [])
        subprocess.run(["g++", "-std=c++20", level, source, "-o", plain], check=True)
        values = [run([p]).stdout for p in (program, plain)]
        if values[0] != values[1] or len(values[0]) < 100:
            wrong.append(f"values {level}: with the plugin {values[0][:500]!r}, without {values[1][:500]!r}")
    print("\n".join(wrong) or f"{passed} of {passed} passed")
    return 1 if wrong or passed < 150 else 0


if __name__ == "__main__":
    sys.exit(main())
