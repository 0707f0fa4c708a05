// Thousands of small generated programs, each explored with sleep sets, by plain enumeration and by an
// oracle that knows nothing of Selvage: all three must agree on every outcome and every kind of violation.
//
// SELVAGE_DIFFERENTIAL_SEED and SELVAGE_DIFFERENTIAL_PROGRAMS (environment) look at other programs.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <selvage/selvage.hpp>
#include <set>
#include <sstream>

#include "interpreter.hpp"
#include "oracle.hpp"
#include "program.hpp"

namespace differential {
namespace {

/// What two explorations of a program must have in common.
struct Seen {
  bool complete = false;
  bool proved = false;
  std::set<selvage::Verdict> kinds;
  std::set<std::string> outcomes;
  std::uint64_t executions = 0;
  bool interleaved = false;  ///< under the default model: it has not gone beyond sequential consistency
  friend bool operator==(const Seen& a, const Seen& b) {
    return a.complete == b.complete && a.proved == b.proved && a.kinds == b.kinds && a.outcomes == b.outcomes;
  }
};

constexpr std::uint64_t kMostExecutions = 3000;

Seen explore(const Program& program, selvage::Search search, selvage::Races races, const char* model = "sc") {
  selvage::Options options;
  options.model = model;
  options.search = search;
  options.races = races;
  options.keep_going = true;
  options.max_timeouts = 100;
  options.executions = kMostExecutions;
  options.seconds = 120;  // far more than any needs, even on a busy machine: incomplete is a difference
  const auto code = program.code();
  const auto result = selvage::explore(options, [&] { interpret(code, program.semaphore); });
  Seen seen;
  seen.proved = result.verdict == selvage::Verdict::proved;
  for (const auto& v : result.violations) seen.kinds.insert(v.kind);
  // With Races::stop nothing that comes after a race was run; what was to be found is found all the same.
  const bool cut = races == selvage::Races::stop && seen.kinds.count(selvage::Verdict::data_race) != 0;
  seen.complete = result.complete || cut;
  for (const auto& o : result.outcomes) seen.outcomes.insert(o.value);
  seen.executions = result.executions;
  seen.interleaved = result.model == "sc" && result.only_sc.empty();
  return seen;
}

/// The oracle's answer in the same terms.
Seen expected(const Truth& truth) {
  Seen seen;
  seen.complete = true;
  if (truth.race) seen.kinds.insert(selvage::Verdict::data_race);
  if (truth.deadlock) seen.kinds.insert(selvage::Verdict::deadlock);
  if (truth.livelock) seen.kinds.insert(selvage::Verdict::livelock);
  seen.outcomes = truth.outcomes;
  seen.proved = seen.kinds.empty();
  return seen;
}

std::string to_text(const Seen& seen, const Seen& other) {
  std::ostringstream out;
  out << (seen.proved ? "proved" : "not proved") << (seen.complete ? "" : ", incomplete") << "; violations:";
  for (const auto kind : seen.kinds) out << " " << kind;
  out << "; " << seen.outcomes.size() << " outcomes in " << seen.executions << " executions; only here:";
  for (const auto& o : seen.outcomes) {
    if (other.outcomes.count(o) == 0) out << "\n    " << o;
  }
  return out.str();
}

/// Does it find locks taken without waiting? What that tells is taken as under sequential consistency.
bool tries(const Program& program) {
  for (const auto& thread : program.code()) {
    for (const Instruction& i : thread) {
      switch (i.action) {
        case Action::try_lock:
        case Action::timed_lock:
        case Action::sem_try:
        case Action::sem_timed:
        case Action::try_read_lock:
        case Action::try_write_lock:
          return true;
        default:
          break;
      }
    }
  }
  return false;
}

/// The C++ memory model, to which the default comes, too: where the default has gone through interleavings only, there must be
/// nothing beyond them. `sc` is what there is under sequential consistency.
std::string compare_promised(const Program& program, const Seen& sc) {
  const Seen promised = explore(program, selvage::Search::exhaustive, selvage::Races::stop, "auto");
  const Seen rc11 = explore(program, selvage::Search::graphs, selvage::Races::stop, "rc11");
  std::ostringstream out;
  const auto differ = [&](const char* what, const Seen& a, const Seen& b) {
    out << what << "\n  " << to_text(a, b) << "\n  " << to_text(b, a) << "\n";
  };
  // Every sequentially consistent execution is one that C++ allows.
  const bool more =
      std::includes(rc11.outcomes.begin(), rc11.outcomes.end(), sc.outcomes.begin(), sc.outcomes.end());
  if (rc11.proved && (!sc.proved || !more)) differ("rc11 against sc", rc11, sc);
  if (!rc11.complete) return out.str();
  if (promised.interleaved) {
    if (tries(program)) return out.str();
    if (promised.proved != rc11.proved || (promised.proved && promised.outcomes != rc11.outcomes)) {
      differ("the default, interleaved, against rc11", promised, rc11);
    }
  } else if (!(promised == rc11)) {
    differ("the default against rc11", promised, rc11);
  }
  return out.str();
}

enum class Compared { equal, different, too_big };

Compared compare(const Program& program, selvage::Races races, std::string* why) {
  const Truth truth = work_out(program, races == selvage::Races::stop);
  if (truth.too_big) return Compared::too_big;
  const Seen reduced = explore(program, selvage::Search::exhaustive, races);
  if (reduced.executions >= kMostExecutions) return Compared::too_big;
  const Seen all = explore(program, selvage::Search::enumerate, races);
  if (all.executions >= kMostExecutions) return Compared::too_big;
  Seen right = expected(truth);
  // A deadlock in which a while-loop could go round through spurious wake-ups may be told as both.
  if (truth.lapping && reduced.kinds.count(selvage::Verdict::livelock) != 0)
    right.kinds.insert(selvage::Verdict::livelock);
  std::ostringstream out;
  const std::string mode = races == selvage::Races::stop ? "stop" : "explore";
  if (!(reduced == right)) {
    out << "races=" << mode << ": sleep sets against the oracle\n  sleep sets: " << to_text(reduced, right)
        << "\n  oracle: " << to_text(right, reduced) << "\n";
  }
  if (truth.lapping && all.kinds.count(selvage::Verdict::livelock) != 0)
    right.kinds.insert(selvage::Verdict::livelock);
  if (!(all == right)) {
    out << "races=" << mode << ": enumeration against the oracle\n  enumeration: " << to_text(all, right)
        << "\n  oracle: " << to_text(right, all) << "\n";
  }
  if (!(reduced == all)) {
    out << "races=" << mode << ": sleep sets against enumeration\n  sleep sets: " << to_text(reduced, all)
        << "\n  enumeration: " << to_text(all, reduced) << "\n";
  }
  const Seen states = explore(program, selvage::Search::stateful, races);
  right = expected(truth);
  if (truth.lapping && states.kinds.count(selvage::Verdict::livelock) != 0)
    right.kinds.insert(selvage::Verdict::livelock);
  if (!(states == right)) {
    out << "races=" << mode << ": stateful search against the oracle\n  stateful: " << to_text(states, right)
        << "\n  oracle: " << to_text(right, states) << "\n";
  }
  const Seen graphs = explore(program, selvage::Search::graphs, races);
  right = expected(truth);
  if (truth.lapping && graphs.kinds.count(selvage::Verdict::livelock) != 0)
    right.kinds.insert(selvage::Verdict::livelock);
  // What ends an execution early keeps the search for graphs from those that it would have led to.
  const bool cut = graphs.kinds.count(selvage::Verdict::data_race) != 0 && races == selvage::Races::stop;
  const bool within =
      std::includes(right.kinds.begin(), right.kinds.end(), graphs.kinds.begin(), graphs.kinds.end()) &&
      std::includes(right.outcomes.begin(), right.outcomes.end(), graphs.outcomes.begin(),
                    graphs.outcomes.end());
  if (cut ? !within : !(graphs == right)) {
    out << "races=" << mode << ": execution graphs against the oracle\n  graphs: " << to_text(graphs, right)
        << "\n  oracle: " << to_text(right, graphs) << "\n";
  }
  if (races == selvage::Races::stop) out << compare_promised(program, expected(truth));
  *why = out.str();
  return why->empty() ? Compared::equal : Compared::different;
}

/// Takes statements away for as long as the rest still differs.
Program shrink(Program program, selvage::Races races) {
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (std::size_t t = 0; t < program.threads.size() && !smaller; ++t) {
      for (std::size_t s = 0; s < program.threads[t].size() && !smaller; ++s) {
        Program candidate = program;
        candidate.threads[t].erase(candidate.threads[t].begin() + static_cast<std::ptrdiff_t>(s));
        std::string why;
        if (compare(candidate, races, &why) != Compared::different) continue;
        program = std::move(candidate);
        smaller = true;
      }
    }
  }
  return program;
}

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// Program number `index`: where it is too big to enumerate, smaller ones from the same seed take its place.
void check_program(std::uint64_t seed, int* compared, int* different, std::set<selvage::Verdict>* met,
                   int* proved) {
  constexpr Shape kShapes[] = {{3, 3}, {2, 4}, {3, 2}, {2, 3}, {2, 2}, {2, 1}};
  // Every second program starts with two threads.
  for (std::size_t shape = seed % 2; shape < std::size(kShapes); ++shape) {
    const Program program = generate(seed, kShapes[shape]);
    for (const auto races : {selvage::Races::stop, selvage::Races::explore}) {
      std::string why;
      const Compared result = compare(program, races, &why);
      if (result == Compared::too_big) break;
      if (result == Compared::different) {
        ++*different;
        const Program small = shrink(program, races);
        std::string small_why = why;
        compare(small, races, &small_why);
        ADD_FAILURE() << "seed " << seed << "\n" << small.text() << small_why;
        return;
      }
      if (races == selvage::Races::explore) {
        ++*compared;
        const Seen truth = expected(work_out(program, true));
        met->insert(truth.kinds.begin(), truth.kinds.end());
        if (truth.proved) ++*proved;
        return;
      }
    }
  }
}

/// Two halves, so that they can run side by side: together 2,200 programs.
void check_half(std::uint64_t default_first) {
  const std::uint64_t first = from_environment("SELVAGE_DIFFERENTIAL_SEED", default_first);
  constexpr std::uint64_t kHalf = 1100;
  const auto count = from_environment("SELVAGE_DIFFERENTIAL_PROGRAMS", kHalf);
  constexpr int kEnough = 5;  // differences to show
  int compared = 0, different = 0, proved = 0;
  std::set<selvage::Verdict> met;
  for (std::uint64_t i = 0; i < count && different < kEnough; ++i) {
    check_program(first + i, &compared, &different, &met, &proved);
  }
  testing::Test::RecordProperty("compared", compared);
  testing::Test::RecordProperty("proved", proved);
  EXPECT_EQ(different, 0);
  if (count >= kHalf) {
    // The programs must not all be of one kind.
    EXPECT_GE(compared, 1000);
    EXPECT_GE(proved, compared / 10);
    EXPECT_EQ(met.size(), 3U) << "races, deadlocks and livelocks";
  }
}

TEST(Differential, SleepSetsEnumerationAndOracleAgree) { check_half(1); }
TEST(Differential, SleepSetsEnumerationAndOracleAgreeOnTheOtherHalf) { check_half(1101); }

}  // namespace
}  // namespace differential
