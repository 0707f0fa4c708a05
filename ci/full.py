#!/usr/bin/env python3
"""Proves the notebook's counters at their real size: full.py BUILD_DIR [--only NAME] [--size N] [--workers K] [--checkpoint DIR] [--time S]

Each is explored by the stateful search: every state of the compiled program. Prints what was found, and fails unless it is
a proof with just the outcomes and the number of states that it must have. Takes hours for the two threads at 100000:
docs/full-size-proof.md has the figures. --size gives the counts of the two threads another size. With --checkpoint each
search is saved in DIR every few minutes, and when it is interrupted or has run for S seconds; the same command goes on.
"""
import argparse
import json
import os
import resource
import signal
import subprocess
import sys


def exactly(*values):
    return {f"exit 0: {value}" for value in values}


def locked_states(n):
    return (n + 2) ** 2 - 1


def atomic_states(n):
    return (n + 1) ** 2 + 6


def block_states(n):
    blocks = n // 10
    return (blocks * blocks + 11 * blocks + 12) // 2


# name: program, its size, the outcomes that it must have, its number of states where there is a closed form
PROOFS = {
    "once": ("one-thread/once", lambda size: 100000, lambda n: exactly(n), None),
    "twice": ("one-thread/twice", lambda size: 100000, lambda n: exactly(2 * n), None),
    "read-before-join": ("read-before-join/fixed", lambda size: 100000, lambda n: exactly(*range(0, n + 1, 10)),
                         block_states),
    "locked": ("two-threads/fixed", lambda size: size, lambda n: exactly(2 * n), locked_states),
    "atomic": ("two-threads/atomic", lambda size: size, lambda n: exactly(2 * n), atomic_states),
}


PROVED, FAILED, UNFINISHED = 0, 1, 2


def prove(build, name, size, options):
    """Runs one proof and prints a line: PROVED, FAILED, or UNFINISHED where it was saved and can go on."""
    program, size_of, outcomes_of, states_of = PROOFS[name]
    n = size_of(size)
    command = [os.path.join(build, "bin", "selvage"), "run", "--workers", str(options.workers), "--json", "-",
               "--time", str(options.time)]
    checkpoint = os.path.join(options.checkpoint, f"{name}-{n}.checkpoint") if options.checkpoint else None
    if checkpoint:
        os.makedirs(options.checkpoint, exist_ok=True)
        command += ["--checkpoint", checkpoint]
    if checkpoint and os.path.exists(checkpoint):
        command += ["--resume", checkpoint]
    else:
        # Goes through the states that it keeps in the beginning each time that it goes on: so, few of them.
        command += ["--search", "stateful", "--visited", "16", "--max-events", "100000000", os.path.join(build, "cases", program + "-tsan"), str(n)]
    # On a terminal, stderr shows how far it is.
    stderr = None if sys.stderr.isatty() else subprocess.PIPE
    run = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=stderr, stdin=subprocess.DEVNULL, text=True)
    try:
        result = json.loads(run.stdout)
    except json.JSONDecodeError:
        print(f"{program} {n}: no result (exit status {run.returncode})\n{run.stderr or ''}")
        return FAILED
    outcomes = {outcome["value"] for outcome in result["outcomes"]}
    wrong = []
    unfinished = result["verdict"] == "exhausted" and checkpoint and os.path.exists(checkpoint)
    if unfinished:
        wrong.append(f"{result['message']} (or run this again)")
    elif result["verdict"] != "proved" or not result["complete"]:
        wrong.append(f"{result['verdict']}: {result['message']}")
    elif outcomes != outcomes_of(n):
        wrong.append(f"its {len(outcomes)} outcomes are not those expected")
    if states_of is not None and not wrong and result["states"] != states_of(n):
        wrong.append(f"{states_of(n):,} states were expected")
    transitions = max(result["transitions"], 1)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{program:24}{n:>8}  {result['verdict']:10}{len(outcomes):>8}{result['states']:>16,}{transitions:>16,}"
          f"{result['seconds']:>11,.1f}{result['seconds'] * 1e9 / transitions:>8,.0f}{result['memory'] / 2**20:>9,.0f}"
          f"{peak:>9,.0f}")
    for what in wrong:
        print(f"  {what}")
    sys.stdout.flush()
    if unfinished:
        return UNFINISHED
    if checkpoint and os.path.exists(checkpoint):
        os.remove(checkpoint)  # it has come to its end
    return FAILED if wrong else PROVED


def asked_for():
    """Was the ctest that runs this asked for these tests by name or label? A bare `ctest` should not take hours."""
    with open(f"/proc/{os.getppid()}/cmdline", "rb") as command:
        return b"full" in command.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--only", choices=list(PROOFS), action="append")
    parser.add_argument("--size", type=int, default=100000)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--checkpoint", metavar="DIR")
    parser.add_argument("--time", type=float, default=0, metavar="S")
    parser.add_argument("--if-asked", action="store_true", help="as a test: skipped, status 77, in a bare ctest")
    options = parser.parse_args()
    # Ctrl-C is for the search, which then saves what it has. (A handler, which is not handed on to it.)
    signal.signal(signal.SIGINT, lambda *_: None)
    if options.if_asked and not asked_for():
        print("skipped: this takes hours; ctest -L full runs it")
        return 77
    print(f"{'program':24}{'size':>8}  {'verdict':10}{'outcomes':>8}{'states':>16}{'transitions':>16}{'seconds':>11}"
          f"{'ns/tr.':>8}{'states':>9}{'peak':>9}")
    print(f"{'':110}{'MiB':>9}{'MiB':>9}")
    sys.stdout.flush()
    names = options.only or list(PROOFS)
    results = [prove(options.build, name, options.size, options) for name in names]
    return FAILED if FAILED in results else max(results)


if __name__ == "__main__":
    sys.exit(main())
