#!/usr/bin/env python3
"""The search by levels says the same, to the letter, for any number of processes: levels.py --selvage S --work W PROGRAM..."""
import argparse
import json
import subprocess
import sys


def result(selvage, program, workers):
    command = [selvage, "run", "--search", "stateful", "--races", "explore", "--keep-going", "--visited", "0", "--workers",
               str(workers), "--json", "-", "--output", "hide", program, "3"]
    run = subprocess.run(command, check=False, capture_output=True, text=True, timeout=100)
    try:
        document = json.loads(run.stdout)
    except json.JSONDecodeError:
        sys.exit(f"{' '.join(command)}: no result:\n{run.stdout}{run.stderr}")
    for measured in ("seconds", "memory"):
        del document[measured]
    return document


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--selvage", required=True)
    parser.add_argument("--work", required=True)  # as for the other scripts here; nothing is built
    parser.add_argument("programs", nargs="+")
    options = parser.parse_args()
    failed = violations = 0
    for program in options.programs:
        first = result(options.selvage, program, 1)
        violations += len(first["violations"])
        for workers in (2, 3, 2):
            other = result(options.selvage, program, workers)
            for field, value in first.items():
                if other[field] != value:
                    failed += 1
                    print(f"{program}: {field} differs between 1 and {workers} processes:\n{value}\n{other[field]}")
    if violations == 0:
        sys.exit("levels.py: none of the programs has a violation")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
