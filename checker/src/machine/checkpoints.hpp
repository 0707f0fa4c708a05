// Where executions stood, for those that begin as they did: these go on from there, instead of from the
// beginning.
//
// A search without states (search/optimal.hpp) runs executions that share all but their last few steps. What
// a state is, and what is no part of one, is as in machine/snapshot.hpp; but a checkpoint is everything as it
// lies in memory, nothing is made canonical, and dead stack counts, so that an execution cannot tell whether
// it was begun or taken up. Only the number of the execution (race::Shadow::generation) is a new one.
//
// Not kept is what is rare: of an execution with processes, invariants, output or a race there is no
// checkpoint.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "machine/machine.hpp"
#include "state/archive.hpp"

namespace selvage::machine {

class Checkpoints {
 public:
  static constexpr int kSlots = 64;
  /// Bytes of memory that one may take: with more, an execution is not taken up in less time than it is
  /// begun.
  static constexpr std::size_t kMostBytes = 128 << 10;

  /// Is the execution one of which there can be checkpoints?
  static bool possible();
  /// Keeps where the machine stands; all threads have been switched away from. False where that takes too
  /// much memory.
  bool keep(int slot);
  /// Puts the machine there. Its running thread is to be resumed.
  void go_to(int slot);

 private:
  struct Range {
    std::uint64_t address;
    std::uint32_t size;
  };
  struct KeptThread {
    ThreadState state;
    ThreadPast past;
    std::vector<Thread::ReadHold> read_holds;
    Thread::Idle idle;
    int wakes;
    std::uint64_t wakes_progress, spin_others;
    std::vector<Thread::TimeOuts> timeouts;
    race::VectorClock clock, acquire_pending, release_fence;
    std::vector<std::pair<void (*)(void*), void*>> destructors;
    std::vector<Thread::Visit> visits;
    std::uint64_t visits_progress, memory_then;
    std::uint32_t round_began;
    bool deep_remains;
    std::uint64_t stack_from;  ///< the stack is kept from here on; 0: it is not
  };
  struct Checkpoint {
    std::vector<Range> ranges;
    std::vector<unsigned char> bytes;
    std::vector<std::uint64_t> foreign;  ///< of g.foreign.saved()
    std::uint64_t used = 0;              ///< the threads that there are
    std::vector<KeptThread> threads;
    std::vector<sync::Object> objects;
    race::Shadow::Kept shadow;
    state::Writer rest;
    std::vector<std::uint16_t> schedule;
    std::vector<std::uint64_t> shared_stack;
    std::int32_t current = 0;
    std::uint64_t spinners = 0, events = 0, chosen = 0, progress = 0, spin_progress = 0;
    std::uint32_t preemptions = 0;
    bool redundant = false, bounded = false;
  };
  static void add(Checkpoint& c, std::uint64_t low, std::uint64_t high);
  template <typename From, typename To>
  static void copy_rest(const From& from, To& to);
  static void keep_thread(KeptThread& to, const Thread& t);
  static void put_back(const KeptThread& from, Thread& t);
  static void keep_memory(Checkpoint& c);
  static void put_back_memory(const Checkpoint& c);
  std::unique_ptr<Checkpoint> all_[kSlots];
};

}  // namespace selvage::machine
