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

import os
import re
import sys

import survey

TIME_LIMIT = 120
LOCK = r"(?:const )?std::(?:lock_guard|scoped_lock|unique_lock|shared_lock)\b[^;]*;|\b[\w.\->\[\]]+\.lock(?:_shared)?\(\);"
ATOMIC = r"memory_order_(relaxed|acquire|release|acq_rel|seq_cst)\b|\.(?:load|store|exchange|fetch_\w+|compare_exchange_\w+)\("
# Weakest first: where that survives, so do the others.
WEAKER = {"relaxed": [], "acquire": ["relaxed"], "release": ["relaxed"], "acq_rel": ["relaxed", "acquire", "release"],
          "seq_cst": ["relaxed", "acquire", "release", "acq_rel"]}


def changes_of(text):
    """(kind of change, line, option of selvage run, what follows FILE:LINE there, the line's code)"""
    code = survey.without_comments(text)
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
    tally = survey.Survey(__doc__, "change", refused=("unsupported",))
    options = tally.options
    for case, form, cell, outcomes in tally.forms():
        folder = os.path.join(options.cases, case)
        relaxed = set()  # the lines where that will do
        changes = [(header, prefix, *change) for prefix, header in headers_of(folder, form)
                   for change in changes_of(open(os.path.join(folder, header), encoding="utf-8").read())]
        for header, prefix, what, line, option, order, code in changes:
            name = f"{case}/{form}: {what} {prefix}{line}"
            if (header, line) in relaxed or not tally.is_to_be_made(name, code):
                continue
            model = ["--model", "rc11"] if order else []
            verdict, printed = survey.explore(
                options.selvage, outcomes,
                [*model, option, f"{case}/{header}:{line}{order}", *cell["command"][-2:]], TIME_LIMIT)
            if verdict == "unsupported" and order and "in a search for execution graphs" in printed:
                tally.is_no_change()  # the C++ memory model knows of no processes; mutate.py changes the source of these
                continue
            if tally.note(name, verdict, code) and what == "relaxed":
                relaxed.add((header, line))
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
