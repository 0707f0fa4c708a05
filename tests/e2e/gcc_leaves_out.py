#!/usr/bin/env python3
"""g++ puts code of its own in place of memcpy() and its like, and instruments none of it. Of a program built so, no more is
claimed than was seen, and the result says why; built by `selvage c++`, or with -fno-builtin, the races are found."""
import argparse
import json
import pathlib
import subprocess
import sys

PROGRAM = """
#include <cstring>
#include <thread>
char shared[32], other[32];
int main() {
  std::thread first([] { STATEMENT; });
  std::thread second([] { STATEMENT; });
  first.join();
  second.join();
}
"""
STATEMENTS = {"memcpy": "std::memcpy(shared, other, 24)", "memset": "std::memset(shared, 1, 24)",
              "strcpy": 'std::strcpy(shared, "some text")'}


def explore(selvage, program):
    done = subprocess.run([selvage, "run", "--json", "-", program], capture_output=True, text=True, check=False)
    return json.loads(done.stdout), done


def expect(condition, message):
    if not condition:
        sys.exit(f"gcc_leaves_out.py: {message}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--selvage", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    selvage = arguments.selvage.resolve()
    work = arguments.work.resolve() / "gcc-leaves-out"
    work.mkdir(parents=True, exist_ok=True)
    for name, statement in STATEMENTS.items():
        source = work / f"{name}.cpp"
        source.write_text(PROGRAM.replace("STATEMENT", statement), encoding="utf-8")

        def built(by, *flags, source=source, name=name):
            program = work / f"{name}{len(flags)}{flags[0]}"
            subprocess.run([*by, "-std=c++20", *flags, source, "-o", program], check=True)
            return explore(selvage, program)

        result, done = built(["g++"], "-O1", "-g", "-fsanitize=thread")
        expect(result["verdict"] == "exhausted" and done.returncode == 2 and result["complete"] is False,
               f"{name} by hand: {result['verdict']}; if g++ instruments it now, this tests nothing")
        expect("-fno-builtin" in result["caveat"] and result["caveat"] in done.stderr, f"{name}: {result['caveat']!r}")
        result, _ = built(["g++"], "-O1", "-g", "-fsanitize=thread", "-fno-builtin")
        expect(result["verdict"] == "data-race" and result["caveat"] == "", f"{name}, -fno-builtin: {result['verdict']}")
        for level in "-O0", "-O1", "-O2":
            result, _ = built([selvage, "c++", "--compiler", "g++"], level)
            expect(result["verdict"] == "data-race" and result["caveat"] == "", f"{name}, selvage c++ {level}: {result['verdict']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
