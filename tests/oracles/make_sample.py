#!/usr/bin/env python3
"""Writes sample.tsv: litmus programs, how many graphs each has and what comes of them.

    make_sample.py --enumerator ENUMERATE.PY [--seed S] [--count N] > sample.tsv

ENUMERATE.PY has a function outcomes(prog(INIT, THREADS), MODEL) that tries every execution graph and gives their number and
a Counter of (registers, final values); it shares no code with Selvage and is not part of this tree. First come the tests of
docs/litmus-tests.md, then N programs of generate_litmus.py. A line is

    NAME<tab>INIT<tab>THREADS<tab>rc11 graphs<tab>rc11 hash<tab>sc graphs<tab>sc hash

The hash is that of all outcomes, with the number of graphs of each: see digest().
"""
import argparse
import concurrent.futures
import importlib.util
import pathlib
import random
import sys

import generate_litmus

TABLE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "litmus-tests.md"


def rows(table=TABLE):
    """The rows of docs/litmus-tests.md, cell by cell, up to the tests that grow."""
    for line in table.read_text().split("## Tests that grow")[0].splitlines():
        if line.startswith("| ") and not line.startswith(("| Test", "| ---")):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            yield dict(zip(["name", "initial", "threads", "rc11", "sc", "outcomes", "asks"], cells))


def text(registers, finals):
    """An outcome, as the programs print it: a=1 b=0 | x=1 y=1"""
    return "".join(f"{name}={value} " for name, value in sorted(registers)) + "|" + "".join(
        f" {name}={value}" for name, value in finals)


def digest(outcomes):
    """FNV-1a, 64 bits, of a line for each outcome in order: the outcome, '*', how many graphs have it."""
    value = 0xCBF29CE484222325
    for outcome, graphs in sorted(outcomes.items()):
        for byte in f"{outcome}*{graphs}\n".encode():
            value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def enumerated(job):
    enumerator, name, initial, threads = job
    spec = importlib.util.spec_from_file_location("enumerator", enumerator)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    cells = [name, initial, threads]
    for model in ["rc11", "sc"]:
        graphs, found = module.outcomes(module.prog(initial, threads), model)
        outcomes = {text(registers, [(x[0], v) for x, v in finals]): n for (registers, finals), n in found.items()}
        if len(outcomes) != len(found):
            raise SystemExit(f"{name}: two registers have the same name")
        cells += [str(graphs), digest(outcomes)]
    return "\t".join(cells)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--enumerator", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    arguments = parser.parse_args()
    jobs = [(arguments.enumerator, row["name"], row["initial"], row["threads"].replace("`", "")) for row in rows()]
    rng = random.Random(arguments.seed)
    jobs += [(arguments.enumerator, f"generated{i}", *generate_litmus.program(rng)) for i in range(arguments.count)]
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        for line in pool.map(enumerated, jobs):
            print(line)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
