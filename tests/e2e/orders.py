#!/usr/bin/env python3
"""`selvage orders`, --weaken and --drop-lock on whole programs.

The programs in tests/programs/orders say at each line what is to come of it: `// needed: store release`,
`// relaxed: read-modify-write seq_cst` (relaxed will do), `// relaxed already`, `// lock needed`, `// lock not needed`.
Every line found must say so, with each compiler and level; each command that is shown must show what it is said to; its
schedule must replay; and what cannot be done is refused in one line.
"""
import argparse
import json
import pathlib
import re
import shlex
import sys

import programs


class Wrong(Exception):
    pass


def wanted_of(source):
    """By line: what the comment there says."""
    wanted = {}
    for number, line in enumerate(source.read_text().splitlines(), 1):
        match = re.search(r"// (needed: .*|relaxed: .*|relaxed already|lock needed|lock not needed)$", line)
        if match:
            wanted[number] = match.group(1)
    return wanted


def found_in(report):
    found = {}
    for finding in report["orders"]:
        accesses = ", ".join(f"{a['what']} {a['order']}" for a in finding["accesses"])
        if {a["order"] for a in finding["accesses"]} == {"relaxed"}:
            said = "relaxed already"
        elif finding["weakest"]:
            said = f"{' or '.join(finding['weakest'])}: {accesses}"
        else:
            said = f"needed: {accesses}"
        found[finding["line"]] = said
    for finding in report["locks"]:
        found[finding["line"]] = "lock needed" if finding["needed"] else "lock not needed"
    return found


def orders(arguments, program, options=()):
    done = programs.run([str(arguments.selvage), "orders", "--json", "-", *options, str(program)])
    try:
        return done.returncode, json.loads(done.stdout)
    except json.JSONDecodeError as error:
        raise Wrong(f"no JSON (exit {done.returncode}): {done.stderr[-600:]}") from error


def check_counterexamples(arguments, report):
    schedule = arguments.work / "orders.sched"
    trials = [trial for finding in report["orders"] for trial in finding["refuted"]]
    trials += [finding for finding in report["locks"] if finding["needed"]]
    for trial in trials:
        schedule.unlink(missing_ok=True)
        words = shlex.split(trial["command"])
        at = words.index("run") + 1
        done = programs.run([*words[:at], "--json", "-", "--save-schedule", str(schedule), *words[at:]])
        result = json.loads(done.stdout)
        if done.returncode != 1 or result["verdict"] != trial["verdict"] or result["message"] != trial["message"]:
            raise Wrong(f"{trial['command']}: {result['verdict']}: {result['message']}")
        change = result["weaken"] + result["drop_lock"]
        if len(change) != 1 or f" {change[0]} " not in trial["command"]:
            raise Wrong(f"{trial['command']}: changed {change}")
        again = programs.run([words[0], "run", "--json", "-", "--replay", str(schedule)])
        replayed = json.loads(again.stdout)
        if again.returncode != 1 or replayed["verdict"] != trial["verdict"]:
            raise Wrong(f"{trial['command']}: replayed: {replayed['verdict']}: {replayed['message']}")
        if result["weaken"] + result["drop_lock"] != replayed["weaken"] + replayed["drop_lock"]:
            raise Wrong(f"{trial['command']}: replayed with {replayed['weaken']} {replayed['drop_lock']}")
        if not replayed["message"] or "with the " not in again.stderr.splitlines()[0]:
            raise Wrong(f"the report does not say what was changed: {again.stderr.splitlines()[:1]}")


def refusals(arguments, program, message_line):
    name = "message.cpp"
    for options, said in (
            (["--weaken", f"{name}:{message_line}=seq_cst"], "is release, which is not stronger"),
            (["--weaken", f"{name}:1=relaxed"], "no code at this line"),
            (["--weaken", "nowhere.cpp:3=relaxed"], "no such file"),
            (["--weaken", f"{name}:{message_line - 1}=relaxed"], "no atomic access and no fence was met"),
            (["--weaken", f"{name}:{message_line}"], "FILE:LINE=ORDER"),
            (["--weaken", f"{name}:{message_line}=weaker"], "none of the orders"),
            (["--drop-lock", f"{name}:{message_line}"], "no mutex or read-write lock"),
            (["--drop-lock", name], "FILE:LINE")):
        done = programs.run([str(arguments.selvage), "run", *options, str(program)])
        if done.returncode != 3 or said not in done.stderr or done.stderr.count("\n") != 1 or done.stdout:
            raise Wrong(f"{options}: exit {done.returncode}: {done.stderr} {done.stdout}")
    status, report = orders(arguments, program, ["--executions", "1"])
    if status != 2 or report["verdict"] != "exhausted" or report["orders"]:
        raise Wrong(f"with one execution: exit {status}: {report['verdict']}")
    status, report = orders(arguments, program, ["--expect", "exit 7"])
    if status != 1 or report["verdict"] != "assertion" or report["orders"]:
        raise Wrong(f"with an outcome that it has not: exit {status}: {report['verdict']}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--selvage", type=pathlib.Path, required=True)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--configurations", default=",".join(programs.CONFIGURATIONS))
    arguments = parser.parse_args()
    arguments.selvage, arguments.work, arguments.rebuild = arguments.selvage.resolve(), arguments.work.resolve(), False
    arguments.work.mkdir(parents=True, exist_ok=True)
    failed = 0
    for source in sorted(arguments.programs.resolve().glob("*.cpp")):
        wanted = wanted_of(source)
        for configuration in arguments.configurations.split(","):
            try:
                program = programs.build(arguments, programs.Variant(source, "", "proved", {}), configuration)
                status, report = orders(arguments, program)
                if status != 0 or report["verdict"] != "proved":
                    raise Wrong(f"exit {status}: {report['verdict']}: {report['message']}")
                found = found_in(report)
                if found != wanted:
                    raise Wrong(f"found {sorted(found.items())}\n  where the program says {sorted(wanted.items())}")
                check_counterexamples(arguments, report)
                if source.stem == "message":
                    refusals(arguments, program, next(n for n, said in wanted.items() if said == "needed: store release"))
                print(f"ok   {source.stem} [{configuration}]")
            except (Wrong, programs.Failure) as wrong:
                failed += 1
                print(f"FAIL {source.stem} [{configuration}]: {wrong}")
            sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
