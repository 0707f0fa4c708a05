#!/usr/bin/env python3
"""Selvage beside its peers, in one run: compare.py BUILD_DIR

Ratios within this run are what counts; the absolute figures are this machine's at this moment.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
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


def spin(n):
    """States, transitions and seconds of SPIN's search of counter.pml; None where there is no spin or no room."""
    if shutil.which("spin") is None:
        return None
    with tempfile.TemporaryDirectory() as work:
        model = os.path.join(os.path.dirname(os.path.abspath(__file__)), "counter.pml")
        subprocess.run(["spin", f"-DN={n}", "-a", model], cwd=work, check=True, capture_output=True)
        subprocess.run(["cc", "-O2", "-DSAFETY", "-DVECTORSZ=64", "-w", "-o", "pan", "pan.c"], cwd=work, check=True)
        start = time.perf_counter()
        said = output(os.path.join(work, "pan"), "-m10000000", "-w24").stdout
        took = time.perf_counter() - start
    states = re.search(r"(\d+) states, stored", said)
    transitions = re.search(r"(\d+) transitions", said)
    if states is None or transitions is None or "Search not completed" in said:
        return None
    return int(states.group(1)), int(transitions.group(1)), took


def stateful(benchmarks):
    print("\nEvery state of the locked counter, one core (levels: two levels are kept; visited: all)")
    print(f"  {'':28}{'seconds':>10}{'states/s':>14}{'ns/transition':>15}")
    sizes = set()
    for b in benchmarks:
        name = b["name"].replace("/manual_time", "")
        sizes.add(int(name.rsplit("/", 1)[1]))
        print(f"  {name:28}{b['real_time'] / 1e3:10.3f}{b['states/s']:14,.0f}{b['ns/transition']:15,.0f}")
    for n in sorted(sizes):
        theirs = spin(n)
        if theirs is not None:
            states, transitions, took = theirs
            print(f"  {f'SPIN, counter.pml/{n}':28}{took:10.3f}{states / took:14,.0f}{took * 1e9 / transitions:15,.0f}")


def measured(bench, which):
    """What the benchmarks of that name say, each run in a process of its own, and the most memory that one of its processes
    took (MiB)."""
    names = output(bench, "--benchmark_list_tests", f"--benchmark_filter=^{which}").stdout.split()
    for name in names:
        with tempfile.TemporaryFile("w+") as said:
            child = subprocess.Popen([bench, "--benchmark_format=json", f"--benchmark_filter=^{re.escape(name)}$"], stdout=said,
                                     stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            report = json.load(said)["benchmarks"][0]
        yield name.replace("/manual_time", ""), report, used.ru_maxrss / 1024


def graphs(bench):
    """Returns the seconds by name."""
    print("\nOne execution for each execution graph, rc11 (name/N/processes)")
    print(f"  {'':28}{'seconds':>10}{'executions/s':>14}{'ns/event':>10}{'peak MiB':>10}")
    took = {}
    for which in ("locked_graphs", "racy_graphs"):
        for name, b, peak in measured(bench, which):
            took[name] = b["real_time"] / 1e3
            print(f"  {name:28}{took[name]:10.3f}{b['executions/s']:14,.0f}{b['ns/event']:10,.0f}{peak:10.1f}")
    return took


def beside_relacy(relacy, took):
    """How fast this machine is just now, by a peer that is measured in DESIGN.md, too: there Relacy's full search of N=6 took 7.7 s,
    and the aims for the searches for graphs are 3 s and 2 s."""
    theirs = json.loads(output(relacy, "fixed", "full", "6").stdout)
    print(f"\nRelacy's full search of the locked counter, N=6 ({theirs['executions']:,} iterations): {theirs['seconds']:.1f} s")
    for name, aim in (("locked_graphs/11/1", 3 / 7.7), ("racy_graphs/6/1", 2 / 7.7)):
        print(f"  {name:28}{took[name] / theirs['seconds']:10.2f} of that (aim: {aim:.2f})")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    build = sys.argv[1]
    case = os.path.join(build, "cases", "two-threads")

    def program(name):
        return os.path.join(build, "bin", name)

    bench, relacy = program("counter_bench"), program("relacy_bench")
    print("Exploration, one core")
    report = json.loads(output(bench, "--benchmark_format=json", "--benchmark_filter=-_graphs").stdout)
    print(f"  {'':28}{'executions/s':>14}{'ns/execution':>14}{'ns/event':>10}")
    for b in report["benchmarks"]:
        if "executions/s" not in b:
            continue
        name = b["name"].replace("/manual_time", "")
        print(f"  {name:28}{b['executions/s']:14,.0f}{b['ns/execution']:14,.0f}{b['ns/event']:10,.0f}")

    beside_relacy(relacy, graphs(bench))

    stateful([b for b in report["benchmarks"] if "states/s" in b])

    print("\nTo settle the locked counter (seconds; executions), the same scenario")
    for n in (2, 3, 4):
        ours = json.loads(output(program("selvage"), "run", "--json", "-", os.path.join(case, "fixed-tsan"),
                                 str(n)).stdout)
        theirs = json.loads(output(relacy, "fixed", "full", str(n)).stdout)
        print(f"  N={n}  Selvage {ours['seconds']:8.4f} s {ours['executions']:>8}   Relacy full search "
              f"{theirs['seconds']:8.4f} s {theirs['executions']:>8}   ratio {theirs['seconds'] / max(ours['seconds'], 1e-6):8.1f}")

    print("\nOne run of the whole program, 2 x 100000 (seconds; ratio to native)")
    native = timed(os.path.join(case, "fixed-native"), "100000")
    tsan = timed("setarch", "-R", os.path.join(case, "fixed-tsan"), "100000")
    ours = timed(program("selvage"), "run", "--search", "random", "--executions", "1", "--leaks", "ignore",
                 os.path.join(case, "fixed-tsan"), "100000")
    for name, took in (("native", native), ("ThreadSanitizer", tsan), ("Selvage, one random execution", ours)):
        print(f"  {name:32}{took:8.3f}  x{took / native:.1f}")


if __name__ == "__main__":
    main()
