#!/usr/bin/env python3
"""Every call that Selvage cannot control gives the verdict `unsupported`, names the call and says where it was
made; and the same program makes no call without an argument, and is proved."""
import argparse
import pathlib
import sys

import programs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--selvage", type=pathlib.Path, required=True)
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    arguments.selvage, arguments.rebuild = arguments.selvage.resolve(), False
    arguments.work = arguments.work.resolve()
    variant = programs.Variant(arguments.program, "", "unsupported", {})
    program = programs.build(arguments, variant, "plain")
    status, result = programs.explore(arguments, program, [])
    programs.check(result, status, "proved", "without a call")
    names = programs.run([str(program), "--list"], env={"LD_LIBRARY_PATH": ""}).stdout.split("\n")[:-1]
    if len(names) < 50:
        raise SystemExit(f"only {len(names)} calls are listed")
    failed = 0
    for name in names:
        try:
            status, result = programs.explore(arguments, program, [], [name])
            programs.check(result, status, "unsupported", name)
            violation = result["violations"][0]
            if name not in violation["message"]:
                raise programs.Failure(f"the message does not name it: {violation['message']}")
            file = (violation.get("location") or {}).get("file") or ""
            if not file.endswith("calls.cpp"):
                raise programs.Failure(f"it was not made at {violation.get('location')}")
        except programs.Failure as failure:
            failed += 1
            print(f"FAIL {name}: {failure}")
    print(f"{len(names) - failed} of {len(names)} passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
