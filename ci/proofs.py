#!/usr/bin/env python3
"""Has Z3 prove that an invariant holds at every size, or shows that each part of it is needed, and each wait.

usage: proofs.py check FILE     initiation, consecution and safety hold; the exit status tells
       proofs.py weaken FILE    without any one inv.* or guard.* something of it fails; the exit status tells

FILE is SMT-LIB 2 and defines, without parameters: init, next, safe, and the parts of the invariant, inv.NAME. A
variable X of the state is declared with a partner X!, its value after a step. What a step of next waits for (a lock,
a semaphore, the end of another) may have a name, guard.NAME, on a line of its own: without it the step need not wait.
"""

import re
import subprocess
import sys

TIME_LIMIT = 60  # seconds a question


def ask(text, question):
    """Z3's answer to whether `question` can be satisfied: sat, unsat or unknown."""
    script = f"{text}\n(assert {question})\n(check-sat)\n"
    done = subprocess.run(["z3", f"-T:{TIME_LIMIT}", "-in"], input=script, capture_output=True, text=True, check=False)
    answer = done.stdout.strip()
    if answer not in ("sat", "unsat", "unknown", "timeout"):
        sys.exit(f"proofs.py: z3 said: {answer}{done.stderr}")
    return answer


def after_a_step(text, variables):
    """The definitions of the invariant's parts once more, as inv!.NAME, about the state after a step."""
    copies = []
    for definition in re.findall(r"\(define-fun inv\..*?(?=\n\(define-fun|\n;|\n\n|\Z)", text, re.DOTALL):
        tokens = re.split(r"([\s()])", definition)
        copies.append("".join(token + "!" if token in variables else token.replace("inv.", "inv!.", 1)
                              if token.startswith("inv.") else token for token in tokens))
    return "\n".join(copies)


def without_guard(text, name):
    """The same model, but nobody waits for guard.`name`."""
    changed, count = re.subn(rf"^(\(define-fun guard\.{re.escape(name)} \(.*?\) Bool) .*\)$", r"\1 true)", text,
                             flags=re.MULTILINE)
    if count != 1:
        sys.exit(f"proofs.py: guard.{name} is not defined on one line")
    return changed


def questions(names):
    """What must not be satisfiable, for the invariant that consists of the parts `names`."""
    now = f"(and true {' '.join(f'inv.{name}' for name in names)})"
    then = f"(and true {' '.join(f'inv!.{name}' for name in names)})"
    return {"initiation": f"(and init (not {now}))", "consecution": f"(and {now} next (not {then}))",
            "safety": f"(and {now} (not safe))"}


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in ("check", "weaken"):
        sys.exit(__doc__)
    mode, path = arguments
    with open(path, encoding="utf-8") as file:
        text = file.read()
    declared = set(re.findall(r"\(declare-const (\S+) ", text))
    variables = {name for name in declared if f"{name}!" in declared}
    names = re.findall(r"\(define-fun inv\.(\S+) \(\)", text)
    if not names or not variables:
        sys.exit(f"proofs.py: {path} defines no inv.* or no variable with a partner after the step")
    model = text + "\n" + after_a_step(text, variables)

    # A model in which nothing can happen would satisfy anything.
    wrong = [f"the model cannot {what}" for what, question in
             {"begin": "init", "move": "(and init next)", "end": "(and ended safe)"}.items()
             if ask(model, question) != "sat"]
    if mode == "check":
        for what, question in questions(names).items():
            answer = ask(model, question)
            print(f"{what}: {'proved' if answer == 'unsat' else answer}")
            if answer != "unsat":
                wrong.append(f"{what} is not proved")
    else:
        weaker = [(f"inv.{name}", model, [n for n in names if n != name]) for name in names]
        weaker += [(f"guard.{name}", without_guard(model, name), names)
                   for name in re.findall(r"\(define-fun guard\.(\S+) ", text)]
        for left_out, rest, parts in weaker:
            fails = [what for what, question in questions(parts).items() if ask(rest, question) == "sat"]
            print(f"without {left_out}: {', '.join(fails) or 'nothing'} fails")
            if not fails:
                wrong.append(f"{left_out} is not needed")
    for message in wrong:
        print(f"{path}: {message}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
