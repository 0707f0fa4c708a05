#!/usr/bin/env python3
"""The litmus tests of docs/litmus-tests.md as C++, explored natively.

All tests become one program, whose argument says which test it is. It is compiled in each configuration, and for each test
and model the number of executions and all outcomes, with how many executions each has, must be those of sample.tsv or, for the
tests that grow, of the closed forms."""
import argparse
import collections
import concurrent.futures
import math
import pathlib
import re
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent / "e2e")]

import make_sample  # noqa: E402
import programs  # noqa: E402

Test = collections.namedtuple(
    "Test", "name initial locations threads plain counts digests outcomes asks", defaults=[None] * 4)

PROLOGUE = """// Made by tests/oracles/native_litmus.py.
#include <atomic>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <thread>

namespace {

constexpr auto rlx = std::memory_order_relaxed, acq = std::memory_order_acquire, rel = std::memory_order_release,
               acq_rel = std::memory_order_acq_rel, sc = std::memory_order_seq_cst;
constexpr long unset = -1000;  // a register that was not written

void show(const char* name, long value) {
  if (value != unset) std::printf("%s=%ld ", name, value);
}
long value_of(const std::atomic<long>& x) { return x.load(rlx); }
long value_of(long x) { return x; }

}  // namespace
"""


def statement(text):
    """C++ of one statement, and the registers it writes."""
    if match := re.fullmatch(r"F\.(\w+)", text):
        return f"std::atomic_thread_fence({match[1]});", None
    if match := re.fullmatch(r"(\w) =na (.+)", text):
        return f"{match[1]} = {match[2]};", None
    if match := re.fullmatch(r"(\w) =(rlx|rel|sc) (.+)", text):
        return f"{match[1]}.store({match[3]}, {match[2]});", None
    if match := re.fullmatch(r"(\w+) = (\w)\.na", text):
        return f"{match[1]} = {match[2]};", match[1]
    if match := re.fullmatch(r"(\w+) = (\w)\.(rlx|acq|sc)", text):
        return f"{match[1]} = {match[2]}.load({match[3]});", match[1]
    if match := re.fullmatch(r"(\w+) = (FAA|XCHG)\((\w),(\w+)\)\.(\w+)", text):
        what = "fetch_add" if match[2] == "FAA" else "exchange"
        return f"{match[1]} = {match[3]}.{what}({match[4]}, {match[5]});", match[1]
    if match := re.fullmatch(r"(\w+) = CAS\((\w),(\w+)→(\w+)\)\.(\w+)/(\w+)", text):
        register, x, expected, value, success, failure = match.groups()
        return (f"{register} = {expected}; {x}.compare_exchange_strong({register}, {value}, {success}, {failure});",
                register)
    raise SystemExit(f"no statement: {text!r}")


def cxx(code):
    """C++ of one thread in the notation of the tests, and its registers."""
    words, registers = [], []
    for part in re.findall(r"\s*if \(\w+\) \{|\}|[^;{}]+", code):
        part = part.strip()
        if part.startswith("if") or part == "}":
            words.append(part)
        elif part:
            word, register = statement(part)
            words.append(word)
            if register and register not in registers:
                registers.append(register)
    return " ".join(words), registers


def function(test, number):
    """The test as a C++ function. What is in C++ already has no registers to show."""
    out, registers = [], []
    bodies = []
    for thread in test.threads:
        if thread.startswith("C++:"):
            bodies.append(thread[4:])
        else:
            body, written = cxx(thread)
            bodies.append(body)
            registers += written
    out.append(f"namespace test{number} {{  // {test.name}")
    for x in test.locations:
        if x.startswith("C++:"):
            out.append(x[4:])
        else:
            kind = "long" if x in test.plain else "std::atomic<long>"
            out.append(f"{kind} {x}{{{test.initial}}};")
    out += [f"long {register} = unset;" for register in registers]
    # Functions rather than lambdas: each lambda would have a std::thread constructor of its own to compile.
    out += [f"void body{i}() {{ {body} }}" for i, body in enumerate(bodies)]
    out.append("void run() {")
    out += [f"  std::thread thread{i}(body{i});" for i in range(len(bodies))]
    out += [f"  thread{i}.join();" for i in range(len(bodies))]
    out += [f'  show("{register}", {register});' for register in sorted(registers)]
    out.append('  std::printf("|");')
    out += [f'  std::printf(" {x}=%ld", value_of({x}));' for x in test.locations if not x.startswith("C++:")]
    out.append('  std::printf("\\n");')
    out.append(f"}}\n}}  // namespace test{number}")
    return "\n".join(out)


def source(tests):
    out = [PROLOGUE] + [function(test, i) for i, test in enumerate(tests)]
    out.append("int main(int, char** argv) {")
    out += [f'  if (std::strcmp(argv[1], "{test.name}") == 0) test{i}::run();' for i, test in enumerate(tests)]
    out.append("}")
    return "\n".join(out) + "\n"


def from_notation(name, initial, threads, **more):
    """`initial`: x=y=0"""
    locations = re.findall(r"([a-z])=", initial)
    threads = [thread.strip() for thread in re.split(r"‖|\|\|", threads)]
    plain = {x for thread in threads for pair in re.findall(r"(\w) =na|(\w)\.na", thread) for x in pair if x}
    return Test(name, initial.rsplit("=", 1)[1], locations, threads, plain, **more)


def sampled(names):
    """The tests of docs/litmus-tests.md and those generated programs that `names` matches."""
    table = {row["name"]: row for row in make_sample.rows()}
    for line in (HERE / "sample.tsv").read_text().splitlines():
        name, initial, threads, rc11, rc11_digest, sc, sc_digest = line.split("\t")
        row = table.get(name)
        if not row and not re.fullmatch(names, name):
            continue
        counts = {"rc11": int(rc11), "sc": int(sc)}
        outcomes = dict(zip(["rc11", "sc"], map(int, row["outcomes"].split("/")))) if row else None
        if row and (int(row["rc11"]), int(row["sc"])) != (counts["rc11"], counts["sc"]):
            raise SystemExit(f"{name}: sample.tsv has other counts than docs/litmus-tests.md")
        yield from_notation(name, initial, threads, counts=counts, digests={"rc11": rc11_digest, "sc": sc_digest},
                            outcomes=outcomes, asks=row["asks"] if row else None)


def growing():
    """The tests that grow, at sizes that take little time."""
    def test(name, n, initial, threads, rc11, sc=None):
        return from_notation(f"{name}-{n}", initial, " ‖ ".join(threads), counts={"rc11": rc11, "sc": sc or rc11})

    def native(name, n, initial, locations, threads, count):
        return Test(f"{name}-{n}", initial, locations, threads, set(), {"rc11": count, "sc": count})

    factorial = math.factorial
    for n in [1, 2, 3, 6]:
        yield test("readers", n, "x=0", ["x =rel 42"] + [f"a{i} = x.acq" for i in range(n)], 2**n)
    for n in [1, 2, 3, 5]:
        yield test("ainc", n, "x=0", [f"a{i} = FAA(x,1).rlx" for i in range(n)], factorial(n))
    for n in [1, 2, 3]:
        yield test("binc", n, "x=y=0", [f"a{i} = FAA(x,1).rlx; b{i} = FAA(y,1).rlx" for i in range(n)],
                   factorial(n)**2)
        yield test("cinc", n, "x=y=z=0", [f"a{i} = FAA(x,1).rlx; b{i} = FAA(y,1).rlx; c{i} = FAA(z,1).rlx"
                                          for i in range(n)], factorial(n)**3)
        yield test("inc", n, "x=0", [f"a{i} = x.rlx; x =rel a{i}+{2**i}" for i in range(n)], factorial(n)**2)
        yield test("wainc", n, "x=0", ["x =rel 42"] + [f"a{i} = FAA(x,1).rlx" for i in range(n)], factorial(n + 1))
    for n, count in [(1, 1), (2, 2), (3, 5), (4, 14), (5, 43)]:
        yield test("casrot", n, "x=0", [f"a{i} = CAS(x,{i - 1}→{i}).rlx/rlx" for i in range(1, n + 1)], count)
    for n in [1, 2, 3, 4]:
        yield test("wcas", n, "x=0", ["x =rel 2"] + [f"a{i} = CAS(x,2→3).rlx/rlx" for i in range(n)],
                   n * 2**(n - 1) + 1)
        yield native("lockinc", n, 0, ["x", "C++:std::mutex mutex;"],
                     ["C++: const std::lock_guard lock(mutex); x.store(x.load(rlx) + 1, rlx);"] * n, factorial(n))
    for n in [2, 3, 4, 5]:
        yield native("lastzero", n, 0, [f"C++:std::atomic<long> v[{n + 1}];"],
                     [f"C++: for (int k = {n}; v[k].load(acq) != 0; --k) {{}}"] +
                     [f"C++: v[{i}].store(v[{i - 1}].load(acq) + 1, rel);" for i in range(1, n + 1)],
                     (n + 3) * 2**(n - 2))
    for n in [1, 2, 11, 12]:
        yield native("indexer", n, 0, ["C++:std::atomic<long> t[128];"],
                     ["C++: for (int k = 0; k < 4; ++k) { "
                      f"const long w = 11 * k + {i}; long empty = 0; "
                      "for (long h = 7 * w % 128; !t[h].compare_exchange_strong(empty, w, rlx, rlx); "
                      "h = (h + 1) % 128) empty = 0; }" for i in range(n)], 8**max(0, n - 11))
    for n, sc in [(1, 4), (2, 15), (3, 130)]:
        yield test("CoA", n, "x=y=z=0", ["x =rel 1; a = y.acq; b = x.acq", "x =rel 2; c = z.acq; d = x.acq"] +
                   [f"y =rel {i}; z =rel {i}" for i in range(n - 1)], 4 * factorial(n)**2, sc)
    for n, rc11, sc in [(1, 11, 11), (2, 153, 140)]:
        yield test("fib", n, "x=y=1", ["; ".join(f"a{i} = x.acq; b{i} = y.acq; x =rel a{i}+b{i}" for i in range(n)),
                                       "; ".join(f"e{i} = x.acq; f{i} = y.acq; y =rel e{i}+f{i}" for i in range(n)),
                                       "c = x.acq; d = y.acq"], rc11, sc)


def seen(outcomes, asks):
    """Whether some outcome has all the values that the column `Asks` names."""
    wanted = re.findall(r"\b([a-z]=\d+)", asks.split(":")[0])
    return any(all(value in re.findall(r"\w+=-?\d+", outcome) for value in wanted) for outcome in outcomes)


def check(arguments, program, test, model):
    status, result = programs.explore(arguments, program, ["--search", "graphs", "--model", model], [test.name])
    programs.check(result, status, "proved", f"{test.name} {model}")
    if result["executions"] != test.counts[model]:
        raise programs.Failure(f"{result['executions']} executions, not {test.counts[model]}")
    outcomes = {outcome["value"].removeprefix("exit 0: ").strip(): outcome["executions"]
                for outcome in result["outcomes"]}
    if test.outcomes and len(outcomes) != test.outcomes[model]:
        raise programs.Failure(f"{len(outcomes)} outcomes, not {test.outcomes[model]}: {outcomes}")
    if test.digests and make_sample.digest(outcomes) != test.digests[model]:
        raise programs.Failure(f"other outcomes: {outcomes}")
    if test.asks and seen(outcomes, test.asks) != (model == "rc11" and test.asks.endswith("rc11")):
        raise programs.Failure(f"{test.asks}, but the outcomes are {outcomes}")
    return result["executions"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--selvage", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--configurations", default="gcc-O0,gcc-Og,gcc-O2,clang-O0,clang-Og,clang-O2")
    parser.add_argument("--generated", default="generated[0-9]", help="which generated programs: a regular expression")
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    arguments.selvage, arguments.rebuild, arguments.search = arguments.selvage.resolve(), False, ""
    arguments.work = arguments.work.resolve() / "litmus"
    arguments.work.mkdir(parents=True, exist_ok=True)
    tests = [*sampled(arguments.generated), *growing()]
    path = arguments.work / "litmus.cpp"
    text = source(tests)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    variant = programs.Variant(path, "", "proved", {})
    configurations = arguments.configurations.split(",")
    checked = failed = executions = 0
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        built = list(pool.map(lambda c: programs.build(arguments, variant, c), configurations))
        print(f"built in {time.monotonic() - started:.0f} s")
        jobs = [(c, program, test, model) for c, program in zip(configurations, built)
                for test in tests if re.search(arguments.only, test.name) for model in ["rc11", "sc"]]

        def one(job):
            try:
                return check(arguments, *job[1:]), None
            except programs.Failure as failure:
                return 0, str(failure)

        for (configuration, _, test, model), (count, failure) in zip(jobs, pool.map(one, jobs)):
            checked += 1
            executions += count
            if failure:
                failed += 1
                print(f"FAIL {test.name} {model} [{configuration}]: {failure}")
    print(f"{checked - failed} of {checked} passed, {executions} executions, {time.monotonic() - started:.0f} s")
    return 1 if failed or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
