#!/usr/bin/env python3
"""Runs the cases and says whether each did what its CMakeLists.txt expects.

usage: cases.py check MANIFEST CELL    run one cell, print what it did; the exit status tells
       cases.py table MANIFEST         run all cells, print a table; the exit status tells

MANIFEST is cases/cases.json of a build tree, see cmake/SelvageAddCase.cmake.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

WAYS = ["native", "tsan", "relacy", "selvage"]
AND_WHERE_THE_CASE_HAS_IT = ["proof"]
LABELS = {"proof-check": "z3", "proof-weaken": "z3 (less)"}
TIME_LIMIT = 280  # seconds a cell; ctest's own limit is a little longer
HANGS_AFTER = 3  # seconds after which a program that may be blocked for ever is believed to be
TSAN_TRIES = 8  # of a program with a race, until it says so
TSAN_EXIT = 66
# What the real ThreadSanitizer writes where it has found something, by the name a case has for it.
TSAN_SAYS = {"race": "data race", "lock-order": "lock-order-inversion"}
# The same for Relacy.
RELACY_SAYS = {"race": "DATA RACE", "deadlock": "DEADLOCK", "livelock": "LIVELOCK", "assertion": "USER ASSERT FAILED",
               "use-after-free": "ACCESS TO FREED MEMORY", "uninitialized": "UNINITIALIZED ACCESS"}


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
    """The set of words that "1 2", "2..6", "0..30 by 10", "early late" or "nothing" stands for."""
    if text == "nothing":
        return set()
    words = re.fullmatch(r"(.*?)(?: by (\d+))?", text)
    step = int(words.group(2) or 1)
    result = set()
    for word in words.group(1).split():
        bounds = re.fullmatch(r"(-?\d+)\.\.(-?\d+)", word)
        if bounds:
            result.update(map(str, range(int(bounds.group(1)), int(bounds.group(2)) + 1, step)))
        else:
            result.add(word)
    return result


def expect(condition, message):
    if not condition:
        raise Unexpected(message)


def in_order(words):
    """By value where all are numbers, else by the alphabet."""
    try:
        return sorted(words, key=int)
    except ValueError:
        return sorted(words)


def shown(words):
    """A set of outcomes in a few words."""
    ordered = in_order(words)
    if len(ordered) <= 7:
        return " ".join(ordered)
    return f"{ordered[0]}..{ordered[-1]} ({len(ordered)} values)"


def execute(command, time_limit=TIME_LIMIT, **options):
    try:
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              errors="replace", start_new_session=True, **options) as process:
            try:
                out, err = process.communicate(timeout=time_limit)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # its own processes, too
                raise
        return subprocess.CompletedProcess(command, process.returncode, out, err)
    except subprocess.TimeoutExpired as error:
        raise Unexpected(f"not done after {time_limit} s: {' '.join(command)}") from error
    except OSError as error:
        raise Unexpected(f"{command[0]}: {error.strerror}") from error


def one_value(printed, allowed):
    words = printed.split()
    expect(len(words) == 1, f"printed {printed!r}, which is not one value")
    expect(words[0] in values(allowed), f"printed {words[0]}, expected {allowed}")
    return words[0]


def trial(cell, tolerates):
    """What the program printed, or "hangs" or "crashes" where the case says that it may."""
    if "hangs" in tolerates:
        try:
            done = execute(cell["command"], HANGS_AFTER)
        except Unexpected:
            return "hangs"
    else:
        done = execute(cell["command"])
    if done.returncode != 0 and "crashes" in tolerates:
        return "crashes"
    expect(done.returncode == 0, f"exit status {done.returncode}: {done.stderr.strip()}")
    return one_value(done.stdout, cell["expected"])


def run_native(cell):
    tolerates = cell["tolerates"].split()
    seen = []
    while len(seen) < cell["trials"] and seen.count("hangs") < 2:  # two are enough to wait for
        seen.append(trial(cell, tolerates))
    return Outcome("ran", seen, len(seen), transcript="\n".join(seen))


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
    # history that hides one race in forty from clang's runtime at the notebook's size; 7 is the most it has. On a
    # busy machine, where one thread is done before the other begins, it misses more: it sees one interleaving, and
    # is asked for another.
    environment = dict(os.environ, TSAN_OPTIONS=f"exitcode={TSAN_EXIT} history_size=7")
    tolerates = cell["tolerates"].split()
    blind = cell["finding"] == "blind"
    finding = "silent" if blind else cell["finding"]
    for _ in range(1 if finding == "silent" else TSAN_TRIES):
        try:
            done = execute(without_address_randomisation() + cell["command"],
                           HANGS_AFTER if "hangs" in tolerates else TIME_LIMIT, env=environment)
        except Unexpected:
            # Blocked for ever: what TSan had to say went with it. A case that may do that expects silence.
            expect("hangs" in tolerates and finding == "silent", f"not done, and {finding} was expected")
            return Outcome("silent", ["hangs"], 1, transcript="blocked for ever")
        said = [name for name, text in TSAN_SAYS.items() if f"WARNING: ThreadSanitizer: {text}" in done.stderr]
        if said:
            break
    expect(said == ([] if finding == "silent" else [finding]),
           f"{' '.join(said) or 'nothing'} reported, expected {finding}: {done.stderr.strip()}")
    if "crashes" not in tolerates:
        expect(done.returncode == (0 if finding == "silent" else TSAN_EXIT),
               f"exit status {done.returncode}: {done.stderr.strip()}")
        expect(finding != "silent" or not done.stderr, f"not silent: {done.stderr.strip()}")
    crashed = done.returncode not in (0, TSAN_EXIT)
    printed = "crashes" if crashed else one_value(done.stdout, cell["expected"])
    verdict = "cannot see between processes" if blind else {"race": "data-race"}.get(finding, finding)
    return Outcome(verdict, [printed], 1, transcript=done.stdout + done.stderr)


def run_relacy(cell):
    done = execute(cell["command"])
    expect(done.returncode == 0, f"exit status {done.returncode}: {done.stderr.strip()}")
    said = json.loads(done.stdout)
    full = cell["way"] == "relacy-full"
    if cell["expected"] in RELACY_SAYS:
        expect(said["verdict"] == RELACY_SAYS[cell["expected"]], f"verdict {said['verdict']}")
        verdict = {"race": "data-race"}.get(cell["expected"], cell["expected"])
    else:
        expect(said["verdict"] == "SUCCESS", f"verdict {said['verdict']}")
        expect(said["complete"] == full, "the search did not come to its end")
        expected = values(cell["expected"])
        found = set(map(str, said["outcomes"]))
        # What Relacy finds must be among what can happen. Its random search need not find everything.
        expect(found == expected if full else found and found <= expected,
               f"outcomes {shown(found)}, expected {cell['expected']}")
        verdict = "silent"
    return Outcome(verdict, list(map(str, said["outcomes"])), said["executions"], said["seconds"], done.stdout)


def run_selvage(cell):
    command = list(cell["command"])
    for word in in_order(values(cell["right"])) if cell["right"] else []:
        command[2:2] = ["--expect", f"exit 0: {word}"]  # after "selvage run"
    done = execute(command)
    try:
        result = json.loads(done.stdout)
    except json.JSONDecodeError as error:
        raise Unexpected(f"exit status {done.returncode}, no JSON on stdout ({error}): "
                         f"{done.stdout[:2000]}{done.stderr.strip()[:2000]}") from error
    missing = {"selvage", "program", "search", "model", "verdict", "complete", "executions", "blocked", "events",
               "seconds", "outcomes", "violations"} - result.keys()
    expect(not missing, f"not in the JSON: {' '.join(sorted(missing))}")

    fails = cell["fails"].split()
    kinds = [violation["kind"] for violation in result["violations"]]
    expect(set(kinds) == set(fails), f"violations {' '.join(kinds) or 'none'}, expected {cell['fails'] or 'none'}")
    expect(result["verdict"] in (fails or ["proved"]), f"verdict {result['verdict']}")
    expect(done.returncode == (1 if fails else 0), f"exit status {done.returncode}")
    expect(result["complete"] is True, "not every execution was explored")
    for violation in result["violations"]:
        expect(violation["schedule"] and violation["trace"], "a violation without its schedule and trace")
        if violation["kind"] != "data-race":
            continue
        where = violation["location"]["file"]
        expect(os.path.basename(where) == cell["source"], f"the race is said to be in {where!r}")
        expect(len(violation["threads"]) == 2, f"the race is said to be of threads {violation['threads']}")

    reached = [outcome["value"] for outcome in result["outcomes"]]
    expected = [f"exit 0: {value}" for value in values(cell["expected"])]
    expect(sorted(reached) == sorted(expected), f"outcomes {reached}, expected {cell['expected']}")
    expect(result["executions"] == cell["executions"],
           f"{result['executions']} executions, expected {cell['executions']}")
    expect(all(outcome["executions"] > 0 for outcome in result["outcomes"]), "an outcome of no execution")
    ended = sum(outcome["executions"] for outcome in result["outcomes"])
    # An execution that ends in a deadlock, say, has no outcome.
    expect(ended <= result["executions"] if fails else ended == result["executions"],
           "the outcomes' executions do not add up")
    return Outcome(" ".join(dict.fromkeys(kinds)) or result["verdict"],
                   [value.removeprefix("exit 0: ") for value in reached], result["executions"],
                   result["seconds"], done.stdout)


def run_directed(cell):
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        done = execute(cell["command"] + [f"--gtest_output=json:{report}"])
        expect(done.returncode == 0, f"exit status {done.returncode}: {done.stdout}{done.stderr}")
        with open(report, encoding="utf-8") as file:
            tests = [test for suite in json.load(file)["testsuites"] for test in suite["testsuite"]]
    expect(len(tests) == 1, f"{len(tests)} tests named {cell['name']}")
    reached = [tests[0]["outcome"]]
    expect(set(reached) == values(cell["expected"]), f"outcome {reached[0]}, expected {cell['expected']}")
    return Outcome("reached", reached, 1, transcript=done.stdout)


def run_proof(cell):
    done = execute(cell["command"])
    expect(done.returncode == 0, done.stdout + done.stderr)
    return Outcome("proved" if cell["way"] == "proof-check" else "all needed", [], "-", transcript=done.stdout)


RUNNERS = {"proof-check": run_proof, "proof-weaken": run_proof,
           "native": run_native, "tsan": run_tsan, "relacy-full": run_relacy, "relacy-random": run_relacy,
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


def rows_of_form(manifest, case, form, failures):
    cells = [cell for cell in manifest["cells"] if (cell["case"], cell["form"]) == (case["name"], form)]
    rows = []
    for way in WAYS + AND_WHERE_THE_CASE_HAS_IT:
        mine = [cell for cell in cells if cell["way"].partition("-")[0] == way]
        if not mine and way in WAYS and not (way == "relacy" and case["no_relacy"]):
            failures.append(f"{case['name']}, {form}: nothing was built to run with {way}")
        for cell in mine:
            label = LABELS.get(cell["way"], cell["way"].replace("-", " ")) + (f" ({cell['model']})" if cell.get("model", form) != form else "")
            row = [case["name"], form, label, str(cell["size"])]
            try:
                outcome = run(cell)
                row += [outcome.verdict, str(outcome.executions), shown(set(outcome.outcomes)) or "-",
                        f"{outcome.seconds:.3f}", "yes"]
            except Unexpected as error:
                failures.append(f"{cell['name']}: {error}")
                row += ["?", "", "", "", "NO"]
            rows.append(row)
    return rows


def table(manifest):
    heading = ["case", "form", "with", "N", "verdict", "executions", "outcomes", "seconds", "as expected"]
    failures = []
    count = wrong = 0
    for notebook in dict.fromkeys(case["notebook"] for case in manifest["cases"]):
        print(f"== {notebook}")
        rows = [heading]
        for case in (case for case in manifest["cases"] if case["notebook"] == notebook):
            print(f"{case['name']}: {case['title']}")
            if case["no_relacy"]:
                print(f"  (not in Relacy: {case['no_relacy']})")
            for form in dict.fromkeys(cell["form"] for cell in manifest["cells"] if cell["case"] == case["name"]):
                rows += rows_of_form(manifest, case, form, failures)
        print()
        print_aligned(rows, right={3, 5, 7})
        print(flush=True)
        count += len(rows) - 1
        wrong += sum(row[-1] == "NO" for row in rows)
    for failure in failures:
        print(f"NOT AS EXPECTED: {failure}")
    print(f"{count - wrong} of {count} cells are as expected")
    return 1 if failures or count == 0 else 0


def main(arguments):
    if not (len(arguments) == 2 and arguments[0] == "table" or len(arguments) == 3 and arguments[0] == "check"):
        sys.exit(__doc__)
    with open(arguments[1], encoding="utf-8") as file:
        manifest = json.load(file)
    return table(manifest) if arguments[0] == "table" else check(manifest, arguments[2])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
