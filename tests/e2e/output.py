#!/usr/bin/env python3
"""What a program prints is what `selvage run` says it printed: output.py --selvage SELVAGE --work DIR --program FILE

The program prints in many ways (it lists them). Each is run natively, and explored by several searches: the only outcome
must be what came natively.
"""
import argparse
import json
import os
import subprocess
import sys

import programs

SEARCHES = {
    "default": [],
    "graphs": ["--model", "rc11", "--search", "graphs"],
    "enumerate": ["--model", "sc", "--search", "enumerate"],
    "stateful": ["--search", "stateful"],
}


def build(selvage, source, program):
    os.makedirs(os.path.dirname(program), exist_ok=True)
    subprocess.run(["g++", "-std=c++20", "-g", "-O1", source, "-o", program + "-native"], check=True)
    subprocess.run([selvage, "c++", "-std=c++20", source, "-o", program], check=True)


def native(program, way):
    return subprocess.run([program + "-native", way], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True).stdout


def explored(selvage, program, way, options):
    run = subprocess.run([selvage, "run", "--json", "-", *options, program, way], check=False, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True)
    try:
        return json.loads(run.stdout)
    except json.JSONDecodeError:
        return {"verdict": f"nothing (exit status {run.returncode}): {run.stderr}", "message": "", "outcomes": []}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--selvage", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--program", required=True)
    parser.add_argument("--unlocked", required=True)
    options = parser.parse_args()
    program = os.path.join(options.work, "output-kinds")
    build(options.selvage, options.program, program)
    ways = native(program, "").split()
    wrong = []
    for way in ways:
        expected = f"exit 0: {native(program, way)}".rstrip("\n")
        for name, search in SEARCHES.items():
            if name in ("graphs", "stateful") and way.endswith("forked"):
                continue  # refused
            result = explored(options.selvage, program, way, search)
            outcomes = [outcome["value"] for outcome in result["outcomes"]]
            if result["verdict"] != "proved" or outcomes != [expected]:
                wrong.append(f"{way}, {name}: {result['verdict']} {result['message']}: {outcomes}, not {expected!r}")
            elif result["executions"] < 2 and name != "stateful":
                wrong.append(f"{way}, {name}: {result['executions']} executions")
    # What a function of the C library that needs no call has printed, and in which order.
    subprocess.run(["g++", "-std=c++20", "-g", "-O2", "-fsanitize=thread", "-fno-builtin",
                    "-fplugin=" + str(programs.gcc_plugin(options.selvage)), options.unlocked, "-o", program], check=True)
    for count in (1, 2047, 5000):
        expected = {f"exit 0: {first * count}{second * count}" for first, second in ("ab", "ba")}
        for name, search in SEARCHES.items():
            result = explored(options.selvage, program, str(count), search)
            outcomes = {outcome["value"] for outcome in result["outcomes"]}
            if result["verdict"] != "proved" or outcomes != expected:
                sizes = [len(value) for value in outcomes]
                wrong.append(f"{count} unlocked, {name}: {result['verdict']} {result['message']}: outcomes of {sizes} characters")
    print("\n".join(line[:500] for line in wrong) or f"{len(ways)} ways to print: as they are natively")
    return 1 if wrong or len(ways) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
