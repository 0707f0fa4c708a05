// Selvage: explore every interleaving of ordinary C++ threads.
//
// A *body* (or a whole program, with `selvage run`) that was compiled with -fsanitize=thread is executed
// again and again under a controlled scheduler until every interleaving of its visible events has been
// seen. The result is a verdict; `proved` is given only where the search was complete.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#pragma GCC visibility push(default)

namespace selvage {

/// What an exploration established. Names in reports and JSON are the enumerators with '-' for '_'.
enum class Verdict {
  proved,            ///< every execution was explored and none was bad
  data_race,         ///< two conflicting accesses, not both atomic, unordered by happens-before
  assertion,         ///< assert, selvage::check, selvage::invariant or a GoogleTest expectation failed
  deadlock,          ///< no thread can move and the program has not ended
  livelock,          ///< threads run on for ever without progress
  crash,             ///< a signal: invalid access, abort, arithmetic trap, stack overflow
  exception,         ///< an exception left a thread or main uncaught
  use_after_free,    ///< access to a heap block that had been freed
  double_free,       ///< a heap block freed twice, or a pointer freed that malloc never returned
  leak,              ///< a heap block that nothing reaches when the program ends
  misuse,            ///< a synchronisation object used against its contract
  nondeterministic,  ///< the program did something else when the same schedule was replayed
  unsupported,       ///< the program made a call that cannot be controlled
  exhausted          ///< a budget or bound ended the search first: nothing was proved
};

/// The name used in reports and JSON, e.g. "data-race".
std::string_view to_string(Verdict verdict);
/// The inverse of to_string. Throws std::invalid_argument for any other text.
Verdict verdict_from_string(std::string_view name);
std::ostream& operator<<(std::ostream& out, Verdict verdict);

enum class Search {
  exhaustive,  ///< depth first with sleep sets: one execution per Mazurkiewicz trace, plus pruned prefixes; with model
               ///< "rc11" the same as graphs
  graphs,    ///< one execution per consistent execution graph; see docs/optimal-search.md
  stateful,  ///< every state once, and every step from it: for programs with far fewer states than executions
  enumerate,  ///< depth first over every interleaving, no reduction: the oracle of the tests
  random,     ///< uniform choice among the enabled threads, seeded; never proves anything
  replay,     ///< one execution, the one a saved schedule describes
  directed    ///< one execution, driven by selvage::Directed
};

enum class Races {
  stop,     ///< a data race is a violation and ends the search
  explore,  ///< report it once, make accesses to the location visible events, and explore on
  ignore    ///< do not report; a search that met one proves nothing
};

/// What to explore and how far. Every bound that cuts the search turns `proved` into `exhausted`.
struct Options {
  Search search = Search::exhaustive;
  Races races = Races::stop;
  /// Memory model: "sc", sequential consistency; "rc11", what C++ promises (docs/memory-model.md), for the searches
  /// exhaustive, graphs and replay; or "auto", for the exhaustive search what C++ promises: sc while the program does nothing
  /// that C++ promises less for, else rc11, and sc again, with Result::only_sc, where that search does not know what the
  /// program does. With other searches, with races that are explored and with crash_children, auto is sc.
  std::string model = "auto";
  std::uint64_t executions = 0;  ///< stop after this many executions; 0: no bound (random: 10000)
  double seconds = 0;            ///< stop after this much wall-clock time; 0: no bound
  std::uint64_t seed = 1;        ///< seed of --search random
  std::uint64_t memory = 0;      ///< stateful: stop when states take this many MiB; 0: no bound
  /// stateful: when the states met take more than this many MiB, and none has come up again so far, they are not kept any
  /// more but for two levels of the search; see docs/stateful.md
  std::uint64_t visited = 256;
  /// stateful, `selvage run` only: where the search is saved from the time on that states are not kept, every so many
  /// seconds and when it is interrupted or a budget ends it; empty: nowhere. See docs/stateful.md.
  std::string checkpoint;
  double checkpoint_seconds = 300;
  std::string resume;    ///< stateful, `selvage run` only: goes on from what was saved in this file
  unsigned workers = 0;  ///< stateful: processes that search from then on; 0: one for each processor
  unsigned jobs =
      0;  ///< exhaustive, graphs: processes that search, 0: one for each processor; same result for any number
  /// graphs: threads that are started one after the other with the same function and argument are interchangeable, and
  /// executions that differ only in which of them is which are explored once; docs/symmetry.md says what a program must not
  /// do then.
  bool symmetry = false;
  /// exhaustive (with model "sc"), enumerate: explore only executions in which a thread that could go on is stopped so many
  /// times; -1: no bound.
  int preemptions = -1;
  bool keep_going = false;               ///< go on after the first violation
  bool report_leaks = true;              ///< is a leak a violation?
  std::uint64_t max_events = 1'000'000;  ///< longest execution, in events; longer ones are cut
  unsigned max_timeouts = 2;  ///< time-outs a thread may take while another could run, in one execution
  /// A child process may be killed before each of its events, and before each of its writes to shared memory.
  bool crash_children = false;
  double watchdog_seconds = 10;  ///< CPU time without an event after which a loop counts as endless
  bool capture_output = true;    ///< keep the program's stdout and stderr, show the reported execution's
  /// The outcomes that are right, as they are printed in reports; an execution that ends with another one is
  /// verdict `assertion`. Empty: every outcome is.
  std::vector<std::string> expected;
  /// Memory orders to explore the program with in place of those written, as "FILE:LINE=ORDER"; see docs/orders.md.
  std::vector<std::string> weaken;
  std::vector<std::string> drop_lock;  ///< locks to explore the program without, as "FILE:LINE"
  bool list_sites = false;             ///< Result::sites is wanted
  std::string program;                 ///< a name for reports; default: the running executable
  std::string replay_schedule;  ///< Search::replay: the schedule text (Violation::schedule or a file's)
};

/// A place in the source, as far as debug information tells.
struct SourceLocation {
  std::string file;      ///< empty when unknown
  unsigned line = 0;     ///< 0 when unknown
  std::string function;  ///< demangled; empty when unknown
};

/// One row of a trace: a visible event, or a plain access that takes part in a reported race.
struct TraceEvent {
  int thread = 0;        ///< 0 is main (or the body); others in order of creation
  std::string text;      ///< e.g. "lock m", "read count = 0 (from #3)"
  SourceLocation where;  ///< the innermost frame in user code
  std::vector<SourceLocation> stack;
};

/// One of the two accesses of a data race.
struct RaceAccess {
  int thread = 0;
  bool write = false;
  bool atomic = false;
  std::size_t size = 0;               ///< bytes
  std::size_t event = 0;              ///< index into Violation::trace
  std::vector<SourceLocation> stack;  ///< innermost first
  std::vector<std::string> holding;   ///< the locks the thread held
};

/// Something bad that some execution did.
struct Violation {
  Verdict kind = Verdict::proved;
  std::string message;       ///< one sentence
  std::vector<int> threads;  ///< those involved
  SourceLocation location;
  std::string schedule;  ///< short form; Options::replay_schedule takes it
  unsigned preemptions = 0;
  std::vector<TraceEvent> trace;
  std::vector<RaceAccess> accesses;  ///< data races: the two
  std::string output;                ///< what the program printed in this execution
};

/// A value reported by executions, see selvage::outcome.
struct Outcome {
  std::string value;
  std::uint64_t executions = 0;  ///< how many executions ended with it
  std::string schedule;          ///< a witness: the execution with the fewest preemptions among those seen
};

/// An atomic access, a fence or the locking of a mutex or read-write lock that some execution made.
struct Site {
  std::string
      what;  ///< "load", "store", "read-modify-write", "compare-exchange", "fence"; "lock", "try_lock", ...
  std::string order;     ///< the memory order as written; empty for a lock
  std::string failure;   ///< of a compare-exchange: the order where it fails
  SourceLocation where;  ///< the innermost frame in user code
  bool library = false;  ///< made by the standard library of its own accord, e.g. in a std::shared_ptr
};

/// What explore() found.
struct Result {
  Verdict verdict = Verdict::exhausted;
  std::string message;    ///< the verdict in one sentence
  bool complete = false;  ///< every execution was explored; no bound cut the search
  std::string caveat;     ///< why `complete` is false although the search came to its end; mostly empty
  std::string
      only_sc;  ///< model "auto": why accesses of weaker memory orders were taken for seq_cst; mostly empty
  std::uint64_t executions = 0;   ///< complete executions; stateful: different last steps of executions
  std::uint64_t blocked = 0;      ///< executions cut because another one covers them
  std::uint64_t bounded = 0;      ///< executions cut at `max_events`
  std::uint64_t events = 0;       ///< visible events over all executions
  std::uint64_t states = 0;       ///< stateful: different states; else 0
  std::uint64_t transitions = 0;  ///< stateful: steps from one state to another; else 0
  std::uint64_t memory = 0;       ///< stateful: bytes that states took; else 0
  double seconds = 0;             ///< wall clock
  /// The part of the search that was done, from 0 to 1: an estimate where a budget or an interruption ended it; 1 where it
  /// is complete; -1 where there is no estimate.
  double covered = -1;
  /// With Options::symmetry: the threads that were taken for interchangeable, e.g. "T1 T2"; what was found is up to renaming
  /// these.
  std::vector<std::string> symmetry;
  std::vector<Outcome> outcomes;      ///< sorted: numerically where all are integers
  std::vector<Violation> violations;  ///< each kind and place once, the search's order
  std::string program, search, model;
  std::vector<std::string> weaken, drop_lock;  ///< what was changed in the program, as in Options
  std::vector<Site> sites;                     ///< with Options::list_sites: each once, by file and line

  /// True where some execution ended with `value` (compared as printed).
  [[nodiscard]] bool reached(std::string_view value) const;
  /// The full report, as `selvage run` prints it (no colour).
  [[nodiscard]] std::string report() const;
  /// The JSON document of docs/json.md.
  [[nodiscard]] std::string json() const;
};
/// Prints Result::report(): GoogleTest shows it when an expectation fails.
std::ostream& operator<<(std::ostream& out, const Result& result);

/// Explores every interleaving of `body`, which may start threads. The exploration happens in a forked
/// child, so that nothing `body` does (crash, exit, wild writes) touches the caller. Code that is to be
/// explored must have been compiled with -fsanitize=thread and linked with libselvage instead of the
/// compiler's runtime; selvage_add_test and `selvage c++` do both.
/// Throws std::invalid_argument for options that contradict each other, std::runtime_error where the
/// exploration could not be started at all, or nothing of the program was compiled so.
Result explore(const Options& options, const std::function<void()>& body);
Result explore(const std::function<void()>& body);

/// A hand-written schedule, for teaching and regression tests: each step runs one thread up to a point.
/// Threads are numbered as in traces: 0 is the body, 1 the first thread it starts. Plain accesses count as
/// events only for the locations named with `watch`. When the steps are used up the lowest-numbered
/// enabled thread runs on. A step that cannot be carried out (its thread is blocked or has ended first), and one that is not over
/// when the program ends, gives verdict `misuse` with the number of the step.
class Directed {
 public:
  /// Makes the plain accesses to [address, address + size) visible events.
  Directed& watch(const void* address, std::size_t size);
  template <typename T>
  Directed& watch(const T& object) {
    return watch(&object, sizeof object);
  }
  /// Runs `thread` until it is about to perform its `nth` write (from now on, 1 is the next) to `address`.
  Directed& until_before_write(int thread, const void* address, std::uint64_t nth = 1);
  /// Runs `thread` until it is about to perform its `nth` read of `address`.
  Directed& until_before_read(int thread, const void* address, std::uint64_t nth = 1);
  /// Runs `thread` until it has performed `count` more writes to `address`.
  Directed& until_writes_done(int thread, const void* address, std::uint64_t count);
  /// Runs `thread` for `count` visible events.
  Directed& events(int thread, std::uint64_t count);
  /// Runs `thread` until it has ended.
  Directed& to_end(int thread);

  enum class Until { before_write, before_read, writes_done, events, end };
  struct Step {
    int thread;
    Until until;
    std::uintptr_t address;
    std::uint64_t count;
  };
  [[nodiscard]] const std::vector<Step>& steps() const { return steps_; }
  [[nodiscard]] const std::vector<std::pair<std::uintptr_t, std::size_t>>& watched() const {
    return watched_;
  }

 private:
  std::vector<Step> steps_;
  std::vector<std::pair<std::uintptr_t, std::size_t>> watched_;
};

/// Runs the body once, as `schedule` says. The result is never `proved`: verdict `exhausted` with one
/// outcome, or a violation. Data races on watched locations are not reported.
Result run_directed(const Directed& schedule, const std::function<void()>& body, Options options = {});

// What a body may call. Outside an exploration they act as in an ordinary run: outcome and invariant do
// nothing, choose returns 0, and a failing check aborts.

/// Reports `text` as this execution's outcome. Several calls are joined with a space, in order.
void outcome_text(std::string_view text);
/// The same for anything that has operator<<.
template <typename T>
void outcome(const T& value) {
  if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    outcome_text(value);
  } else {
    std::ostringstream text;
    text << value;
    outcome_text(text.str());
  }
}
/// Verdict `assertion` where `condition` is false.
void check(bool condition, const char* message = "selvage::check failed");
/// Explores every value in [0, n). n must be at least 1; n < 1 is verdict `misuse`.
int choose(int n);
/// A place where the process that calls it, if it is a child (of fork), may be killed: both ways are explored.
void crash_point();
/// Evaluates `holds` wherever another thread may go on, from now on until the body returns; verdict `assertion`
/// where it returns false. It must not block or change anything.
void invariant(std::function<bool()> holds, const char* name = "invariant");
/// True while an exploration runs the caller.
bool exploring();

}  // namespace selvage

#pragma GCC visibility pop
