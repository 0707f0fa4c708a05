#!/usr/bin/env python3
"""clang leaves accesses out of what it instruments. Of a program built by hand, no more is claimed than was seen, and the
result says why; built by `selvage c++` everything is there."""
import argparse
import json
import pathlib
import subprocess
import sys

# The read of ++count is left out.
COUNT = """
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
COUNTS = ["exit 0: 1", "exit 0: 2"]

# main's read of numbers[1] is left out, and with it the race.
MEMBER = """
#include <cstdio>
#include <thread>
int main() {
  int numbers[2] = {};
  std::thread other([&] { numbers[1] = 1; });
  const int seen = numbers[1];
  other.join();
  std::printf("%d\\n", seen);
}
"""


def explore(selvage, program):
    done = subprocess.run([selvage, "run", "--races", "explore", "--json", "-", program], capture_output=True, text=True,
                          check=False)
    result = json.loads(done.stdout)
    return result, [outcome["value"] for outcome in result["outcomes"]], done


def expect(condition, message):
    if not condition:
        sys.exit(f"clang_leaves_out.py: {message}")


def doubted(result, done):
    expect(result["complete"] is False, "by hand: complete, and is not")
    for words in "the read of ++x", "without Selvage's plugin", "build with selvage c++":
        expect(words in result["caveat"], f"by hand: caveat {result['caveat']!r}")
    expect(result["caveat"] in done.stderr, "by hand: the report does not tell")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--selvage", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    selvage = arguments.selvage.resolve()
    work = arguments.work.resolve() / "clang-leaves-out"
    work.mkdir(parents=True, exist_ok=True)

    def by_hand(name, text):
        (work / f"{name}.cpp").write_text(text, encoding="utf-8")
        program = work / f"{name}-by-hand"
        subprocess.run(["clang++-14", "-std=c++20", "-g", "-O1", "-fsanitize=thread", "-shared-libsan", work / f"{name}.cpp",
                        "-o", program], check=True)
        return explore(selvage, program)

    def by_selvage(name, level):
        program = work / f"{name}{level}"
        subprocess.run([selvage, "c++", "-std=c++20", level, work / f"{name}.cpp", "-o", program], check=True,
                       env={"PATH": "/usr/bin:/bin", "CXX": "clang++-14"})
        result, outcomes, _ = explore(selvage, program)
        expect(result["complete"] is True and result["caveat"] == "", f"selvage c++: caveat {result['caveat']!r}")
        expect(result["verdict"] == "data-race", f"selvage c++ {level}: {name}: {result['verdict']}")
        return outcomes

    result, outcomes, done = by_hand("count", COUNT)
    expect(result["verdict"] == "data-race", f"by hand: {result['verdict']}")
    expect(set(outcomes) < set(COUNTS), f"by hand nothing is missing any more, so this test tests nothing: {outcomes}")
    doubted(result, done)
    outcomes = by_selvage("count", "-O1")
    expect(outcomes == COUNTS, f"selvage c++: {outcomes}")

    result, _, done = by_hand("member", MEMBER)
    expect(result["verdict"] == "exhausted" and done.returncode == 2,
           f"by hand: {result['verdict']}, exit status {done.returncode}; if clang sees the race now, this tests nothing")
    doubted(result, done)
    for level in "-O0", "-O1", "-O2":
        outcomes = by_selvage("member", level)
        expect(outcomes == ["exit 0: 0", "exit 0: 1"], f"selvage c++ {level}: {outcomes}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
