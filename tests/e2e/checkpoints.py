#!/usr/bin/env python3
"""A search that was killed or interrupted, and went on from its checkpoint, says the same, to the letter, as one that ran through:
checkpoints.py --selvage S --work W PROGRAM[,ARGUMENT...]...

And what is damaged, or of another search, is refused by one line.
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

SEARCH = ["--search", "stateful", "--races", "explore", "--keep-going", "--visited", "0"]
PROVED, UNDECIDED, REFUSED = 0, 2, 3
failures = []


def check(right, what):
    if not right:
        failures.append(what)
        print(what, flush=True)


def measured_apart(text):
    document = json.loads(text)
    for measured in ("seconds", "memory"):
        del document[measured]
    return document


class Searches:
    def __init__(self, selvage, work):
        self.selvage, self.work = selvage, work
        self.checkpoint = work / "search.checkpoint"

    def run(self, *words, **more):
        return subprocess.run([self.selvage, "run", *words], check=False, capture_output=True, text=True, timeout=200, **more)

    def result(self, *words, **more):
        run = self.run("--json", "-", "--output", "hide", *words, **more)
        try:
            return measured_apart(run.stdout)
        except json.JSONDecodeError:
            sys.exit(f"{' '.join(words)}: no result:\n{run.stdout}{run.stderr}")

    def killed_after(self, saves, *words, how=signal.SIGKILL, through=None):
        """Runs until so many checkpoints were written; the result, or None where it was killed before it had one. `through`: what it is in
        the end."""
        process = subprocess.Popen([self.selvage, "run", "--json", "-", "--output", "hide", "--checkpoint", str(self.checkpoint),
                                    "--checkpoint-every", "0", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        last, seen = self.inode(), 0
        while process.poll() is None and seen < saves:
            now = self.inode()
            seen += now != last
            last = now
            time.sleep(0.0002)
        if process.poll() is None:
            process.send_signal(how)
        out, error = process.communicate()
        if process.returncode < 0:
            return None
        if how == signal.SIGINT and process.returncode == UNDECIDED and "interrupted" in json.loads(out)["message"]:
            check(f"--resume {self.checkpoint} goes on" in json.loads(out)["message"], f"interrupted, but it says: {out}")
            return None
        if how == signal.SIGINT and process.returncode == 1 and self.differ(through, json.loads(out)):
            return None  # with the violations that were found until then
        check(process.returncode in (0, 1, 2), f"{words}: status {process.returncode}\n{out}{error}")
        return measured_apart(out)

    @staticmethod
    def differ(first, second):
        return any(first[field] != second[field] for field in ("complete", "states", "transitions", "executions"))

    def inode(self):
        try:
            return os.stat(self.checkpoint).st_ino, os.stat(self.checkpoint).st_mtime_ns
        except FileNotFoundError:
            return None

    def goes_on(self, program):
        """In pieces of some levels, with 1 and 2 processes in turn, killed and interrupted. How often it was."""
        name = " ".join(program)
        # Of several equally short ways to a violation, addresses decide which is shown: started in the same way, too.
        through = self.result(*SEARCH, "--workers", "1", "--checkpoint", str(self.checkpoint), *program)
        times = 0
        for saves, how in ((1, signal.SIGKILL), (4, signal.SIGKILL), (7, signal.SIGINT), (25, signal.SIGKILL)):
            self.checkpoint.unlink(missing_ok=True)
            result = self.killed_after(saves, *SEARCH, "--workers", str(saves % 2 + 1), *program, how=how, through=through)
            for turn in range(400):
                if result is not None:
                    break
                times += 1
                if not self.checkpoint.exists():  # killed before the first
                    result = self.killed_after(1000000, *SEARCH, *program)
                    continue
                result = self.killed_after(saves + turn // 4, "--resume", str(self.checkpoint), "--workers", str(turn % 2 + 1),
                                           how=how, through=through)
            self.same(through, result, f"{name}, interrupted every {saves} checkpoints")
        if not self.checkpoint.exists():
            return times
        # From the same checkpoint as often as one likes.
        for workers in ("1", "2"):
            again = self.result("--resume", str(self.checkpoint), "--workers", workers)
            self.same(through, again, f"{name}, resumed with {workers} processes")
        return times

    @staticmethod
    def same(first, second, what):
        if second is None:
            check(False, f"{what}: never came to its end")
            return
        for field, value in first.items():
            if field != "program":
                check(second.get(field) == value, f"{what}: {field} differs:\n{value}\n{second.get(field)}")

    def refuses(self, what, *words, **more):
        run = self.run(*words, **more)
        check(run.returncode == REFUSED and run.stderr.count("\n") == 1 and not run.stdout,
              f"{what}: not refused by one line, status {run.returncode}:\n{run.stdout}{run.stderr}")
        return run.stderr

    def saved(self, *words, **more):
        """A checkpoint of a search that has not come to its end, however fast or slow the machine."""
        for seconds in ("0.01", "0.02", "0.04", "0.07", "0.1", "0.15", "0.2", "0.4", "0.8", "1.6", "3.2", "6.4"):
            self.checkpoint.unlink(missing_ok=True)
            run = self.run(*SEARCH, "--time", seconds, "--checkpoint", str(self.checkpoint), *words, **more)
            if run.returncode == UNDECIDED and self.checkpoint.exists():
                return self.checkpoint.read_bytes()
        sys.exit(f"checkpoints.py: no checkpoint of {words}:\n{run.stdout}{run.stderr}")

    def refused(self, program):
        """What is damaged or does not fit."""
        mine = self.work / "program"
        shutil.copy(program, mine)
        whole = self.saved(str(mine), "1000")
        resume = ["--resume", str(self.checkpoint), "--time", "0.01"]
        check(self.run(*resume).returncode == UNDECIDED, "a checkpoint as it was written is refused")
        for at in (0, 9, 17, 25, 33, 50, 63, 70, len(whole) // 3, len(whole) // 2, len(whole) - 1):
            damaged = bytearray(whole)
            damaged[at] ^= 0x10
            self.checkpoint.write_bytes(damaged)
            self.refuses(f"byte {at} changed", *resume)
        for length in (0, 1, 63, 64, 100, len(whole) // 2, len(whole) - 1):
            self.checkpoint.write_bytes(whole[:length])
            self.refuses(f"cut to {length} bytes", *resume)
        self.checkpoint.write_bytes(whole + b"x")
        self.refuses("a byte more", *resume)
        self.checkpoint.write_bytes(whole)
        self.refuses("other arguments", *resume, str(mine), "1001")
        self.refuses("another program", *resume, program, "1000")
        self.refuses("other options", *resume, "--races", "stop")
        self.refuses("not stateful", "--checkpoint", str(self.checkpoint), str(mine), "10")
        self.refuses("nowhere to save", "--search", "stateful", "--checkpoint", "/nonexistent/file", str(mine), "10")
        self.refuses("nothing there", "--resume", str(self.work / "missing"))
        with open(mine, "ab") as file:
            file.write(b"\0")
        check("is not as it was" in self.refuses("a program built anew", *resume), "a program built anew: it says something else")
        shutil.copy(program, mine)
        check(self.run(*resume, str(mine), "1000").returncode == UNDECIDED, "the program as it was is refused")

    def elsewhere(self, program):
        """The environment and directory of who goes on make no difference."""
        words = [program, "300"]
        through = self.result(*SEARCH, "--checkpoint", str(self.checkpoint), *words)
        for number in range(3):
            self.saved("--memory", "40", *words, cwd=self.work, env={**os.environ, "NUMBER": "1" * (37 * number)})
            environment = {**os.environ, "LONG": "x" * (1 + 1234 * number), "NUMBER": "2"}
            self.same(through, self.result("--resume", str(self.checkpoint), env=environment, cwd="/"), "from elsewhere")
            self.same(through, self.result("--resume", str(self.checkpoint), "--memory", "100"), "with another budget")

    def named(self, *words):
        """Nor does where it is saved from then on, however long that name is."""
        through = self.result(*SEARCH, "--checkpoint", str(self.checkpoint), *words)
        whole = self.saved(*words)
        for length in (1, 8, 16, 24, 32, 48, 64, 100, 200):
            self.checkpoint.write_bytes(whole)
            name = self.work / ("c" * length)
            self.same(through, self.result("--resume", str(self.checkpoint), "--checkpoint", str(name)), f"saved in {name}")
            shutil.copy(self.checkpoint, name)
            self.same(through, self.result("--resume", str(name)), f"from {name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--selvage", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--refused", help="a program that counts to its argument")
    parser.add_argument("programs", nargs="*")
    options = parser.parse_args()
    work = pathlib.Path(options.work).absolute() / f"checkpoints.{os.getpid()}"
    work.mkdir(parents=True)
    searches = Searches(os.path.abspath(options.selvage), work)
    try:
        if options.refused:
            searches.refused(os.path.abspath(options.refused))
            searches.elsewhere(os.path.abspath(options.refused))
            searches.named(os.path.abspath(options.refused), "300")
        all_times = 0
        for words in options.programs:
            program = words.split(",")
            if "greetings" in words:  # more threads than have room in the beginning
                searches.named(os.path.abspath(program[0]), *program[1:])
            times = searches.goes_on([os.path.abspath(program[0])] + program[1:])
            print(f"{words}: interrupted {times} times", flush=True)
            all_times += times
        # A small one may come to its end each time before it is hit.
        check(all_times > 0, "none was ever interrupted")
    finally:
        shutil.rmtree(work)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
