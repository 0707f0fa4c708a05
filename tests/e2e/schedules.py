#!/usr/bin/env python3
"""A saved schedule replays; one that is truncated, corrupted or of another program is refused with exit 3."""
import argparse
import pathlib
import re
import shlex
import sys

import programs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--selvage", type=pathlib.Path, required=True)
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--foreign", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    arguments.selvage, arguments.rebuild = arguments.selvage.resolve(), False
    arguments.work = arguments.work.resolve()
    program = programs.build(arguments, programs.Variant(arguments.program, "BUG", "", {}), "plain")
    other = programs.build(arguments, programs.Variant(arguments.foreign, "BUG", "", {}), "plain")
    saved = arguments.work / "schedules.sched"
    status, result = programs.explore(arguments, program, ["--save-schedule", str(saved)])
    verdict = result["verdict"]
    if status != 1 or not saved.exists():
        raise SystemExit(f"no violation to save a schedule of: {verdict}")
    good = saved.read_text()

    def replay(text, of=program):
        path = arguments.work / "changed.sched"
        path.write_text(text)
        return programs.run([str(arguments.selvage), "run", "--replay", str(path), str(of)])

    failed = 0

    def must(what, done, status):
        nonlocal failed
        said = (done.stderr or done.stdout).strip()
        if done.returncode != status or not said or "internal error" in said:
            failed += 1
            print(f"FAIL {what}: exit {done.returncode} where {status} was expected: {said[-300:]}")
        else:
            print(f"ok   {what}: exit {status}")

    must("unchanged", replay(good), 1)
    must("without the program's name",
         programs.run([str(arguments.selvage), "run", "--replay", str(saved)]), 1)
    must("of another program", replay(good, other), 3)
    must("not there", programs.run([str(arguments.selvage), "run", "--replay", "/nonexistent", str(program)]), 3)
    must("empty", replay(""), 3)
    for part in (1, 2, 3, 5, 9):
        must(f"truncated to {part}/10", replay(good[:len(good) * part // 10]), 3)
    # One character of the schedule's steps, and others all over the file.
    for at in range(0, len(good), max(1, len(good) // 40)):
        if good[at].isspace():
            continue
        changed = good[:at] + ("7" if good[at] != "7" else "3") + good[at + 1:]
        must(f"character {at} changed ({good[max(0, at - 8):at + 8]!r})", replay(changed), 3)
    # The command that a report shows, as it is copied from there.
    found = programs.run([str(arguments.selvage), "run", str(program)])
    shown = re.search(r"^To replay it:  (.*)$", found.stdout, re.MULTILINE)
    words = shlex.split(shown.group(1)) if shown else ["false"]
    again = programs.run(words)
    must("the command of a report", again, 1)
    told = [text.split("\nSchedule", 1)[0] for text in (found.stdout, again.stdout)]
    if "--schedule" not in words or told[0] != told[1]:
        failed += 1
        print(f"FAIL the command of a report shows something else: {words}: {told[1][:600]}")
    must("a step that does not fit", programs.run([*words[:-2], words[-2] + " 9*3", words[-1]]), 3)
    must("no schedule", programs.run([*words[:-2], "", words[-1]]), 3)
    must("garbage", replay("\x00\x01\x02" * 100), 3)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
