#!/usr/bin/env python3
"""The time that a search was given, and Ctrl-C, end it even within an execution that goes on and on; the report says how long that was.

Where executions are long and have choices all along, dividing the search must not take the time and memory of them all."""
import argparse
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

# Neither thread only waits: each round changes what the other could see, so no search may leave a round out.
PROGRAM = """
#include <atomic>
#include <thread>
int main() {
  std::atomic<unsigned> turns{0};
  std::atomic<bool> end{false};
  std::thread other([&] {
    while (!end.load()) turns.fetch_add(1);
  });
  while (turns.load() < 4'000'000'000U) turns.fetch_add(1);
  end.store(true);
  other.join();
}
"""
# Each thread's every lock is a choice, and each choice a graph of tens of thousands of events.
LONG = """
#include <mutex>
#include <thread>
int main() {
  std::mutex lock;
  int count = 0;
  auto work = [&] {
    for (int i = 0; i < 5000; ++i) {
      std::lock_guard<std::mutex> guard(lock);
      ++count;
    }
  };
  std::thread one(work), two(work);
  one.join();
  two.join();
}
"""
# More executions than anybody waits for, each of them short.
MANY = LONG.replace("5000", "20")
SEARCHES = ([], ["--preemptions", "2"], ["--search", "graphs", "--jobs", "1"], ["--search", "graphs", "--jobs", "2"],
            ["--model", "rc11", "--search", "exhaustive"], ["--search", "random", "--executions", "10"])
UNDECIDED = 2
LONG_SEARCHES = (["--search", "graphs", "--jobs", "1"], ["--search", "graphs", "--jobs", "2"])
MOST_MEMORY = 400  # MiB; it was 2,000
PATIENCE = 60  # seconds: for a machine that is busy; what is wrong here would take hours


def ended(command, why, interrupt):
    """What is wrong with how the search ends; empty where nothing is."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        if interrupt:
            time.sleep(1)
            child.send_signal(signal.SIGINT)
            child.send_signal(signal.SIGINT)  # as timeout(1) does; only what comes later is a second one
        out, err = child.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        return f"it did not end in {PATIENCE} s"
    if child.returncode != UNDECIDED:
        return f"status {child.returncode}: {out} {err}"
    message = json.loads(out)["message"]
    if not re.fullmatch(why + r", in an execution of \d+ events so far", message):
        return f"it says: {message}"
    return ""


def memory(command):
    """What is wrong with the memory that the search takes until its time is over; empty where nothing is."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != UNDECIDED:
        return f"status {child.returncode}"
    if used.ru_maxrss > MOST_MEMORY * 1024:
        return f"it took {used.ru_maxrss // 1024} MiB"
    return ""


def build(selvage, source, text):
    source.write_text(text, encoding="utf-8")
    program = source.with_suffix("")
    subprocess.run([selvage, "c++", "-std=c++20", "-O1", "-g", source, "-o", program], check=True)
    return program


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--selvage", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    selvage = arguments.selvage.resolve()
    work = arguments.work.resolve() / "budget"
    work.mkdir(parents=True, exist_ok=True)
    program = build(selvage, work / "endless.cpp", PROGRAM)
    long = build(selvage, work / "long.cpp", LONG)
    failed = 0
    for search in SEARCHES:
        command = [selvage, "run", "--json", "-", "--max-events", "100000000000", *search]
        for wrong in (ended([*command, "--time", "0.5", program], r"the budget of 0\.5 s was used up", False),
                      ended([*command, program], "the search was interrupted", True)):
            if wrong:
                failed += 1
                print(f"FAIL {' '.join(search) or 'default'}: {wrong}")
    for search in LONG_SEARCHES:
        wrong = memory([selvage, "run", "--time", "2", *search, long])
        if wrong:
            failed += 1
            print(f"FAIL long, {' '.join(search)}: {wrong}")
    # What the processes found that were still at work counts.
    many = build(selvage, work / "many.cpp", MANY)
    executions = []
    for seconds in "2", "6":
        done = subprocess.run([selvage, "run", "--json", "-", "--jobs", "2", "--time", seconds, many], capture_output=True, text=True,
                              check=False)
        executions.append(json.loads(done.stdout)["executions"])
    if executions[1] < executions[0] * 1.2:
        failed += 1
        print(f"FAIL: executions in 2 and 6 s: {executions}")
    print(f"{failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
