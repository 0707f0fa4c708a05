// The rest of a stateful search, where there are too many states to keep: level by level, by several
// processes.
//
// Of a state nothing is kept once its steps have been taken. So it must not come up again on a later level;
// it is seen if states of certain levels do (Brent, An improved Monte Carlo factorization algorithm, BIT 20,
// 1980, section 7: the levels with numbers that are powers of two). Where the search comes to its end, no
// execution goes on for ever.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "machine/checkpoint_file.hpp"
#include "machine/steps.hpp"
#include "machine/workers.hpp"
#include "state/frontier.hpp"

namespace selvage::machine {

/// What a stateful search asks of the exploration that it is part of.
struct SearchHost {
  std::function<void()> begin;  ///< runs an execution until a thread stands still, or to its end
  std::function<bool()> judge;  ///< the step has ended the execution or met a race; false: the search ends
  std::function<bool()> out_of_budget;
  std::function<std::size_t()> findings;  ///< how many violations were found so far
  /// Sets the schedule of a violation to what `find` returns, which is called with the settings that it was
  /// found with; where that is nothing, the violation is told without one.
  std::function<void(std::size_t finding,
                     const std::function<std::optional<std::vector<std::uint16_t>>()>& find)>
      set_schedule;
  std::function<bool(std::size_t finding)> shows;  ///< has the step shown this violation (again)?
  std::function<void(std::size_t finding)>
      forget;  ///< a violation, and those found later: they will be found again
  /// For checkpoints (machine/level_checkpoint.cpp).
  struct Saving {
    std::function<void(state::Writer&)> write;  ///< all that was found so far
    std::function<void(state::Reader&)> read;   ///< has found just that
    std::function<std::string()> head;          ///< what report::CheckpointHead says
    std::function<std::string()> identity;      ///< what must be the same in the process that goes on: lines
    std::function<void(const std::string&)> refuse;  ///< the search cannot be done, and why
    std::function<void(const std::string&)> remark;  ///< is added to why the search was ended
  } saving;
};

class LevelSearch {
 public:
  LevelSearch(Snapshots& snapshots, Steps& steps, SearchHost& host)
      : snapshots_(&snapshots), steps_(&steps), host_(&host) {}
  /// A state of the level to begin with.
  struct Seed {
    State state;
    state::Hash128 hash;
    std::uint64_t enabled;
  };
  /// Searches on from `seeds`, to which `depth` steps lead, with that many processes. True where every state
  /// was visited.
  /// `number`: which search this is of those that started over.
  bool run(std::vector<Seed> seeds, std::uint64_t depth, int processes, std::uint32_t number);
  /// A violation whose schedule is not known yet: it is found by a step from a state that the steps of a seed
  /// lead to.
  struct Pending {
    std::size_t finding;
    std::uint32_t seed;
    std::uint64_t distance;  ///< in steps
    state::Hash128 from;
    state::Step step;
  };
  [[nodiscard]] const std::vector<Pending>& pending() const { return pending_; }
  [[nodiscard]] const State& seed(const Pending& pending) const { return seeds_[pending.seed].state; }
  /// States expanded or met, without the seeds.
  [[nodiscard]] std::uint64_t states() const {
    return states_ + (frontier_.size() == 0 ? 0 : frontier_.next_size());
  }
  [[nodiscard]] std::uint64_t transitions() const {
    return shared_ == nullptr ? 0 : shared_->transitions.load();
  }
  [[nodiscard]] std::uint64_t waiting() const;
  [[nodiscard]] std::uint64_t memory() const {
    return frontier_.memory() + milestone_.capacity() * sizeof milestone_[0];
  }
  void clear();

 private:
  /// A step that this search cannot settle by itself: the process that judges takes it again.
  struct Note {
    std::uint32_t index;     ///< of the state
    std::int8_t thread;      ///< kAll: every step of the state
    std::uint8_t different;  ///< it came out differently when it was taken again
  };
  static constexpr std::int8_t kAll = -1;
  struct Shared {
    std::atomic<std::uint32_t> stop;  ///< looked at for each state: not in a line with what is often written
    std::atomic<std::uint32_t> no_room;
    alignas(64) std::atomic<std::uint32_t> cursor;  ///< states below this are being expanded or are done
    std::atomic<std::uint32_t> notes;
    std::atomic<std::uint64_t> transitions, events;
  };
  void open();
  bool expand_level();
  void work();
  bool expand(std::uint32_t index);
  void look_ahead(std::uint32_t index) const;
  void tell_counts();
  void note(std::uint32_t index, int thread, bool different);
  bool settle_notes();
  bool settle(const Note& note);
  void employ();
  bool came_up_again();
  // Checkpoints.
  /// A step by which this process came to know something that its states now rely on.
  struct Lesson {
    State from;
    std::int8_t thread;
    Snapshots::Layout after;
  };
  void note_lesson(std::span<const state::BlobId> from, int thread);
  bool checkpoint_due() const;
  bool save_first();
  void save_again(bool at_the_end);
  void save();
  bool resume();
  void load(CheckpointReader& from);
  void learn_again(state::Source& from);
  void load_findings(state::Source& from);
  [[nodiscard]] bool is_milestone(const state::Hash128& hash) const;

  Snapshots* snapshots_;
  Steps* steps_;
  SearchHost* host_;
  state::Frontier frontier_;
  Workers workers_;
  state::Room<Shared> shared_room_;
  state::Room<Note> notes_;
  Shared* shared_ = nullptr;
  std::vector<Seed> seeds_;
  std::vector<Pending> pending_;
  std::vector<std::uint64_t> milestone_;  ///< hash table of the halves of hashes; 0: free
  std::uint64_t milestone_level_ = 0;
  std::uint64_t first_depth_ = 0, depth_ = 0;
  std::uint64_t states_ = 0;
  std::uint64_t taken_ = 0, events_ = 0;  ///< by this process, and not yet in shared_
  int processes_ = 1;
  bool worker_ = false;         ///< this is one of the processes forked
  bool stale_ = false;          ///< ... and it does not know everything any more
  Snapshots::Layout layout_{};  ///< when the processes were forked
  std::uint32_t number_ = 0;    ///< of the search
  std::uint64_t begun_ = 0;     ///< transitions when the level was begun
  std::vector<Lesson> lessons_;
  Snapshots::Layout known_{};  ///< after the last lesson
  bool saves_ = false;         ///< lessons are noted
  bool resumed_ = false;       ///< what was saved is here
  double saved_at_ = 0;
  std::string save_problem_;  ///< why it was not saved the last time
};

}  // namespace selvage::machine
