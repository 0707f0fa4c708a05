#!/usr/bin/env python3
"""g++ puts code of its own in place of memcpy() and its like, and instruments none of it; and before C++20 std::string's functions
are in the library, which is not instrumented. Of a program built so, no more is claimed than was seen, and the result says why;
built by `selvage c++`, or with -fno-builtin and -std=c++20, the races are found."""
import argparse
import json
import pathlib
import subprocess
import sys

import programs

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
STRINGS = """
#include <string>
#include <thread>
std::string shared;
int main() {
  std::thread other([] { shared.push_back('x'); });
  shared.push_back('y');
  other.join();
}
"""
# What is passed by value, and what is returned.
OPERANDS = """
#include <mutex>
#include <thread>
struct Pair { int a, b; } shared;
std::thread::id owner;
std::mutex lock;
Pair made(int value) { return {value, value}; }
bool zero(Pair pair) { return pair.a + pair.b == 0; }
int main() {
#ifdef LOCKED
#define GUARD const std::lock_guard guard(lock)
#else
#define GUARD
#endif
  std::thread other([] { GUARD; WRITE; });
  bool seen = false;
  { GUARD; seen = (READ) != 0; }
  other.join();
  return seen ? 1 : 0;
}
"""
OPERAND_STATEMENTS = {"argument": ("shared.a = 5", "zero(shared)"), "result": ("shared = made(3)", "shared.a"),
                      "id": ("owner = std::this_thread::get_id()", "owner == std::this_thread::get_id()")}
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
        expect("memcpy()" in result["caveat"] and result["caveat"] in done.stderr, f"{name}: {result['caveat']!r}")
        result, _ = built(["g++"], "-O1", "-g", "-fsanitize=thread", "-fno-builtin")
        expect(result["verdict"] == "data-race" and result["caveat"] == "", f"{name}, -fno-builtin: {result['verdict']}")
        for level in "-O0", "-O1", "-O2":
            result, _ = built([selvage, "c++", "--compiler", "g++"], level)
            expect(result["verdict"] == "data-race" and result["caveat"] == "", f"{name}, selvage c++ {level}: {result['verdict']}")
    operands(selvage, work)
    strings(selvage, work)
    return 0


def operands(selvage, work):
    source, program = work / "operands.cpp", work / "operands"
    by_hand = ["g++", "-O1", "-g", "-fsanitize=thread", "-fno-builtin"]
    for name, (write, read) in OPERAND_STATEMENTS.items():
        source.write_text(OPERANDS.replace("WRITE", write).replace("READ", read), encoding="utf-8")
        subprocess.run([*by_hand, "-std=c++20", source, "-o", program], check=True)
        result, done = explore(selvage, program)
        if result["verdict"] != "data-race":
            expect(result["verdict"] == "exhausted" and done.returncode == 2, f"{name} by hand: {result['verdict']}")
            expect("without Selvage's plugin" in result["caveat"] and "selvage c++" in result["caveat"], f"{name}: {result['caveat']!r}")
        for level in "-O0", "-Og", "-O2":
            for flags, verdict in (["-fno-exceptions"], "data-race"), (["-DLOCKED"], "proved"):
                subprocess.run([selvage, "c++", "--compiler", "g++", level, "-std=c++20", *flags, source, "-o", program], check=True)
                result, _ = explore(selvage, program)
                expect(result["verdict"] == verdict and result["caveat"] == "",
                       f"{name}, selvage c++ {level} {flags}: {result['verdict']} {result['caveat']!r}")


def strings(selvage, work):
    source = work / "strings.cpp"
    source.write_text(STRINGS, encoding="utf-8")
    program = work / "strings"
    for standard in "-std=c++14", "-std=c++17", "-std=c++20":
        subprocess.run(["g++", standard, "-g", "-fsanitize=thread", "-fno-builtin", f"-fplugin={programs.gcc_plugin(selvage)}", source,
                        "-o", program], check=True)
        result, done = explore(selvage, program)
        if standard == "-std=c++20":
            expect(result["verdict"] == "data-race" and result["caveat"] == "", f"strings by hand {standard}: {result['verdict']}")
        else:
            expect(result["verdict"] == "exhausted" and done.returncode == 2, f"strings by hand {standard}: {result['verdict']}")
            expect("std::string" in result["caveat"] and "-std=c++20" in result["caveat"], f"strings: {result['caveat']!r}")
        for compiler in "g++", "clang++":
            for level in "-O0", "-Og", "-O2":
                subprocess.run([selvage, "c++", "--compiler", compiler, standard, level, source, "-o", program], check=True)
                result, _ = explore(selvage, program)
                expect(result["verdict"] == "data-race" and result["caveat"] == "",
                       f"strings, selvage c++ {compiler} {standard} {level}: {result['verdict']}")
    # What is linked to it may be as it is.
    library = work / "library.cpp"
    library.write_text("#include <string>\nvoid add(std::string& to) { to.push_back('x'); }\n", encoding="utf-8")
    alone = work / "alone.cpp"
    alone.write_text('#include <string>\n#include <thread>\nvoid add(std::string&);\n'
                     'int main() { std::string s; std::thread t([] {}); add(s); t.join(); return s != "x"; }\n', encoding="utf-8")
    subprocess.run(["g++", "-std=c++17", "-c", library, "-o", work / "library.o"], check=True)
    subprocess.run([selvage, "c++", "-std=c++17", alone, work / "library.o", "-o", program], check=True)
    result, _ = explore(selvage, program)
    expect(result["verdict"] == "proved" and result["caveat"] == "", f"with an uninstrumented library: {result['verdict']}")
    # But not the C++ library itself.
    subprocess.run([selvage, "c++", "-static-libstdc++", alone, work / "library.o", "-o", program], check=True)
    result, _ = explore(selvage, program)
    expect(result["verdict"] == "exhausted" and "-static-libstdc++" in result["caveat"],
           f"with the C++ library inside: {result['verdict']} {result['caveat']!r}")


if __name__ == "__main__":
    sys.exit(main())
