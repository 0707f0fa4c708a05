#!/usr/bin/env python3
"""Every part of a program says whether all that it accesses is seen: its source files, however they were compiled and linked, and libraries. Where one
does not, nothing is proved."""
import argparse
import json
import pathlib
import subprocess
import sys

import programs

MAIN = """
#include <mutex>
#include <thread>
std::mutex mutex;
int count = 0;
#ifdef OTHER
void other();
#else
void other() {}
#endif
int main() {
  auto step = [] { std::lock_guard<std::mutex> guard(mutex); ++count; };
  std::thread thread(step);
  step();
  thread.join();
  other();
  return count != 2;
}
"""
# Another thread would see the addition, and wait for it; registers nobody sees.
# What an atomic template does to memory is known, or not: addresses in registers, symbols, more than one step, loops.
ATOMIC = """
int number;
void other() { asm volatile("lock incl %0" : "+m"(number)); }
"""
NOT_KNOWN = [
    'asm volatile("lock incl (%0)" :: "r"(&number) : "memory")',
    'asm volatile("lock; incl %0; lock; incl %0" : "+m"(number))',
    'asm volatile("lock incl %0; incl %0" : "+m"(number))',
    'asm volatile("1: lock decl %0; jns 1b" : "+m"(number))',
    'asm volatile("lock incl number" : : "m"(number) : "memory")',
    'asm volatile("mov number, %%eax; lock incl %0" : "+m"(number) : : "eax")',
    'asm volatile("lock; addl $0, 0(%%rsp)" ::: "memory")',
]
REGISTERS = """
void other() { int a = 1, b = 2; asm volatile("xchg %0, %1" : "+r"(a), "+r"(b)); }
"""
# ThreadSanitizer is asked to leave these alone: a function, a constructor, what a template makes.
NOT_SANITIZED = """
#include <thread>
int number = 0;
#define ALONE __attribute__((no_sanitize("thread")))
ALONE void add() { ++number; }
struct Adds { ALONE Adds() { ++number; } };
template <class T> __attribute__((no_sanitize("thread", "undefined"))) void add_to(T& value) { ++value; }
void step(int kind) {
  if (kind == 1) add();
  if (kind == 2) Adds();
  if (kind == 3) add_to(number);
}
int main(int kinds, char**) {
  std::thread thread(step, kinds);
  step(kinds);
  thread.join();
}
"""
# Only what clang leaves out, so that it calls no hook.
OTHER = "long double number;\nvoid other() { number = number + 1; }\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--selvage", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    selvage = arguments.selvage.resolve()
    work = arguments.work.resolve() / "units"
    work.mkdir(parents=True, exist_ok=True)
    for name, text in ("main", MAIN), ("other", OTHER), ("atomic", ATOMIC), ("registers", REGISTERS), ("alone", NOT_SANITIZED), ("empty", "// nothing\n"), ("unused", "int unused() { return 1; }\n"):
        (work / f"{name}.cpp").write_text(text, encoding="utf-8")
    plugins = {"g++": ["-fplugin=" + str(programs.gcc_plugin(selvage))],
               "clang++-14": ["-fpass-plugin=" + str(programs.clang_plugin(selvage))]}
    wrong = []

    def command(*words):
        done = subprocess.run([str(word) for word in words], cwd=work, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"units.py: {' '.join(map(str, words))}: {done.stderr[-2000:]}")

    def expect(what, program, whole):
        # 127: clang's own runtime as a shared library is not where the loader looks.
        native = subprocess.run([work / program], cwd=work, capture_output=True, check=False).returncode
        done = subprocess.run([selvage, "run", "--json", "-", work / program], cwd=work, capture_output=True, text=True, check=False)
        result = json.loads(done.stdout)
        verdict = "proved" if whole else "exhausted"
        if native not in (0, 127) or result["verdict"] != verdict or result["complete"] != whole or ("plugin" in result["caveat"]) == whole:
            wrong.append(f"{what}: exit status {native}, {result['verdict']} {result['caveat']!r}")

    for compiler, plugin in plugins.items():
        by_selvage = [selvage, "c++", "--compiler", compiler, "-std=c++17"]
        by_hand = [compiler, "-std=c++17", "-g", "-fsanitize=thread"]
        for flags in [], ["-O0"], ["-O2"], ["-g0", "-s"], ["-gsplit-dwarf"], ["-no-pie", "-fno-pie"], ["-Wl,-x"], ["-fno-exceptions"]:
            command(*by_selvage, *flags, "main.cpp", "-o", "program")
            expect(f"{compiler} {flags}", "program", True)
        for name in "empty", "unused":
            command(*by_selvage, "main.cpp", f"{name}.cpp", "-o", "program")
            expect(f"{compiler}, {name}.cpp", "program", True)
            command(*by_selvage, "-fno-sanitize=thread", "-c", f"{name}.cpp", "-o", f"{name}.o")
            command(*by_selvage, "main.cpp", f"{name}.o", "-o", "program")
            expect(f"{compiler}, {name}.cpp not instrumented", "program", True)
            # Which does not make up for one that says nothing.
            command(*by_hand, "-c", "other.cpp", "-o", "other.o")
            command(*by_selvage, "-DOTHER", "main.cpp", "other.o", f"{name}.o", "-o", "program")
            expect(f"{compiler}, other.cpp by hand beside {name}.cpp", "program", False)
        command(*by_selvage, "-DOTHER", "main.cpp", "other.cpp", "-o", "program")
        expect(f"{compiler}, other.cpp", "program", True)
        for statement in NOT_KNOWN:
            (work / "unknown.cpp").write_text("int number = 5;\nvoid other() { " + statement + "; }\n", encoding="utf-8")
            command(*by_selvage, "-no-pie", "-fno-pie", "-DOTHER", "main.cpp", "unknown.cpp", "-o", "program")
            expect(f"{compiler}, {statement}", "program", False)
        for level in "-O0", "-Og", "-O2":
            command(*by_selvage, level, "-DOTHER", "main.cpp", "atomic.cpp", "-o", "program")
            expect(f"{compiler} {level}, atomic assembly", "program", True)
            command(*by_selvage, level, "-DOTHER", "main.cpp", "registers.cpp", "-o", "program")
            expect(f"{compiler} {level}, assembly of registers", "program", True)
            command(*by_selvage, level, "alone.cpp", "-o", "program")
            for kind in 1, 2, 3:
                done = subprocess.run([selvage, "run", work / "program", *["x"] * (kind - 1)], capture_output=True, text=True, check=False)
                if not done.stdout.startswith("data-race"):
                    wrong.append(f"{compiler} {level}, not sanitized {kind}: {done.stdout[:200]!r}")
        # Libraries, named by a path or by a name of their own.
        for how in [], ["-Wl,-soname,libother.so"]:
            link = ["-DOTHER", "main.cpp", "./libother.so", f"-Wl,-rpath,{work}", "-o", "program"]
            command(*by_hand, "-fPIC", "-shared", *(["-shared-libsan"] if compiler != "g++" else []), *how, "other.cpp", "-o", "libother.so")
            command(*by_selvage, *link)
            expect(f"{compiler}, library by hand {how}", "program", False)
            command(*by_selvage, "-fPIC", "-shared", *how, "other.cpp", "-o", "libother.so")
            command(*by_selvage, *link)
            expect(f"{compiler}, library {how}", "program", True)
        # What a build system would do by itself, linked with the compiler's own runtime.
        link = ["-shared-libsan"] if compiler != "g++" else []
        command(*by_hand, "-fno-builtin", *plugin, *link, "main.cpp", "-o", "program")
        expect(f"{compiler} with the plugin", "program", True)
        command(*by_hand, "-fno-builtin", *link, "main.cpp", "-o", "program")
        expect(f"{compiler} without the plugin", "program", False)
    command("g++", "-std=c++17", "-g", "-fsanitize=thread", *plugins["g++"], "main.cpp", "-o", "program")
    expect("g++ with the plugin but builtins", "program", False)
    print("\n".join(wrong) or "ok")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
