#!/usr/bin/env python3
"""Keeps what a document shows true: code, runs and tables are made from the tree and from real runs.

usage: shown.py check BUILD DOCUMENT...   the exit status tells whether every block is what it would be now
       shown.py write BUILD DOCUMENT...   make them so

A block of a document lies between <!-- shown: WHAT --> and <!-- end -->. WHAT is one of

    code CASE/FORM [NAME...]            the form's code, without its heading comment; of the functions and classes
                                        named only, where any are
    run [LINES] selvage run ...         what the command prints; programs are named as CASE/FORM; LINES is first-last,
                                        or WORD+count: that many from the first line that begins with WORD, to
                                        which ,#first-last... adds these steps of the trace that follows
    run [LINES] ci/...                  the same for a script of the tree
    file PATH [first-last]              a file of the tree
    table CASE                          what each form must do natively and under ThreadSanitizer (the tests of these
                                        labels run it), and does in Relacy and in Selvage

BUILD is a build tree made by the preset `default`.
"""

import difflib
import json
import os
import re
import subprocess
import sys

import cases

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BLOCK = re.compile(r"(<!-- shown: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def definition(text, name):
    """The function or class `name` of `text`, with the comment above it."""
    found = re.search(rf"(^//.*\n)*^((class|struct) {name} \{{|inline [^=\n]*\b{name}\()", text, re.MULTILINE)
    if not found:
        sys.exit(f"shown.py: there is no {name}")
    lines = text[found.start():].split("\n")
    end = next(at for at, line in enumerate(lines)
               if line.startswith("}") or (not line.startswith((" ", "//")) and line.endswith("}")))
    return "\n".join(lines[:end + 1])


def code(form, names):
    with open(os.path.join(ROOT, "cases", f"{form}.hpp"), encoding="utf-8") as file:
        text = file.read()
    inside = re.search(r"^namespace [\w:]+ \{\n(.*)^\}  // namespace", text, re.DOTALL | re.MULTILINE)
    body = inside.group(1).strip("\n")
    return "```cpp\n" + ("\n\n".join(definition(body, name) for name in names) or body) + "\n```\n"


def steps(printed, start, part):
    """Of the trace that follows line `start`, the steps numbered as in "#3-7", with the lines that they run on to."""
    first, _, last = part.removeprefix("#").partition("-")
    chosen = []
    take = False
    for at in range(start, len(printed)):
        number = re.match(r"> *(\d+)  |  +(\d+)  ", printed[at])
        if number:
            take = int(first) <= int(number.group(1) or number.group(2)) <= int(last)
        elif not printed[at]:
            if chosen:
                break
            take = False
        if take:
            chosen.append(printed[at])
    if not chosen:
        sys.exit(f"shown.py: the trace has no steps {part}")
    return chosen


def excerpt(printed, lines):
    """Those of the lines `printed` that LINES stands for."""
    if not lines:
        return printed
    if "+" not in lines:
        first, _, last = lines.partition("-")
        left = len(printed) - int(last)
        return printed[int(first) - 1:int(last)] + ([f"... ({left} more lines)"] if left > 0 else [])
    word, count, parts = re.fullmatch(r"(.*)\+(\d+)((?:,#\d+-\d+)*)", lines).groups()
    starts = [at for at, line in enumerate(printed) if line.startswith(word)]
    if not starts:
        sys.exit(f"shown.py: no line begins with {word}")
    chosen = ["..."] * (starts[0] > 0) + printed[starts[0]:starts[0] + int(count)]
    if parts:
        heading = next(line for line in printed[starts[0]:] if re.match(r" +#  T0", line))
        chosen += [heading] * (heading not in chosen)
    for part in re.findall(r"#\d+-\d+", parts):
        chosen += ["..."] * (not part.startswith("#0-")) + steps(printed, starts[0], part)
    return chosen + ["..."]


def shown_file(path, lines):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        text = file.read().splitlines()
    first, _, last = (lines or f"1-{len(text)}").partition("-")
    language = {".smt2": "lisp", ".cpp": "cpp", ".hpp": "cpp"}.get(os.path.splitext(path)[1], "text")
    return f"```{language}\n" + "\n".join(text[int(first) - 1:int(last)]) + "\n```\n"


def run(build, words):
    lines = None
    if words[0] != "selvage" and not words[0].startswith("ci/"):
        lines, words = words[0], words[1:]
    # The command as a reader would type it, and as it is run from the build tree.
    typed = [f"build/cases/{word}-tsan" if re.fullmatch(r"(?!build/)[\w-]+/[\w-]+", word) else word for word in words]
    command = ["build/bin/selvage" if word == "selvage" else word for word in typed]
    real = [os.path.join(build, word[len("build/"):]) if word.startswith("build/") else word for word in command]
    # As wide as the documents, and with the compiler whose code they show.
    environment = {**os.environ, "COLUMNS": "100", "CXX": "g++"}
    done = subprocess.run(real, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)
    if done.returncode != 0 and not done.stdout:
        sys.exit(f"shown.py: exit status {done.returncode}: {' '.join(real)}\n{done.stderr}")
    text = done.stdout.replace(build + "/", "build/").replace(ROOT + "/", "")
    text = re.sub(r"\b\d+\.\d\d s\b", "0.00 s", text)
    printed = excerpt([line.rstrip() for line in text.splitlines()], lines)
    quoted = " ".join(f"'{word}'" if " " in word else word for word in command)
    return "```text\n" + "\n".join([f"$ {quoted}", *printed]) + "\n```\n"


def in_words(cell):
    if cell["way"] == "native":
        # What the tests labelled `native` and `tsan` assert of their runs; one run more would show less.
        allowed = [cell["expected"].replace("..", " to ")] + [f"or {what}" for what in cell["tolerates"].split()]
        return f"{cell['size']}: " + ", ".join(allowed)
    if cell["way"] == "tsan":
        return {"race": "data-race"}.get(cell["finding"], cell["finding"])
    outcome = cases.run(cell)
    found = cases.shown(set(outcome.outcomes))
    size = cell["size"] if cell.get("model", cell["form"]) == cell["form"] else f"{cell['model']} {cell['size']}"
    if cell["way"] == "relacy-full":
        return f"{size}: {outcome.verdict}" + (f", {found}" if found and outcome.verdict == "silent" else "")
    return f"{size}: {outcome.verdict}, {found or 'no outcome'} in {outcome.executions}"


def table(build, name):
    with open(os.path.join(build, "cases", "cases.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    ways = ["native", "tsan", "relacy-full", "selvage"]
    rows = ["| form | natively | ThreadSanitizer | Relacy, full search | Selvage |", "| --- | --- | --- | --- | --- |"]
    cells = [cell for cell in manifest["cells"] if cell["case"] == name and cell["way"] in ways]
    for form in dict.fromkeys(cell["form"] for cell in cells):
        row = [f"`{form}`"]
        for way in ways:
            mine = [cell for cell in cells if (cell["form"], cell["way"]) == (form, way)]
            # The largest size says most; of a model and its variants, each.
            said = [in_words(cell) for cell in (mine[-1:] if way == "selvage" else mine)]
            row.append("; ".join(dict.fromkeys(said)) or "-")
        rows.append("| " + " | ".join(row) + " |")
    return "\n".join(rows) + "\n"


def make(build, what):
    kind, *words = re.findall(r"'[^']*'|\S+", what)
    words = [word.strip("'") for word in words]
    if kind == "code":
        return code(words[0], words[1:])
    if kind == "run":
        return run(build, words)
    if kind == "file":
        return shown_file(words[0], words[1] if len(words) > 1 else None)
    if kind == "table":
        return table(build, words[0])
    sys.exit(f"shown.py: nothing can be shown for: {what}")


def main(arguments):
    if len(arguments) < 3 or arguments[0] not in ("check", "write"):
        sys.exit(__doc__)
    mode, build, *documents = arguments
    build = os.path.abspath(build)
    stale = 0
    for path in documents:
        with open(path, encoding="utf-8") as file:
            before = file.read()
        after = BLOCK.sub(lambda match: match.group(1) + make(build, match.group(2)) + match.group(3), before)
        if mode == "write":
            with open(path, "w", encoding="utf-8") as file:
                file.write(after)
        elif before != after:
            stale += 1
            sys.stdout.writelines(difflib.unified_diff(before.splitlines(True), after.splitlines(True),
                                                       f"{path} in the tree", f"{path} as it would be now"))
        if not BLOCK.search(before):
            sys.exit(f"shown.py: {path} shows nothing")
    if stale:
        print(f"shown.py: ci/shown.py write {os.path.relpath(build)} {' '.join(documents)} brings them up to date")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
