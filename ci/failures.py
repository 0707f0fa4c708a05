#!/usr/bin/env python3
"""Prints what failed in the output of a build and of ctest: failures.py FILE

Of a build that failed, the first errors; of each test that failed, its line and the end of what it printed. Short enough
that the end of a CI log has all of it.
"""
import re
import sys

BUILD_LINES = 40
TEST_LINES = 20
TESTS = 12
RESULT = re.compile(r"^ *\d+/\d+ Test +#\d+: (\S+) \.*(.*)$")
START = re.compile(r"^ +Start +\d+: |^\d+% tests passed")


def build_failures(lines):
    """From the first target that ninja or CMake could not make: that and the lines behind it."""
    for number, line in enumerate(lines):
        if line.startswith(("FAILED: ", "CMake Error", "ninja: error")):
            return lines[number:number + BUILD_LINES]
    return []


def test_failures(lines):
    """Each test that failed: its name, how it ended, and what it printed."""
    failures = []
    printed = None
    for line in lines:
        result = RESULT.match(line)
        if result or START.match(line):
            printed = None
        if result and "***" in result[2]:
            printed = []
            failures.append((result[1], result[2].strip(" .*"), printed))
        elif printed is not None and line.strip():
            printed.append(line)
    return failures


def main():
    with open(sys.argv[1], encoding="utf-8", errors="replace") as file:
        lines = file.read().splitlines()
    tests = test_failures(lines)
    for line in build_failures(lines) if not tests else []:
        print(line)
    for name, how, printed in tests[:TESTS]:
        print(f"{name}: {how}")
        for line in printed[-TEST_LINES:]:
            print(f"    {line}")
    if len(tests) > TESTS:
        print("and " + ", ".join(name for name, _, _ in tests[TESTS:]))
    if not tests and not build_failures(lines):
        print("\n".join(lines[-BUILD_LINES:]))


if __name__ == "__main__":
    main()
