// What goes on in one exploration: the parts of machine/exploration.hpp's explore_here().
//
// exploration.cpp has the loops over executions and states, findings.cpp what is made of each execution that
// has ended, result.cpp what is told at the end.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "machine/checkpoints.hpp"
#include "machine/exploration.hpp"
#include "machine/level_search.hpp"
#include "machine/machine.hpp"
#include "machine/output.hpp"
#include "memory/chosen_reads.hpp"
#include "search/optimal.hpp"
#include "search/schedule.hpp"
#include "search/strategy.hpp"
#include "state/archive.hpp"

namespace selvage::machine {

class StatefulSearch;
struct SharedSearch;

/// One of `count`, as the schedule has it: where a value comes from, which is no choice of the thread's.
int chosen_read(int count);

/// A violation as the search keeps it; the trace is made at the end, by running the schedule once more.
struct Found {
  Verdict kind;
  std::string message;
  std::uint64_t threads;
  unsigned preemptions;
  search::Schedule schedule;
  race::Race race;    // data races
  std::string key;    // what makes it the same violation
  bool lost = false;  // the schedule was not found again
};

/// Begins the key of an execution that ended with an outcome the user did not expect.
inline constexpr std::string_view kUnexpected = "outcome ";

struct OutcomeSeen {
  std::uint64_t executions = 0;
  unsigned preemptions = 0;
  std::vector<std::uint16_t> steps;
};

class Explorer {
 public:
  explicit Explorer(const Job& job) : job_(job) {}
  report::RawResult run();

 private:
  void set_up_changes();
  void set_up();
  void use_interleavings(bool reduce);
  void use_graphs();
  void reset();
  void run_once();
  void run_next();
  void flush();
  void forget_output();
  bool to_be_checked();
  void check_from_start();
  void switch_to_program();
  void judge();
  void search_executions();
  void search_states();
  bool share_search();
  void search_part(std::uint32_t part);
  void write_result(std::uint32_t part, bool complete);
  void write_part(state::Writer& to) const;
  void add_part(state::Reader& from);
  void set_schedule(Found& found, const std::function<std::optional<std::vector<std::uint16_t>>()>& find);
  bool shows(const Found& found);
  SearchHost::Saving saving();
  std::string identity() const;
  void show_going_round(const StatefulSearch& search);
  const std::string& ended_with();
  bool expects(std::string_view outcome) const;
  void add_outcome();
  void add(Found found);
  void add_misfit(std::string why);
  void note_cut_graph(Verdict verdict);
  void check_new_graph();
  bool out_of_budget();
  bool was_ended();
  search::Schedule schedule_now(std::vector<std::uint16_t> steps) const;
  void apply(const search::Schedule& schedule);
  void forget();
  report::RawViolation recorded(const Found& found, bool* reproduced);
  void fill(report::RawResult& result);

  const Job& job_;
  Options changes_;  ///< weaken, drop_lock and list_sites are in force
  std::unique_ptr<search::Strategy> strategy_;
  search::Optimal* searched_ = nullptr;                   ///< strategy_, where it searches for graphs
  search::Divisible* divided_ = nullptr;                  ///< strategy_, where it can be
  std::unique_ptr<std::set<std::uint64_t>> graphs_seen_;  ///< their fingerprints, where they are watched
  Checkpoints checkpoints_;
  bool takes_up_ = false;    ///< executions are taken up from where others stood
  bool from_start_ = false;  ///< but not the next one
  bool taken_up_ = false;    ///< the one that ended last was
  bool check_all_ = false;   ///< all of those are run from their beginning, too
  std::uint64_t taken_up_count_ = 0;
  SharedSearch* shared_ = nullptr;  ///< in a process that searches parts
  bool reads_chosen_ = false;       ///< reads take their values from where the search says
  memory::ChosenReads chosen_reads_{&chosen_read};
  Output output_;
  std::uint64_t executions_ = 0, blocked_ = 0;
  std::uint64_t bounded_ = 0;     ///< cut at max_events
  double covered_by_others_ = 0;  ///< of the search, by processes that parts of it were given to
  std::uint64_t states_ = 0, steps_ = 0, memory_ = 0;  ///< of a stateful search
  const StatefulSearch* states_search_ = nullptr;      ///< one that is going on
  std::map<std::string, OutcomeSeen, std::less<>> outcomes_;
  std::vector<Found> found_;
  std::string identity_;       ///< of the process, where checkpoints are asked for
  double seconds_before_ = 0;  ///< that the search took until the checkpoint that it goes on from
  std::string ended_with_;     ///< a buffer, made anew for each execution
  std::string refused_;
  bool finished_ = false;  ///< the strategy has nothing left
  bool stopped_ = false;
  bool again_ = false;      ///< the same execution must be started over
  bool beyond_sc_ = false;  ///< model "auto": an execution went beyond sequential consistency
  std::string why_stopped_;
  std::uint64_t clock_checks_ = 0;
};

/// More threads than ever before were started: the execution is done again with more blocks to borrow.
void grow_thread_locals();

}  // namespace selvage::machine
