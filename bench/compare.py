#!/usr/bin/env python3
"""Selvage beside its peers, in one run: compare.py BUILD_DIR

Ratios within this run are what counts; the absolute figures are this machine's at this moment.
"""
import json
import os
import subprocess
import sys
import time


def output(*command):
    return subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def timed(*command):
    best = None
    for _ in range(3):
        start = time.perf_counter()
        output(*command)
        took = time.perf_counter() - start
        best = took if best is None else min(best, took)
    return best


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    build = sys.argv[1]
    case = os.path.join(build, "cases", "two-threads")

    def program(name):
        return os.path.join(build, "bin", name)

    print("Exploration, one core")
    report = json.loads(output(program("counter_bench"), "--benchmark_format=json").stdout)
    print(f"  {'':28}{'executions/s':>14}{'ns/execution':>14}{'ns/event':>10}")
    for b in report["benchmarks"]:
        name = b["name"].replace("/manual_time", "")
        print(f"  {name:28}{b['executions/s']:14,.0f}{b['ns/execution']:14,.0f}{b['ns/event']:10,.0f}")

    print("\nTo settle the locked counter (seconds; executions), the same scenario")
    relacy = os.path.join(case, "relacy")
    for n in (2, 3, 4):
        ours = json.loads(output(program("selvage"), "run", "--json", "-", os.path.join(case, "fixed-tsan"),
                                 str(n)).stdout)
        line = f"  N={n}  Selvage {ours['seconds']:8.4f} s {ours['executions']:>8}"
        if os.path.exists(relacy):
            theirs = json.loads(output(relacy, "fixed", "full", str(n)).stdout)
            line += f"   Relacy full search {theirs['seconds']:8.4f} s {theirs['executions']:>8}"
            line += f"   ratio {theirs['seconds'] / max(ours['seconds'], 1e-6):8.1f}"
        print(line)

    print("\nOne run of the whole program, 2 x 100000 (seconds; ratio to native)")
    native = timed(os.path.join(case, "fixed-native"), "100000")
    tsan = timed("setarch", "-R", os.path.join(case, "fixed-tsan"), "100000")
    ours = timed(program("selvage"), "run", "--search", "random", "--executions", "1", "--leaks", "ignore",
                 os.path.join(case, "fixed-tsan"), "100000")
    for name, took in (("native", native), ("ThreadSanitizer", tsan), ("Selvage, one random execution", ours)):
        print(f"  {name:32}{took:8.3f}  x{took / native:.1f}")


if __name__ == "__main__":
    main()
