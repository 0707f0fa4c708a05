#!/usr/bin/env python3
"""A search that cannot have processes says so in one line, which names the call, and proves nothing."""
import argparse
import pathlib
import re
import sys

import programs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--selvage", type=pathlib.Path, required=True)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    arguments.selvage, arguments.rebuild = arguments.selvage.resolve(), False
    arguments.work = arguments.work.resolve()
    arguments.search = "stateful"
    failed = count = 0
    for source in sorted(arguments.programs.glob("*.cpp")):
        if not re.search(arguments.only, source.stem):
            continue
        count += 1
        try:
            program = programs.build(arguments, programs.Variant(source, "", "unsupported", {}), "plain")
            status, result = programs.explore(arguments, program, [])
            programs.check(result, status, "unsupported", source.stem)
            message = result["violations"][0]["message"]
            if not re.fullmatch(r"[a-z_]+(\(\)| [^ ]+) under --search stateful cannot be controlled", message):
                raise programs.Failure(f"the message does not name the call: {message}")
        except programs.Failure as failure:
            failed += 1
            print(f"FAIL {source.stem}: {failure}")
    print(f"{count - failed} of {count} passed")
    return 1 if failed or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
