#!/usr/bin/env python3
"""clang leaves out the read of ++x. Built by hand, a racy program's outcomes may be incomplete and the result says so;
built by `selvage c++` they are all there."""
import argparse
import json
import pathlib
import subprocess
import sys

PROGRAM = """
#include <cstdio>
#include <thread>
int count = 0;
int main() {
  std::thread first([] { ++count; });
  std::thread second([] { ++count; });
  first.join();
  second.join();
  std::printf("%d\\n", count);
}
"""
ALL = ["exit 0: 1", "exit 0: 2"]


def explore(selvage, program):
    done = subprocess.run([selvage, "run", "--races", "explore", "--json", "-", program], capture_output=True, text=True,
                          check=False)
    result = json.loads(done.stdout)
    return result, [outcome["value"] for outcome in result["outcomes"]], done.stderr


def expect(condition, message):
    if not condition:
        sys.exit(f"clang_reads.py: {message}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--selvage", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    selvage = arguments.selvage.resolve()
    work = arguments.work.resolve() / "clang-reads"
    work.mkdir(parents=True, exist_ok=True)
    (work / "count.cpp").write_text(PROGRAM, encoding="utf-8")

    by_hand = work / "by-hand"
    subprocess.run(["clang++-14", "-std=c++20", "-g", "-O1", "-fsanitize=thread", "-shared-libsan", work / "count.cpp", "-o",
                    by_hand], check=True)
    result, outcomes, told = explore(selvage, by_hand)
    expect(result["verdict"] == "data-race", f"by hand: {result['verdict']}")
    expect(set(outcomes) < set(ALL), f"by hand nothing is missing any more, so this test tests nothing: {outcomes}")
    expect(result["complete"] is False, "by hand: complete, and is not")
    expect("-tsan-instrument-read-before-write" in result["caveat"], f"by hand: caveat {result['caveat']!r}")
    expect(result["caveat"] in told, "by hand: the report does not tell")

    kept = work / "kept"
    subprocess.run([selvage, "c++", "-std=c++20", "-O1", work / "count.cpp", "-o", kept], check=True,
                   env={"PATH": "/usr/bin:/bin", "CXX": "clang++-14"})
    result, outcomes, _ = explore(selvage, kept)
    expect(result["complete"] is True and result["caveat"] == "", f"selvage c++: caveat {result['caveat']!r}")
    expect(outcomes == ALL, f"selvage c++: {outcomes}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
