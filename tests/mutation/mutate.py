#!/usr/bin/env python3
"""Takes the synchronisation out of the fixed forms, one piece at a time: each must then fail.

usage: mutate.py --selvage COMMAND --cells CASES_JSON --cases DIRECTORY --survivors FILE [--only CASE] [--list]

For each form that is proved, every edit below is made by itself to a copy of FORM.hpp; the copy is compiled by
`selvage c++` and explored at the smallest size that the case declares for it. The edit is *killed* where Selvage
reports a violation (an outcome that the form cannot have is one; where the edit makes a thread outlive what it uses,
the behaviour is undefined and the verdict may be any). Those that survive, proved or not decided in time, must be the
ones that FILE lists, each with the reason why the code is right without that piece:

    CASE/FORM: EDIT LINE: reason

The exit status is 0 only where they are. --list shows the edits and runs nothing.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import survey

TIME_LIMIT = 60  # seconds that an exploration may take


@dataclass
class Edit:
    what: str  # the kind of edit
    line: int  # where, counted from 1
    code: str  # the line as it was
    text: str  # the whole header after the edit


def end_of_call(text, opening):
    """The index after the parenthesis that closes the one at `opening`."""
    depth = 0
    for at in range(opening, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return at + 1
    return len(text)


def arguments_of(inside):
    """The first argument of a call, and the rest."""
    depth = 0
    for at, letter in enumerate(inside):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            return inside[:at].strip(), inside[at + 1:].strip()
    return inside.strip(), ""


def edits_of(text):
    code = survey.without_comments(text)

    def edit(what, start, end, replacement):
        line = text.count("\n", 0, start) + 1
        return Edit(what, line, text.splitlines()[line - 1].strip(), text[:start] + replacement + text[end:])

    for match in re.finditer(r"(?:const )?std::(lock_guard|scoped_lock|unique_lock|shared_lock)\b([^;]*);", code):
        declared = match.group()
        if match.group(1) == "unique_lock" and declared.endswith(");"):
            yield edit("no lock", match.start(), match.end(), declared[:-2] + ", std::defer_lock);")
        else:
            yield edit("no lock", match.start(), match.end(), ";")
    for match in re.finditer(r"\b([\w.\->\[\]]+)\.lock\(\);", code):
        unlock = code.find(f"{match.group(1)}.unlock();", match.end())
        if unlock < 0:
            continue
        stop = unlock + len(match.group(1)) + len(".unlock();")
        yield edit("no lock and unlock", match.start(), stop, text[match.end():unlock])
        yield edit("no unlock", unlock, stop, ";")
    for match in re.finditer(r"\b([\w.\->]+)\.(wait|wait_for|wait_until)\(", code):
        stop = end_of_call(code, match.end() - 1)
        first, predicate = arguments_of(text[match.end():stop - 1])
        alone = code[code.rfind("\n", 0, match.start()) + 1:match.start()].strip() == ""
        statement = alone and stop < len(code) and code[stop] == ";"
        if match.group(2) == "wait" and predicate:
            once = f"if (!({predicate})()) {match.group(1)}.wait({first})"
            yield edit("if for while", match.start(), stop, once)
        loop = re.search(r"while\s*\(.*\)\s*$", code[:match.start()])
        if loop:
            yield edit("if for while", loop.start(), loop.start() + len("while"), "if")
        elif statement and first:
            yield edit("no wait", match.start(), stop, "")
    for match in re.finditer(r"\b[\w.\->]+\.notify_(?:one|all)\(\);", code):
        yield edit("no notify", match.start(), match.end(), ";")
    for match in re.finditer(r"\b(?:[\w\]\[]+(?:\.|->))*([\w\]\[]+)\.join\(\);", code):
        name = re.escape(match.group(1).partition("[")[0])
        if re.search(rf"std::j?thread\b[^;()]*\b{name}\b", code):
            yield edit("detach for join", match.start(), match.end(), match.group()[:-len("join();")] + "detach();")
        else:
            yield edit("no join", match.start(), match.end(), ";")
    for match in re.finditer(r"\b[\w.\->\[\]]+\.(acquire|release|arrive_and_wait|count_down)\(\);", code):
        yield edit(f"no {match.group(1)}", match.start(), match.end(), ";")
    for match in re.finditer(r"memory_order_(acquire|release|acq_rel)\b", code):
        yield edit("relaxed", match.start(), match.end(), "memory_order_relaxed")
    for match in re.finditer(r"\bstd::atomic<([^<>]+)>", code):
        yield edit("no atomic", match.start(), match.end(), f"mutation::Plain<{match.group(1)}>")


# What an atomic is without being one.
PLAIN = """
namespace mutation {
template <typename T>
struct Plain {
  T value{};
  Plain() = default;
  Plain(T v) : value(v) {}
  T load(std::memory_order = std::memory_order_seq_cst) const { return value; }
  void store(T v, std::memory_order = std::memory_order_seq_cst) { value = v; }
  T exchange(T v) { T before = value; value = v; return before; }
  T fetch_add(T v, std::memory_order = std::memory_order_seq_cst) { T before = value; value += v; return before; }
  T fetch_sub(T v, std::memory_order = std::memory_order_seq_cst) { T before = value; value -= v; return before; }
  T operator++() { return ++value; }
  T operator--() { return --value; }
  T operator++(int) { return value++; }
  T operator--(int) { return value--; }
  T operator=(T v) { return value = v; }
  operator T() const { return value; }
};
}
"""


def with_plain(text):
    if "mutation::Plain" not in text:
        return text
    last = list(re.finditer(r"^#include <[^\n]*\n", text, re.MULTILINE))[-1].end()
    return text[:last] + PLAIN + text[last:]


def explore(selvage, folder, form, cell, outcomes):
    """One word for what Selvage makes of the form in `folder`, or "does not compile: ..."."""
    program = os.path.join(folder, "program")
    built = subprocess.run([selvage, "c++", "-std=c++20", "-w", os.path.join(folder, f"{form}.cpp"), "-o", program],
                           capture_output=True, text=True, check=False)
    if built.returncode != 0:
        return f"does not compile: {built.stderr.strip().splitlines()[:3]}"
    try:
        return survey.explore(selvage, outcomes, [program, str(cell["size"])], TIME_LIMIT)[0]
    except subprocess.TimeoutExpired:
        return "no end"


def with_edit(edit, cases, case, form, folder):
    """Copies the case to `folder`, with the edit made; returns where it is now."""
    # The copy lies where the original would: ../program.hpp is found from it.
    inner = os.path.join(folder, case)
    os.mkdir(inner)
    source = os.path.join(cases, case)
    for header in os.listdir(cases):
        if header.endswith(".hpp"):
            os.symlink(os.path.join(cases, header), os.path.join(folder, header))
    for file_name in os.listdir(source):
        if file_name.endswith((".hpp", ".cpp")) and file_name != f"{form}.hpp":
            os.symlink(os.path.join(source, file_name), os.path.join(inner, file_name))
    with open(os.path.join(inner, f"{form}.hpp"), "w", encoding="utf-8") as file:
        file.write(with_plain(edit.text))
    return inner


def main():
    tally = survey.Survey(__doc__, "edit")
    options = tally.options
    for case, form, cell, outcomes in tally.forms():
        with open(os.path.join(options.cases, case, f"{form}.hpp"), encoding="utf-8") as file:
            text = file.read()
        for edit in edits_of(text):
            name = f"{case}/{form}: {edit.what} {edit.line}"
            if not tally.is_to_be_made(name, edit.code):
                continue
            with tempfile.TemporaryDirectory() as folder:
                inner = with_edit(edit, options.cases, case, form, folder)
                verdict = explore(options.selvage, inner, form, cell, outcomes)
            tally.note(name, verdict, edit.code)
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())
