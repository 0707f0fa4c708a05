#!/usr/bin/env python3
"""What ci/failures.py says of the output of a ctest and of a build: failures.py --failures FILE"""
import argparse
import os
import subprocess
import sys
import tempfile

TESTS = """
add_test(fine "/bin/sh" "-c" "echo all is well")
add_test(broken "/bin/sh" "-c" "echo what it expected; echo what it got >&2; exit 3")
add_test(late "/bin/sh" "-c" "echo begun; sleep 60")
set_tests_properties(late PROPERTIES TIMEOUT 1)
"""

BUILD = """[1/3] Building CXX object a.o
FAILED: b.o
b.cpp:3:1: error: no such thing
ninja: build stopped: subcommand failed.
"""


def said(failures, output):
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(output)
        file.flush()
        return subprocess.run([failures, file.name], check=True, text=True, stdout=subprocess.PIPE).stdout


def output_of_ctest(tests):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "CTestTestfile.cmake"), "w", encoding="utf-8") as file:
            file.write(tests)
        run = subprocess.run(["ctest", "--output-on-failure", "-j2"], cwd=folder, check=False, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return run.stdout


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--failures", required=True)
    parser.add_argument("--selvage", help="not used")
    parser.add_argument("--work", help="not used")
    failures = parser.parse_args().failures
    wrong = []

    def expect(what, text, *, there=(), not_there=()):
        wrong.extend(f"{what}: no {part!r} in {text!r}" for part in there if part not in text)
        wrong.extend(f"{what}: {part!r} in {text!r}" for part in not_there if part in text)

    expect("a test", said(failures, output_of_ctest(TESTS)), not_there=["fine", "all is well", "tests passed"],
           there=["broken: Failed", "    what it expected\n", "    what it got\n", "late: Timeout", "    begun\n"])
    expect("a build", said(failures, BUILD), there=["FAILED: b.o\n", "error: no such thing"], not_there=["[1/3]"])
    expect("neither", said(failures, "killed\n"), there=["killed\n"])
    print("\n".join(wrong) or "as it should be")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
