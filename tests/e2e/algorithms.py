#!/usr/bin/env python3
"""The algorithms under tests/programs/algorithms: proved with the memory orders that they need, and caught without.

Each program is built as it stands and, for each n, with -DWEAK=n: one order less than it needs, or some other mistake. What
`selvage run` must say of it is in the table, under rc11 and under sc. An order whose absence only a weak memory shows leaves the
program right under sc: `proved`. Where a data race is the consequence, sc finds it as well, since happens-before
is that of the orders as written. Each violation's schedule must replay to it."""
import argparse
import concurrent.futures
import pathlib
import re
import sys
import time

import programs

# Verdicts without WEAK (always `proved`) are left out: WEAK=1, 2, ... under rc11, and under sc where it says something else.
RACE, ASSERTION, FREED, LIVELOCK, PROVED = "data-race", "assertion", "use-after-free", "livelock", "proved"
ONLY_WEAK = [(RACE, PROVED)]      # a weak memory lets two in; the race is between them
STALE = [(ASSERTION, PROVED)]     # a weak memory shows something old
STUCK = [(LIVELOCK, PROVED)]      # ... and the thread waits for ever
USED = [(FREED, PROVED)]
ALWAYS = [(RACE, RACE)]           # nothing orders plain accesses
NOT_HERE = [None]                 # shown by the same program with other arguments
# The program, and its arguments. a|b: which comes first depends on the compiler.
TABLE = {
    "chase_lev_deque": ALWAYS + STALE * 2 + ALWAYS,
    "dekker": ONLY_WEAK * 2 + ALWAYS * 2,
    "dissemination_barrier": ALWAYS * 3,
    "double_checked_locking": ALWAYS * 2 + [("leak", "leak")],
    "mcs_lock": ALWAYS + STUCK * 2 + ALWAYS + STUCK + ALWAYS + STUCK + ALWAYS,
    "message_passing": STALE * 4,
    "michael_scott_queue": ALWAYS * 5 + NOT_HERE + ALWAYS * 2 + NOT_HERE,
    "michael_scott_queue consume": NOT_HERE * 5 + ALWAYS + NOT_HERE * 2 + ALWAYS,
    "peterson": ONLY_WEAK * 3 + ALWAYS,
    "rcu_publication": USED + ALWAYS * 3 + USED + ALWAYS,
    "reference_counting": ALWAYS * 2 + [("data-race|leak", "data-race|leak")],
    "sense_reversing_barrier": ALWAYS * 4,
    "seqlock": STALE * 4,
    "spsc_ring": ALWAYS * 4,
    "test_and_set_lock": ALWAYS * 2,
    "test_and_test_and_set_lock": ALWAYS * 3,
    "ticket_lock": ALWAYS * 2 + [(LIVELOCK, LIVELOCK)],
    "treiber_stack": ALWAYS * 4,
    "treiber_stack_aba": [(ASSERTION, ASSERTION)] + STALE * 3,
}


def check(arguments, program, words, model, verdict):
    options = ["--search", "graphs", "--model", model]
    schedule = program.parent / f"{'.'.join([program.name, *words, model])}.sched"
    schedule.unlink(missing_ok=True)
    status, result = programs.explore(arguments, program, [*options, "--save-schedule", str(schedule)], words)
    if result["verdict"] in verdict.split("|"):
        verdict = result["verdict"]
    programs.check(result, status, verdict, "first run")
    if verdict == PROVED and not result["complete"]:
        raise programs.Failure("proved, but not complete")
    status, again = programs.explore(arguments, program, options, words)
    if programs.without_time(again) != programs.without_time(result):
        raise programs.Failure("the second run gave other JSON than the first")
    if result["violations"]:
        status, replayed = programs.explore(arguments, program, ["--replay", str(schedule)], words)
        programs.check(replayed, status, verdict, "replay")
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--selvage", type=pathlib.Path, required=True)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--configurations", default="gcc-O0,gcc-Og,gcc-O2,clang-O0,clang-Og,clang-O2")
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rebuild", action="store_true")
    arguments = parser.parse_args()
    arguments.selvage, arguments.search = arguments.selvage.resolve(), ""
    arguments.work = arguments.work.resolve() / "algorithms"
    there = {source.stem for source in arguments.programs.glob("*.cpp")}
    listed = {key.split()[0] for key in TABLE}
    if there != listed:
        raise SystemExit(f"in the table or in {arguments.programs}, but not in both: {there ^ listed}")
    jobs = []
    for key, verdicts in TABLE.items():
        name, *words = key.split()
        for weak, expected in enumerate([(PROVED, PROVED), *verdicts]):
            if not expected:
                continue
            rc11, sc = expected
            source = arguments.programs / f"{name}.cpp"
            if weak and not re.search(rf"(order\({weak}, |WEAK (==|!=) {weak}\b)", source.read_text()):
                raise SystemExit(f"{name} has no WEAK={weak}")
            variant = programs.Variant(source, f"WEAK={weak}" if weak else "", rc11, {})
            if re.search(arguments.only, variant.name):
                jobs += [(variant, words, c, {"rc11": rc11, "sc": sc}) for c in arguments.configurations.split(",")]

    def one(job):
        variant, words, configuration, verdicts = job
        started, executions = time.monotonic(), {}
        try:
            program = programs.build(arguments, variant, configuration)
            for model, verdict in verdicts.items():
                executions[model] = check(arguments, program, words, model, verdict)["executions"]
            return None, executions, time.monotonic() - started
        except programs.Failure as failure:
            return f"{'sc' if executions else 'rc11'}: {failure}", executions, 0

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for (variant, words, configuration, verdicts), (failure, executions, seconds) in zip(jobs, pool.map(one, jobs)):
            where = f"{' '.join([variant.name, *words])} [{configuration}]"
            if failure:
                failed += 1
                print(f"FAIL {where}: {failure}")
            else:
                print(f"ok   {where}: {verdicts['rc11']}/{verdicts['sc']}, {executions} executions, {seconds:.1f} s")
            sys.stdout.flush()
    print(f"{len(jobs) - failed} of {len(jobs)} passed")
    return 1 if failed or not jobs else 0


if __name__ == "__main__":
    sys.exit(main())
