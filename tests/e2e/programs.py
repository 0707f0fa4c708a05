#!/usr/bin/env python3
"""Builds the programs under tests/programs and checks what `selvage run` says about each.

A program says in comments what to expect:

    // expect: proved                  as it stands
    // expect BUG: data-race           compiled with -DBUG
    // options: --watchdog 1           further options of selvage run
    // options BUG: --watchdog 1       ... of this variant only
    // libraries: -latomic
    // message BUG: regular expression that the first violation's message matches
    // outcomes: 2                     how many different outcomes (for the proved variant)

Each variant is built in each configuration (a plain g++ TSan build, and both compilers at several
optimisation levels through `selvage c++`) and run twice: both runs must give the expected verdict and exit
status, and the same JSON but for `seconds`. The schedule of a violation is saved and must replay to it.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import time

EXIT_STATUS = {"proved": 0, "exhausted": 2, "unsupported": 3}  # anything else: 1
TIMEOUT = 90

CONFIGURATIONS = {
    "plain": None,
    "gcc-O0": ["g++", "-O0"],
    "gcc-Og": ["g++", "-Og"],
    "gcc-O2": ["g++", "-O2"],
    "clang-O0": ["clang++-14", "-O0"],
    "clang-Og": ["clang++-14", "-Og"],
    "clang-O2": ["clang++-14", "-O2"],
}


class Variant:
    def __init__(self, source, macro, verdict, settings):
        self.source, self.macro, self.verdict = source, macro, verdict
        self.options = settings.get(("options", ""), "").split() + (
            settings.get(("options", macro), "").split() if macro else [])
        self.libraries = settings.get(("libraries", ""), "").split()
        self.message = settings.get(("message", macro))
        self.graphs = settings.get(("graphs", ""))  # what the search for graphs says of it, where that does not know it
        outcomes = settings.get(("outcomes", ""))
        self.outcomes = int(outcomes) if outcomes and not macro else None

    @property
    def name(self):
        return self.source.stem + ("." + self.macro if self.macro else "")


def variants_of(source):
    settings, expected = {}, []
    for line in source.read_text().splitlines():
        match = re.fullmatch(r"// (expect|options|libraries|outcomes|message|graphs)(?: (\w+))?: (.*)", line)
        if not match:
            continue
        key, macro, value = match.group(1), match.group(2) or "", match.group(3).strip()
        if key == "expect":
            expected.append((macro, value))
        else:
            settings[key, macro] = value
    if not expected:
        raise SystemExit(f"{source}: says nothing about what to expect")
    return [Variant(source, macro, verdict, settings) for macro, verdict in expected]


class Failure(Exception):
    pass


def run(command, **more):
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               errors="replace", stdin=subprocess.DEVNULL, **more)
    try:
        out, err = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired as late:
        process.kill()  # what it started dies with it
        process.communicate()
        raise Failure(f"no end within {TIMEOUT} s: {' '.join(map(str, command))}") from late
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def gcc_plugin(selvage):
    return pathlib.Path(selvage).parent.parent / "lib/selvage/selvage_call_operands.so"


def clang_plugin(selvage):
    return pathlib.Path(selvage).parent.parent / "lib/selvage/selvage_unseen_accesses.so"


def build(arguments, variant, configuration):
    """The executable; built where it is older than its source, a header beside it, this file or the compiler driver."""
    program = arguments.work / configuration / variant.name
    source = variant.source
    sources = [source, *source.parent.glob("*.hpp"), pathlib.Path(__file__), gcc_plugin(arguments.selvage),
               clang_plugin(arguments.selvage)]
    sources += [] if configuration == "plain" else [arguments.selvage]
    newest = max(path.stat().st_mtime for path in sources)
    if program.exists() and program.stat().st_mtime > newest and not arguments.rebuild:
        return program
    program.parent.mkdir(parents=True, exist_ok=True)
    words = ["-std=c++20", "-g", "-pthread", str(source), *(["-D" + variant.macro] if variant.macro else []),
             *variant.libraries]
    if configuration == "plain":
        command = ["g++", "-O1", "-fsanitize=thread", "-fno-builtin", f"-fplugin={gcc_plugin(arguments.selvage)}",
                   "-Wno-tsan", "-o", str(program), *words]
    else:
        compiler, level = CONFIGURATIONS[configuration]
        quiet = ["-Wno-tsan"] if compiler == "g++" else []
        command = [str(arguments.selvage), "c++", "-o", str(program), level, *quiet, *words]
    environment = dict(os.environ)
    if configuration != "plain":
        environment["CXX"] = CONFIGURATIONS[configuration][0]
    done = run(command, env=environment)
    if done.returncode != 0:
        raise Failure("does not compile: " + done.stderr[-2000:])
    return program


def explore(arguments, program, options, words=()):
    search = getattr(arguments, "search", "")  # the other scripts have no such option
    search = ["--search", search] if search and "--replay" not in options else []
    done = run([str(arguments.selvage), "run", "--json", "-", "--output", "hide", *search, *options, str(program),
                *words])
    try:
        result = json.loads(done.stdout)
    except json.JSONDecodeError as error:
        raise Failure(f"no JSON (exit {done.returncode}): {done.stdout[-300:]} {done.stderr[-600:]}") from error
    return done.returncode, result


def ends_early(result):
    """What the search for graphs says of a program that ends while threads run, where others prove it (docs/memory-model.md)."""
    return result["search"] == "graphs" and result["message"].startswith("the program may end while other threads run")


def check(result, status, verdict, what):
    if verdict == "exhausted" and result["search"] == "stateful" and result["verdict"] == "proved":
        return  # states are fewer than executions, and a budget of these lasts longer
    if verdict == "proved" and ends_early(result):
        return
    wanted = EXIT_STATUS.get(verdict, 1)
    if result["verdict"] != verdict or status != wanted:
        messages = "; ".join(v["message"] for v in result["violations"]) or result.get("message", "")
        raise Failure(f"{what}: {result['verdict']} (exit {status}) where {verdict} (exit {wanted}) was "
                      f"expected: {messages}")


def without_time(result):
    result = dict(result)
    result.pop("seconds")
    return json.dumps(result, sort_keys=True)


def test(arguments, variant, configuration):
    program = build(arguments, variant, configuration)
    schedule = program.parent / f"{program.name}{arguments.search}.sched"
    schedule.unlink(missing_ok=True)
    status, result = explore(arguments, program, [*variant.options, "--save-schedule", str(schedule)])
    if result["search"] == "graphs" and variant.graphs:
        check(result, status, variant.graphs, "search for graphs")
        return result
    check(result, status, variant.verdict, "first run")
    if variant.message and not re.search(variant.message, result["violations"][0]["message"]):
        raise Failure(f"message {result['violations'][0]['message']!r} does not match {variant.message!r}")
    if variant.outcomes is not None and len(result["outcomes"]) != variant.outcomes:
        raise Failure(f"{len(result['outcomes'])} outcomes where {variant.outcomes} were expected")
    if variant.verdict == "proved" and not ends_early(result) and not (result["complete"] and result["executions"] > 0):
        raise Failure("proved, but not complete")
    if variant.verdict == "nondeterministic":
        return result  # the program differs from run to run: that is the verdict
    status, again = explore(arguments, program, variant.options)
    if without_time(again) != without_time(result):
        raise Failure("the second run gave other JSON than the first")
    if result["violations"]:
        if not schedule.exists():
            raise Failure("the violation's schedule was not saved")
        options = [o for o in variant.options if o.startswith("--watchdog") or o.isdigit()] \
            if "--watchdog" in variant.options else []
        status, replayed = explore(arguments, program, [*options, "--replay", str(schedule)])
        check(replayed, status, variant.verdict, "replay")
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--selvage", type=pathlib.Path, required=True)
    parser.add_argument("--programs", type=pathlib.Path, required=True, nargs="+")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--configurations", default=",".join(CONFIGURATIONS))
    parser.add_argument("--only", default="")
    parser.add_argument("--search", default="", help="what selvage run is to use instead of its default")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rebuild", action="store_true")
    arguments = parser.parse_args()
    arguments.selvage = arguments.selvage.resolve()
    arguments.work.mkdir(parents=True, exist_ok=True)
    arguments.work = arguments.work.resolve()
    jobs = [(variant, configuration)
            for directory in arguments.programs
            for source in sorted(directory.glob("*.cpp"))
            for variant in variants_of(source) if re.search(arguments.only, variant.name)
            for configuration in arguments.configurations.split(",")]
    if not jobs:
        raise SystemExit("no program to test")
    failed = 0

    def one(job):
        started = time.monotonic()
        try:
            return test(arguments, *job), None, time.monotonic() - started
        except Failure as failure:
            return None, str(failure), time.monotonic() - started

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for (variant, configuration), (result, failure, seconds) in zip(jobs, pool.map(one, jobs)):
            where = f"{variant.name} [{configuration}]"
            if failure:
                failed += 1
                print(f"FAIL {where}: {failure}")
            else:
                print(f"ok   {where}: {result['verdict']}, {result['executions']} executions, {seconds:.1f} s")
            sys.stdout.flush()
    print(f"{len(jobs) - failed} of {len(jobs)} passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
