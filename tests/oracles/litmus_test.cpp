// The search for execution graphs on programs whose graphs have been counted by others: docs/litmus-tests.md,
// and generated programs with what an enumerator made of them (sample.tsv).
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "litmus.hpp"
#include "memory/orders.hpp"

namespace oracles {
namespace {

using namespace selvage::memory;  // NOLINT: orders

/// Nothing twice, nothing that waits.
Counts explored(const Program& program, MemoryModel model) {
  Counts counts = explore(program, model, 1'000'000);
  EXPECT_EQ(counts.error, "");
  EXPECT_EQ(counts.duplicates, 0U);
  EXPECT_EQ(counts.stuck, 0U);
  return counts;
}

std::vector<std::string> split(const std::string& line, char at) {
  std::vector<std::string> cells;
  std::istringstream stream(line);
  for (std::string cell; std::getline(stream, cell, at);) {
    const std::size_t first = cell.find_first_not_of(' ');
    cells.push_back(first == std::string::npos ? ""
                                               : cell.substr(first, cell.find_last_not_of(' ') + 1 - first));
  }
  return cells;
}

/// The rows of docs/litmus-tests.md up to the tests that grow: Test, Init, Threads, rc11, sc, Outcomes, Asks.
std::vector<std::vector<std::string>> table() {
  std::ifstream file(SELVAGE_LITMUS_TABLE);
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(file, line) && line != "## Tests that grow";) {
    if (!line.starts_with("| ") || line.starts_with("| Test") || line.starts_with("| ---")) continue;
    std::vector<std::string> cells = split(line.substr(1), '|');
    if (cells.size() == 7) rows.push_back(std::move(cells));
  }
  return rows;
}

/// As make_sample.py's digest().
std::string digest(const std::map<std::string, std::uint64_t>& outcomes) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const auto& [outcome, graphs] : outcomes) {
    for (const char c : outcome + "*" + std::to_string(graphs) + "\n") {
      value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
  }
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

/// Whether some outcome has all of `values`: "a=1 b=0 x=2".
bool seen(const Counts& counts, const std::string& values) {
  for (const auto& [outcome, graphs] : counts.outcomes) {
    const std::vector<std::string> has = split(outcome, ' ');
    bool all = true;
    for (const std::string& value : split(values, ' ')) {
      all = all && std::find(has.begin(), has.end(), value) != has.end();
    }
    if (all) return true;
  }
  return false;
}

TEST(Litmus, EveryRowOfTheTable) {
  const auto rows = table();
  ASSERT_EQ(rows.size(), 34U);
  for (const auto& row : rows) {
    SCOPED_TRACE(row[0]);
    const Program program = parse_litmus(row[1], row[2]);
    const std::vector<std::string> outcomes = split(row[5], '/'), asks = split(row[6], ':');
    const Counts rc11 = explored(program, MemoryModel::rc11), sc = explored(program, MemoryModel::sc);
    EXPECT_EQ(std::to_string(rc11.graphs), row[3]);
    EXPECT_EQ(std::to_string(sc.graphs), row[4]);
    EXPECT_EQ(std::to_string(rc11.outcomes.size()), outcomes.at(0));
    EXPECT_EQ(std::to_string(sc.outcomes.size()), outcomes.at(1));
    EXPECT_EQ(seen(rc11, asks.at(0)), asks.at(1) == "rc11");
    EXPECT_FALSE(seen(sc, asks.at(0)));
  }
}

TEST(Litmus, ASampleThatHasBeenEnumerated) {
  std::ifstream file(SELVAGE_LITMUS_SAMPLE);
  std::size_t programs = 0;
  for (std::string line; std::getline(file, line); ++programs) {
    SCOPED_TRACE(line);
    const std::vector<std::string> cells = split(line, '\t');
    ASSERT_EQ(cells.size(), 7U);
    const Program program = parse_litmus(cells[1], cells[2]);
    const Counts rc11 = explored(program, MemoryModel::rc11), sc = explored(program, MemoryModel::sc);
    EXPECT_EQ(std::to_string(rc11.graphs), cells[3]);
    EXPECT_EQ(digest(rc11.outcomes), cells[4]);
    EXPECT_EQ(std::to_string(sc.graphs), cells[5]);
    EXPECT_EQ(digest(sc.outcomes), cells[6]);
  }
  EXPECT_EQ(programs, 334U);
}

// The tests that grow.

std::string number(int n) { return std::to_string(n); }

/// `threads` in the notation of the table.
void expect(const std::string& initial, const std::vector<std::string>& threads, std::uint64_t rc11,
            std::uint64_t sc) {
  std::string all;
  for (const std::string& thread : threads) all += (all.empty() ? "" : " || ") + thread;
  SCOPED_TRACE(all);
  const Program program = parse_litmus(initial, all);
  EXPECT_EQ(explored(program, MemoryModel::rc11).graphs, rc11);
  EXPECT_EQ(explored(program, MemoryModel::sc).graphs, sc);
}

/// N times what `thread` gives for 0 to N-1, after `others`.
template <typename F>
void expect_same(const std::string& initial, std::vector<std::string> others, int n, F thread,
                 std::uint64_t graphs) {
  for (int i = 0; i < n; ++i) others.push_back(thread(i));
  expect(initial, others, graphs, graphs);
}

std::uint64_t factorial(int n) { return n <= 1 ? 1 : static_cast<std::uint64_t>(n) * factorial(n - 1); }
std::uint64_t square(std::uint64_t n) { return n * n; }

TEST(Scaling, Readers) {
  for (int n = 1; n <= 12; ++n) {
    expect_same(
        "x=0", {"x =rel 42"}, n, [](int i) { return "a" + number(i) + " = x.acq"; }, std::uint64_t{1} << n);
  }
}

std::string add(const std::string& x, int i) { return x + number(i) + "r = FAA(" + x + ",1).rlx"; }

TEST(Scaling, Counters) {
  for (int n = 1; n <= 6; ++n) {
    expect_same(
        "x=0", {}, n, [](int i) { return add("x", i); }, factorial(n));
    expect_same(
        "x=0", {"x =rel 42"}, n, [](int i) { return add("x", i); }, factorial(n + 1));
  }
  for (int n = 1; n <= 4; ++n) {
    expect_same(
        "x=y=0", {}, n, [](int i) { return add("x", i) + "; " + add("y", i); }, square(factorial(n)));
    const auto stores = [](int i) {
      const std::string a = "a" + number(i);
      return a + " = x.rlx; x =rel " + a + "+" + number(1 << i);
    };
    expect_same("x=0", {}, n, stores, square(factorial(n)));
  }
  for (int n = 1; n <= 3; ++n) {
    const auto three = [](int i) { return add("x", i) + "; " + add("y", i) + "; " + add("z", i); };
    expect_same("x=y=z=0", {}, n, three, factorial(n) * square(factorial(n)));
  }
}

TEST(Scaling, CompareExchange) {
  const std::uint64_t rotations[] = {1, 2, 5, 14, 43, 144, 523, 2048};
  for (int n = 1; n <= 8; ++n) {
    const auto rotate = [](int i) {
      return "a" + number(i) + " = CAS(x," + number(i) + "→" + number(i + 1) + ").rlx/rlx";
    };
    expect_same("x=0", {}, n, rotate, rotations[n - 1]);
    const auto same = [](int i) { return "a" + number(i) + " = CAS(x,2→3).rlx/rlx"; };
    expect_same("x=0", {"x =rel 2"}, n, same, (static_cast<std::uint64_t>(n) << (n - 1)) + 1);
  }
}

TEST(Scaling, CoherenceOfTwoWriters) {
  const std::uint64_t sc[] = {4, 15, 130, 2028};
  for (int n = 1; n <= 4; ++n) {
    std::vector<std::string> threads{"x =rel 1; a = y.acq; b = x.acq", "x =rel 2; c = z.acq; d = x.acq"};
    for (int i = 0; i < n - 1; ++i) threads.push_back("y =rel " + number(i) + "; z =rel " + number(i));
    expect("x=y=z=0", threads, 4 * square(factorial(n)), sc[n - 1]);
  }
}

TEST(Scaling, Fibonacci) {
  const std::uint64_t rc11[] = {11, 153, 2258}, sc[] = {11, 140, 1698};
  for (int n = 1; n <= 3; ++n) {
    const auto rounds = [n](const std::string& p, const std::string& to) {
      std::string all;
      for (int i = 0; i < n; ++i) {
        const std::string a = p + "a" + number(i), b = p + "b" + number(i);
        all += a + " = x.acq; " + b + " = y.acq; " + to + " =rel " + a + "+" + b + "; ";
      }
      return all;
    };
    expect("x=y=1", {rounds("p", "x"), rounds("q", "y"), "c = x.acq; d = y.acq"}, rc11[n - 1], sc[n - 1]);
  }
}

// What the notation cannot say.

void expect(const Program& program, std::uint64_t graphs) {
  EXPECT_EQ(explored(program, MemoryModel::rc11).graphs, graphs);
  EXPECT_EQ(explored(program, MemoryModel::sc).graphs, graphs);
}

Thread walk_down(int from) {
  for (int k = from; k > 0; --k) {
    if (co_await load(k, kAcquire) == 0) co_return;
  }
  co_await load(0, kAcquire);
}

Thread pass_up(int i) {
  const std::int64_t seen = co_await load(i - 1, kAcquire);
  co_await store(i, kRelease, seen + 1);
}

TEST(Scaling, LastZero) {
  for (int n = 2; n <= 9; ++n) {
    SCOPED_TRACE(n);
    Program program;
    program.initial.assign(static_cast<std::size_t>(n) + 1, 0);
    program.threads = [n](Registers&) {
      std::vector<Thread> threads;
      threads.push_back(walk_down(n));
      for (int i = 1; i <= n; ++i) threads.push_back(pass_up(i));
      return threads;
    };
    expect(program, static_cast<std::uint64_t>(n + 3) << (n - 2));
  }
}

Thread enter(int i) {
  for (int k = 0; k < 4; ++k) {
    const int w = 11 * k + i;
    int h = 7 * w % 128;
    while (co_await cas(h, kRelaxed, kRelaxed, 0, w) != 0) h = (h + 1) % 128;
  }
}

TEST(Scaling, Indexer) {
  for (const int n : {1, 2, 10, 11, 12, 13}) {
    SCOPED_TRACE(n);
    Program program;
    program.initial.assign(128, 0);
    program.threads = [n](Registers&) {
      std::vector<Thread> threads;
      for (int i = 0; i < n; ++i) threads.push_back(enter(i));
      return threads;
    };
    expect(program, std::uint64_t{1} << (n <= 11 ? 0 : 3 * (n - 11)));
  }
}

Thread locked_increment() {
  co_await lock(0);
  const std::int64_t seen = co_await load(0, kRelaxed);
  co_await store(0, kRelaxed, seen + 1);
  co_await unlock(0);
}

TEST(Scaling, LockedIncrement) {
  for (int n = 1; n <= 6; ++n) {
    Program program;
    program.initial = {0};
    program.mutexes = 1;
    program.threads = [n](Registers&) {
      std::vector<Thread> threads;
      for (int i = 0; i < n; ++i) threads.push_back(locked_increment());
      return threads;
    };
    expect(program, factorial(n));
  }
}

}  // namespace
}  // namespace oracles
