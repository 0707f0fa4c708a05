#!/usr/bin/env python3
"""Takes locks away from the fixed forms and weakens their memory orders, at run time: each must then fail.

usage: runtime.py --selvage COMMAND --cells CASES_JSON --cases DIRECTORY --survivors FILE [--only CASE] [--list]

For each form that is proved, every line of FORM.hpp (and of the case's headers that it includes) that locks is explored with `--drop-lock`, and every line with an atomic
access with `--weaken` to each weaker order, one at a time, at the smallest size above 1 that the case declares. (mutate.py
does this and more to the source; here nothing is compiled, and the model is the C++ one for the orders.) Each change must
turn `proved` into a violation. (Where relaxed will do, stronger orders are not tried.) Those that do not must be the ones that FILE lists, each with the reason why the code is
right without that piece:

    CASE/FORM: drop-lock LINE: reason
    CASE/FORM: ORDER LINE: reason                  (LINE of another header: HEADER:LINE)
"""

import argparse
import json
import os
import re
import subprocess
import sys

import mutate

TIME_LIMIT = 120
LOCK = r"(?:const )?std::(?:lock_guard|scoped_lock|unique_lock|shared_lock)\b[^;]*;|\b[\w.\->\[\]]+\.lock(?:_shared)?\(\);"
ATOMIC = r"memory_order_(relaxed|acquire|release|acq_rel|seq_cst)\b|\.(?:load|store|exchange|fetch_\w+|compare_exchange_\w+)\("
# Weakest first: where that survives, so do the others.
WEAKER = {"relaxed": [], "acquire": ["relaxed"], "release": ["relaxed"], "acq_rel": ["relaxed", "acquire", "release"],
          "seq_cst": ["relaxed", "acquire", "release", "acq_rel"]}


def changes_of(text):
    """(kind of change, line, option of selvage run, what follows FILE:LINE there, the line's code)"""
    code = mutate.without_comments(text)
    lines = text.splitlines()

    def line_of(at):
        return code.count("\n", 0, at) + 1

    for line in sorted({line_of(match.start()) for match in re.finditer(LOCK, code) if "defer_lock" not in match.group()}):
        yield "drop-lock", line, "--drop-lock", "", lines[line - 1].strip()
    atomics = {}
    names = "|".join(re.findall(r"\bstd::atomic<[^<>]+>\s+(\w+)", code)) or "(?!)"
    steps = rf"(?:\+\+|--)(?:{names})\b|\b(?:{names})(?:\+\+|--)|(?<!> )\b(?:{names}) = "
    for match in re.finditer(f"{ATOMIC}|{steps}", code):
        atomics.setdefault(line_of(match.start()), set()).add(match.group(1) or "")
    for line, orders in sorted(atomics.items()):
        written = sorted(orders - {""}) or ["seq_cst"]
        if len(written) != 1:
            raise SystemExit(f"line {line} has several orders: {lines[line - 1]}")
        for order in WEAKER[written[0]]:
            yield order, line, "--weaken", f"={order}", lines[line - 1].strip()


def headers_of(folder, form):
    """The form's header and those of the case that it includes: (how the survivors' file calls it, file)."""
    text = open(os.path.join(folder, f"{form}.hpp"), encoding="utf-8").read()
    return [("", f"{form}.hpp")] + [(f"{name}:", name) for name in re.findall(r'^#include "([\w.]+)"', text, re.MULTILINE)]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    for name in ("selvage", "cells", "cases", "survivors"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--only")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    sys.path.insert(0, os.path.join(os.path.abspath(options.cases), "..", "ci"))
    import cases

    with open(options.cells, encoding="utf-8") as file:
        manifest = json.load(file)
    known = {key: reason for key, reason in mutate.read_survivors(options.survivors).items()
             if not options.only or key.startswith(f"{options.only}/")}
    count, killed, survivors, wrong = 0, {}, {}, []
    for (case, form), cell in mutate.forms_of(manifest).items():
        if options.only and case != options.only:
            continue
        folder = os.path.join(options.cases, case)
        outcomes = cases.in_order(cases.values(cell["expected"]))
        expected = [word for outcome in outcomes for word in ("--expect", f"exit 0: {outcome}")]
        relaxed = set()  # the lines where that will do
        changes = [(header, prefix, *change) for prefix, header in headers_of(folder, form)
                   for change in changes_of(open(os.path.join(folder, header), encoding="utf-8").read())]
        for header, prefix, what, line, option, order, code in changes:
            if (header, line) in relaxed:
                continue
            count += 1
            name = f"{case}/{form}: {what} {prefix}{line}"
            if options.list:
                print(f"{name}  {code}")
                continue
            model = ["--model", "rc11"] if order else []
            done = subprocess.run([options.selvage, "run", "--json", "-", *mutate.BUDGET, *expected, *model,
                                   option, f"{case}/{header}:{line}{order}", *cell["command"][-2:]],
                                  capture_output=True, text=True, check=False, timeout=TIME_LIMIT)
            try:
                verdict = json.loads(done.stdout)["verdict"]
            except json.JSONDecodeError:
                verdict = f"exit status {done.returncode}: {done.stderr.strip()[:300]}"
            if verdict == "unsupported" and order and "in a search for execution graphs" in done.stdout:
                count -= 1  # the C++ memory model knows of no processes; mutate.py changes the source of these
                continue
            print(f"{name}: {verdict}  | {code}", flush=True)
            killed[verdict] = killed.get(verdict, 0) + 1
            if verdict in ("proved", "exhausted"):
                survivors[name] = code
                if what == "relaxed":
                    relaxed.add((header, line))
            elif " " in verdict or verdict == "unsupported":
                wrong.append(f"{name}: {verdict}")
    if options.list:
        return 0
    print(", ".join(f"{number} {verdict}" for verdict, number in sorted(killed.items())), f"of {count} changes")
    wrong += [f"{name} survives and is not listed: {code}" for name, code in survivors.items() if name not in known]
    wrong += [f"{name} is listed as a survivor and is not one" for name in known if name not in survivors]
    wrong += [] if count else ["no change was made"]
    for message in wrong:
        print(f"runtime.py: {message}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
