#!/usr/bin/env python3
"""On a terminal a search tells how far it is; interrupted, its report says so, too. The part that is done, an estimate, grows."""
import argparse
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys
import time


class Failure(Exception):
    pass


def watch(command, seconds):
    """What the command writes to its terminal until it has shown an estimate a few times and was then interrupted."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, close_fds=True)
    os.close(theirs)
    text, interrupted, end = b"", False, time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            if select.select([ours], [], [], 0.2)[0]:
                try:
                    got = os.read(ours, 65536)
                except OSError:  # nobody has the other end any more
                    break
                if not got:
                    break
                text += got
            if not interrupted and text.count(b"(an estimate)") >= 4:
                child.send_signal(signal.SIGINT)
                interrupted = True
        else:
            raise Failure("it did not end: " + repr(text[-500:]))
        return child.wait(timeout=10), text.decode(errors="replace"), interrupted
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        os.close(ours)


def check(selvage, program, options):
    status, text, interrupted = watch([selvage, "run", *options, program, "16"], 60)
    if not interrupted:
        raise Failure("no estimate was shown: " + repr(text[:500]))
    if status != 2 or "the search was interrupted" not in text:
        raise Failure(f"status {status}: " + repr(text[-500:]))
    shown = re.findall(r"executions \(\d+ a second\), \d+ cut short, (?:less than )?([0-9.]+) % done \(an estimate\)", text)
    parts = [float(part) for part in shown]
    if parts != sorted(parts) or not all(0 <= part <= 100 for part in parts):
        raise Failure(f"the estimates do not grow from 0 to 100: {parts}")
    if not re.search(r"the search ended when it had gone through (about|less than) [0-9.]+ % \(an estimate\)", text):
        raise Failure("the report gives no estimate: " + repr(text[-500:]))
    if ("--search stateful" in text) != ("--search" not in options):
        raise Failure("another search is named, or is not, with " + repr(options) + ": " + repr(text[-500:]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--selvage", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path)
    parser.add_argument("program", type=pathlib.Path)
    arguments = parser.parse_args()
    failed = 0
    for options in ([], ["--search", "graphs", "--jobs", "1"], ["--search", "graphs", "--jobs", "2"],
                    ["--search", "graphs", "--symmetry"], ["--preemptions", "9"]):
        try:
            check(arguments.selvage.resolve(), arguments.program.resolve(), options)
        except Failure as failure:
            failed += 1
            print(f"FAIL {' '.join(options)}: {failure}")
    print(f"{failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
