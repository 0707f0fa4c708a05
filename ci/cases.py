#!/usr/bin/env python3
"""Runs the cases and says whether each did what its CMakeLists.txt expects.

usage: cases.py check MANIFEST CELL    run one cell, print what it did; the exit status tells
       cases.py table MANIFEST         run all cells, print a table; the exit status tells

MANIFEST is cases/cases.json of a build tree, see cmake/SelvageAddCase.cmake.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

WAYS = ["native", "tsan", "relacy", "selvage"]
TIME_LIMIT = 280  # seconds a cell; ctest's own limit is a little longer
TSAN_EXIT = 66


class Unexpected(Exception):
    """What a cell did is not what the case expects."""


@dataclass
class Outcome:
    """What a cell did, as the table shows it."""

    verdict: str
    outcomes: list
    executions: int = None
    seconds: float = None
    transcript: str = field(default="", repr=False)


def values(text):
    """The set of numbers that "1 2", "2..6" or "0..30 by 10" stands for."""
    words = re.fullmatch(r"(.*?)(?: by (\d+))?", text)
    step = int(words.group(2) or 1)
    result = set()
    for word in words.group(1).split():
        first, _, last = word.partition("..")
        result.update(range(int(first), int(last or first) + 1, step))
    return result


def expect(condition, message):
    if not condition:
        raise Unexpected(message)


def shown(numbers):
    """A set of numbers in a few words."""
    ordered = sorted(numbers)
    if len(ordered) <= 7:
        return " ".join(map(str, ordered))
    return f"{ordered[0]}..{ordered[-1]} ({len(ordered)} values)"


def execute(command, **options):
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                              timeout=TIME_LIMIT, check=False, **options)
    except subprocess.TimeoutExpired as error:
        raise Unexpected(f"not done after {TIME_LIMIT} s: {' '.join(command)}") from error
    except OSError as error:
        raise Unexpected(f"{command[0]}: {error.strerror}") from error


def numbers_in(text):
    try:
        return [int(line) for line in text.split()]
    except ValueError as error:
        raise Unexpected(f"the program printed something else than numbers: {text!r}") from error


def run_native(cell):
    done = execute(cell["command"])
    expect(done.returncode == 0, f"exit status {done.returncode}: {done.stderr.strip()}")
    printed = numbers_in(done.stdout)
    expect(len(printed) == cell["trials"], f"{len(printed)} values for {cell['trials']} trials")
    wrong = set(printed) - values(cell["expected"])
    expect(not wrong, f"printed {shown(wrong)}, expected {cell['expected']}")
    return Outcome("ran", printed, len(printed), transcript=done.stdout)


def without_address_randomisation():
    """A prefix for commands; empty where the kernel or a container's seccomp filter does not allow it."""
    prefix = ["setarch", "-R"]
    try:
        allowed = subprocess.run(prefix + ["true"], capture_output=True, check=False).returncode == 0
    except OSError:
        allowed = False
    return prefix if allowed else []


def run_tsan(cell):
    # TSan keeps quiet about a race where it no longer has the stack of the earlier access. With its default
    # history that hides one race in forty from clang's runtime at the notebook's size; 7 is the most it has.
    environment = dict(os.environ, TSAN_OPTIONS=f"exitcode={TSAN_EXIT} history_size=7")
    done = execute(without_address_randomisation() + cell["command"], env=environment)
    reported = "WARNING: ThreadSanitizer: data race" in done.stderr
    expect(done.returncode == (TSAN_EXIT if cell["race"] else 0),
           f"exit status {done.returncode}: {done.stderr.strip()}")
    expect(reported == cell["race"], "data race reported" if reported else "no data race reported")
    expect(cell["race"] or not done.stderr, f"not silent: {done.stderr.strip()}")
    printed = numbers_in(done.stdout)
    expect(len(printed) == 1, f"printed {len(printed)} values")
    wrong = set(printed) - values(cell["expected"])
    expect(not wrong, f"printed {shown(wrong)}, expected {cell['expected']}")
    return Outcome("data-race" if reported else "silent", printed, 1, transcript=done.stdout + done.stderr)


def run_relacy(cell):
    done = execute(cell["command"])
    expect(done.returncode == 0, f"exit status {done.returncode}: {done.stderr.strip()}")
    said = json.loads(done.stdout)
    full = cell["way"] == "relacy-full"
    if cell["expected"] == "race":
        expect(said["verdict"] == "DATA RACE", f"verdict {said['verdict']}")
        verdict = "data-race"
    else:
        expect(said["verdict"] == "SUCCESS", f"verdict {said['verdict']}")
        expect(said["complete"] == full, "the search did not come to its end")
        expected = values(cell["expected"])
        found = set(said["outcomes"])
        # What Relacy finds must be among what can happen. Its random search need not find everything.
        expect(found == expected if full else found and found <= expected,
               f"outcomes {shown(found)}, expected {cell['expected']}")
        verdict = "silent"
    return Outcome(verdict, said["outcomes"], said["executions"], said["seconds"], done.stdout)


def run_selvage(cell):
    done = execute(cell["command"])
    try:
        result = json.loads(done.stdout)
    except json.JSONDecodeError as error:
        raise Unexpected(f"exit status {done.returncode}, no JSON on stdout ({error}): "
                         f"{done.stdout[:2000]}{done.stderr.strip()[:2000]}") from error
    missing = {"selvage", "program", "search", "model", "verdict", "complete", "executions", "blocked", "events",
               "seconds", "outcomes", "violations"} - result.keys()
    expect(not missing, f"not in the JSON: {' '.join(sorted(missing))}")

    race = cell["race"]
    expect(result["verdict"] == ("data-race" if race else "proved"), f"verdict {result['verdict']}")
    expect(done.returncode == (1 if race else 0), f"exit status {done.returncode}")
    expect(result["complete"] is True, "not every execution was explored")
    kinds = [violation["kind"] for violation in result["violations"]]
    expect(bool(kinds) == race and set(kinds) <= {"data-race"}, f"violations {kinds}")
    for violation in result["violations"]:
        where = violation["location"]["file"]
        expect(os.path.basename(where) == cell["source"], f"the race is said to be in {where!r}")
        expect(len(violation["threads"]) == 2, f"the race is said to be of threads {violation['threads']}")
        expect(violation["schedule"] and violation["trace"], "a violation without its schedule and trace")

    reached = [outcome["value"] for outcome in result["outcomes"]]
    expected = [f"exit 0: {value}" for value in values(cell["expected"])]
    expect(sorted(reached) == sorted(expected), f"outcomes {reached}, expected {cell['expected']}")
    expect(result["executions"] == cell["executions"],
           f"{result['executions']} executions, expected {cell['executions']}")
    expect(all(outcome["executions"] > 0 for outcome in result["outcomes"]), "an outcome of no execution")
    expect(sum(outcome["executions"] for outcome in result["outcomes"]) == result["executions"],
           "the outcomes' executions do not add up")
    return Outcome(result["verdict"], [int(value.rpartition(" ")[2]) for value in reached], result["executions"],
                   result["seconds"], done.stdout)


def run_directed(cell):
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        done = execute(cell["command"] + [f"--gtest_output=json:{report}"])
        expect(done.returncode == 0, f"exit status {done.returncode}: {done.stdout}{done.stderr}")
        with open(report, encoding="utf-8") as file:
            tests = [test for suite in json.load(file)["testsuites"] for test in suite["testsuite"]]
    expect(len(tests) == 1, f"{len(tests)} tests named {cell['name']}")
    reached = [int(tests[0]["outcome"])]
    expect(set(reached) == values(cell["expected"]), f"outcome {reached[0]}, expected {cell['expected']}")
    return Outcome("reached", reached, 1, transcript=done.stdout)


RUNNERS = {"native": run_native, "tsan": run_tsan, "relacy-full": run_relacy, "relacy-random": run_relacy,
           "selvage": run_selvage, "selvage-directed": run_directed}


def run(cell):
    start = time.monotonic()
    outcome = RUNNERS[cell["way"]](cell)
    if outcome.seconds is None:
        outcome.seconds = time.monotonic() - start
    return outcome


def check(manifest, name):
    cells = [cell for cell in manifest["cells"] if cell["name"] == name]
    if len(cells) != 1:
        sys.exit(f"cases.py: {len(cells)} cells named {name}")
    try:
        outcome = run(cells[0])
    except Unexpected as error:
        print(f"{name}: {error}", f"expected: {cells[0]['expected']}", f"command: {' '.join(cells[0]['command'])}",
              sep="\n")
        return 1
    print(outcome.transcript.rstrip())
    print(f"{name}: {outcome.verdict}; {shown(set(outcome.outcomes))}")
    return 0


def print_aligned(rows, right):
    """Prints rows of strings; the columns numbered in `right` are aligned to the right."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    for number, row in enumerate(rows):
        cells = [text.rjust(width) if column in right else text.ljust(width)
                 for column, (text, width) in enumerate(zip(row, widths))]
        print("  ".join(cells).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def table(manifest):
    for case in manifest["cases"]:
        print(f"{case['name']}: {case['title']}")
    print()
    rows = [["case", "form", "with", "N", "verdict", "executions", "outcomes", "seconds", "as expected"]]
    failures = []
    forms = []
    for cell in manifest["cells"]:
        if (cell["case"], cell["form"]) not in forms:
            forms.append((cell["case"], cell["form"]))
    for case, form in forms:
        cells = [cell for cell in manifest["cells"] if (cell["case"], cell["form"]) == (case, form)]
        for way in WAYS:
            mine = [cell for cell in cells if cell["way"].partition("-")[0] == way]
            if not mine:
                failures.append(f"{case}, {form}: nothing was built to run with {way}")
            for cell in mine:
                label = cell["way"].replace("-", " ") + (f" ({cell['model']})" if cell.get("model", form) != form else "")
                row = [case, form, label, str(cell["size"])]
                try:
                    outcome = run(cell)
                    if way == "native":
                        more = " ..." if len(outcome.outcomes) > 10 else ""
                        print(f"{case} {form}, trials: {' '.join(map(str, outcome.outcomes[:10]))}{more}")
                    row += [outcome.verdict, str(outcome.executions), shown(set(outcome.outcomes)) or "-",
                            f"{outcome.seconds:.3f}", "yes"]
                except Unexpected as error:
                    failures.append(f"{cell['name']}: {error}")
                    row += ["?", "", "", "", "NO"]
                rows.append(row)
    print()
    print_aligned(rows, right={3, 5, 7})
    print()
    for failure in failures:
        print(f"NOT AS EXPECTED: {failure}")
    print(f"{len(rows) - 1 - sum(row[-1] == 'NO' for row in rows)} of {len(rows) - 1} cells are as expected")
    return 1 if failures or len(rows) == 1 else 0


def main(arguments):
    if not (len(arguments) == 2 and arguments[0] == "table" or len(arguments) == 3 and arguments[0] == "check"):
        sys.exit(__doc__)
    with open(arguments[1], encoding="utf-8") as file:
        manifest = json.load(file)
    return table(manifest) if arguments[0] == "table" else check(manifest, arguments[2])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
