#!/usr/bin/env python3
"""What ci/proofs.py says of models with a part or a wait too many, and without one that is needed: proofs.py --proofs P"""
import argparse
import os
import subprocess
import sys
import tempfile

# Two take turns with a lock.
MODEL = """
(declare-const l Int) (declare-const l! Int)
(declare-const a Int) (declare-const a! Int)
(declare-const b Int) (declare-const b! Int)
(define-fun init () Bool (= l a b 0))
(define-fun guard.lock ((lock Int)) Bool (= lock 0))
(define-fun next () Bool (or
  (and (= a 0) (guard.lock l) (= a! l! 1) (= b! b))
  (and (= a 1) (= a! l! 0) (= b! b))
  (and (= b 0) (guard.lock l) (= b! l! 1) (= a! a))
  (and (= b 1) (= b! l! 0) (= a! a))))
(define-fun inv.lock () Bool (and (<= 0 a) (<= 0 b) (<= l 1) (= l (+ a b))))
(define-fun ended () Bool (= a b 0))
(define-fun safe () Bool (not (= a b 1)))
"""
# The model with the first text replaced by the second: what is said of it then, among other things, and the status.
TABLE = [
    ("", "", "check", "safety: proved", 0),
    ("", "", "weaken", "without guard.lock: consecution fails", 0),
    ("(= l a b 0)", "(and (= l 1) (= a b 0))", "check", "initiation is not proved", 1),
    ("(= lock 0)", "(<= lock 1)", "check", "consecution is not proved", 1),
    ("(= l (+ a b))", "(= l a)", "check", "consecution is not proved", 1),
    ("(= l a b 0)", "(and (= l 0) (= l 1))", "check", "the model cannot begin", 1),
    # To wait for b as well is not needed: it has the lock while it is at 1.
    ("(define-fun next", "(define-fun guard.other () Bool (= b 0))\n(define-fun next", "weaken",
     "guard.other is not needed", 1),
    ("(define-fun ended", "(define-fun inv.other () Bool (<= a 1))\n(define-fun ended", "weaken", "inv.other is not needed", 1),
    ("Bool (= lock 0)", "Bool\n  (= lock 0)", "weaken", "guard.lock is not defined on one line", 1),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--proofs", required=True)
    parser.add_argument("--selvage")  # as for the other scripts here; nothing is explored
    parser.add_argument("--work")
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.smt2")
        for before, after, mode, said, status in TABLE:
            model = MODEL.replace(before, after, 1)
            if (model == MODEL) != (before == after):
                sys.exit(f"proofs.py: there is no '{before}' in the model")
            with open(path, "w", encoding="utf-8") as file:
                file.write(model.replace("(= a 0) (guard.lock l)", "(= a 0) guard.other (guard.lock l)")
                           if "guard.other" in after else model)
            run = subprocess.run([sys.executable, options.proofs, mode, path], capture_output=True, text=True, check=False,
                                 timeout=100)
            printed = run.stdout + run.stderr
            if said not in printed or run.returncode != status:
                failed += 1
                print(f"{mode}, {after or 'as it is'}: not '{said}' with status {status}, but {run.returncode}:\n{printed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
