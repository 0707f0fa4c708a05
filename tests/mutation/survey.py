"""What mutate.py and runtime.py have in common: which forms there are, what Selvage says of a change, and whether that is
as it should be: a violation, but for the survivors that a file lists with reasons."""

import argparse
import json
import os
import re
import subprocess
import sys

# What keeps a changed form from running on for ever is that it has one verdict or another long before this.
BUDGET = ["--time", "30", "--max-events", "20000"]


def without_comments(text):
    """The text with comments blanked out, so that an edit is not made in one."""
    return re.sub(r"//[^\n]*", lambda match: " " * len(match.group()), text)


def forms_of(manifest):
    """The proved forms, (case, form), each with the cell to explore: of the smallest size above 1, if there is one, for
    with a size of 1 there is often nothing left to get wrong."""
    cells = [cell for cell in manifest["cells"] if cell["way"] == "selvage" and not cell["fails"]]
    chosen = {}
    for cell in sorted(cells, key=lambda cell: (cell["size"] == 1, cell["size"])):
        chosen.setdefault((cell["case"], cell["form"]), cell)
    return chosen


def explore(selvage, outcomes, arguments, time_limit):
    """What `selvage run` makes of a program that should have these outcomes: its verdict, or what went wrong in several
    words; and all that it printed."""
    expected = [word for outcome in outcomes for word in ("--expect", f"exit 0: {outcome}")]
    done = subprocess.run([selvage, "run", "--json", "-", *BUDGET, *expected, *arguments], capture_output=True, text=True,
                          check=False, timeout=time_limit)
    try:
        return json.loads(done.stdout)["verdict"], done.stdout
    except json.JSONDecodeError:
        return f"exit status {done.returncode}: {done.stderr.strip()[:300]}", done.stdout


def read_survivors(path):
    known = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.strip()
            if line and not line.startswith("#"):
                where, _, rest = line.partition(": ")
                what, _, reason = rest.partition(": ")
                known[f"{where}: {what}"] = reason
    return known


class Survey:
    """All changes of a kind, one after the other, and what came of them.

    `usage` is the text for --help, `what` one change is called. Verdicts in `refused` say that nothing was explored.
    """

    def __init__(self, usage, what, refused=()):
        parser = argparse.ArgumentParser(usage=usage)
        for name in ("selvage", "cells", "cases", "survivors"):
            parser.add_argument(f"--{name}", required=True)
        parser.add_argument("--only")
        parser.add_argument("--list", action="store_true")
        self.options = parser.parse_args()
        self.options.cases = os.path.abspath(self.options.cases)
        self.what, self.refused = what, refused
        self.known = {key: reason for key, reason in read_survivors(self.options.survivors).items()
                      if not self.options.only or key.startswith(f"{self.options.only}/")}
        self.survivors, self.wrong, self.killed, self.count = {}, [], {}, 0

    def forms(self):
        """The forms to change: (case, form, cell, outcomes that it has)."""
        sys.path.insert(0, os.path.join(self.options.cases, "..", "ci"))
        import cases  # the values that a cell's text stands for

        with open(self.options.cells, encoding="utf-8") as file:
            manifest = json.load(file)
        for (case, form), cell in forms_of(manifest).items():
            if not self.options.only or case == self.options.only:
                yield case, form, cell, cases.in_order(cases.values(cell["expected"]))

    def is_to_be_made(self, name, code):
        """Counts a change. With --list it is shown, and not to be made."""
        self.count += 1
        if self.options.list:
            print(f"{name}  {code}")
        return not self.options.list

    def is_no_change(self):
        """Takes back that the last one was counted."""
        self.count -= 1

    def note(self, name, verdict, code):
        """Notes what Selvage said of a change; true if it survives."""
        print(f"{name}: {verdict}  | {code}", flush=True)
        self.killed[verdict] = self.killed.get(verdict, 0) + 1
        survives = verdict in ("proved", "exhausted")
        if survives:
            self.survivors[name] = code
        elif " " in verdict or verdict in self.refused:
            self.wrong.append(f"{name}: {verdict}")
        return survives

    def end(self):
        """Prints the sum, and what is not as it should be; returns the exit status."""
        if self.options.list:
            return 0
        verdicts = ", ".join(f"{number} {verdict}" for verdict, number in sorted(self.killed.items()))
        print(verdicts, f"of {self.count} {self.what}s")
        wrong = self.wrong + [f"{name} survives and is not listed: {code}" for name, code in self.survivors.items()
                              if name not in self.known]
        wrong += [f"{name} is listed as a survivor and is not one" for name in self.known if name not in self.survivors]
        wrong += [] if self.count else [f"no {self.what} was made"]
        for message in wrong:
            print(f"{os.path.basename(sys.argv[0])}: {message}")
        return 1 if wrong else 0
