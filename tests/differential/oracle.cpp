#include "oracle.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <unordered_set>

namespace differential {

namespace {

constexpr int kLaps = 2;  // how often one while-loop is woken for nothing

/// Knowledge of the threads' progress, as counts of their steps.
struct Clock {
  std::uint8_t at[kThreads];
  void join(const Clock& other) {
    for (int t = 0; t < kThreads; ++t) at[t] = std::max(at[t], other.at[t]);
  }
};

enum class Phase : std::uint8_t {
  running,
  looked,  ///< has seen that it must wait, and is about to
  queued,  ///< waits on the condition variable
  woken    ///< has left its queue and wants the mutex back
};

// Bytes only: compared and hashed as such.
struct ThreadState {
  std::uint8_t pc;
  Phase phase;
  std::uint8_t laps;
  std::uint8_t timed_out;
  std::uint8_t has_fence;
  std::int8_t registers[kRegisters];
  Clock clock, pending, fence;
};

struct State {
  ThreadState threads[kThreads];
  struct {
    std::int8_t value;
    Clock released;
  } atomics[kAtomics];
  struct {
    std::int8_t value;
    std::uint8_t wrote[kThreads], read[kThreads];  ///< step of each thread's last access, 0: none
  } plains[kPlains];
  struct {
    std::int8_t owner;
    Clock released;
  } mutexes[kMutexes];
  struct {
    std::int8_t writer;
    std::uint8_t readers;
    Clock released, readers_released;
  } rw;
  std::int8_t semaphore;
  Clock posted;
};
static_assert(std::has_unique_object_representations_v<State>);

bool acquires(int order) { return order == 1 || order == 2 || order >= 4; }
bool releases(int order) { return order >= 3; }

class Oracle {
 public:
  Oracle(const Program& program, bool stop_at_race, std::size_t most)
      : code_(program.code()), stop_at_race_(stop_at_race), most_(most) {
    State first;
    std::memset(&first, 0, sizeof first);
    for (auto& m : first.mutexes) m.owner = -1;
    first.rw.writer = -1;
    first.semaphore = static_cast<std::int8_t>(program.semaphore);
    for (int t = 0; t < kThreads; ++t) first.threads[t].clock.at[t] = 1;
    push(first);
  }

  Truth run() {
    while (!todo_.empty() && !truth_.too_big) {
      const State s = todo_.back();
      todo_.pop_back();
      visit(s);
    }
    truth_.states = seen_.size();
    return std::move(truth_);
  }

 private:
  void push(const State& s) {
    if (!seen_.emplace(reinterpret_cast<const char*>(&s), sizeof s).second) return;
    if (seen_.size() > most_) {
      truth_.too_big = true;
      return;
    }
    todo_.push_back(s);
  }

  [[nodiscard]] bool ended(const State& s, int t) const {
    return t >= static_cast<int>(code_.size()) || s.threads[t].pc >= code_[t].size();
  }

  void visit(const State& s) {
    bool all_ended = true, moved = false, spins = false, laps = false;
    for (int t = 0; t < kThreads; ++t) {
      if (ended(s, t)) continue;
      all_ended = false;
      const Instruction& i = code_[t][s.threads[t].pc];
      if (s.threads[t].phase == Phase::queued) {
        const bool timed = i.action == Action::timed_wait;
        wake(s, t, false);
        if (timed) {
          wake(s, t, true);
          moved = true;
        }
        laps = laps || (i.action == Action::wait_while && s.mutexes[i.mutex].owner < 0);
        continue;
      }
      if (i.action == Action::await && s.atomics[i.object].value != i.value) {
        // Whoever looks acquires what was released there, though it goes round again.
        State next = s;
        read_atomic(next, t, i.object, i.order);
        if (std::memcmp(&next, &s, sizeof s) != 0) push(next);
        spins = true;
        continue;
      }
      moved = step(s, t, i) || moved;
    }
    if (all_ended) {
      Ending e;
      for (int k = 0; k < kAtomics; ++k) e.atomics[k] = s.atomics[k].value;
      for (int k = 0; k < kPlains; ++k) e.plains[k] = s.plains[k].value;
      for (int t = 0; t < kThreads; ++t) {
        for (int r = 0; r < kRegisters; ++r) e.registers[t][r] = s.threads[t].registers[r];
      }
      truth_.outcomes.insert(to_text(e));
    } else if (!moved) {
      (spins ? truth_.livelock : truth_.deadlock) = true;
      truth_.lapping = truth_.lapping || laps;
    }
  }

  void wake(const State& s, int t, bool timed_out) {
    State next = s;
    ThreadState& me = next.threads[t];
    me.phase = Phase::woken;
    me.timed_out = timed_out ? 1 : 0;
    if (++me.laps <= kLaps) push(next);
  }

  static void tick(State& s, int t) { ++s.threads[t].clock.at[t]; }
  static void release(State& s, int t, Clock& into) {
    into = s.threads[t].clock;
    tick(s, t);
  }
  static void release_also(State& s, int t, Clock& into) {
    into.join(s.threads[t].clock);
    tick(s, t);
  }
  static void read_atomic(State& s, int t, int a, int order) {
    (acquires(order) ? s.threads[t].clock : s.threads[t].pending).join(s.atomics[a].released);
  }

  /// False: this access races.
  static bool access(State& s, int t, int p, bool write) {
    auto& v = s.plains[p];
    ThreadState& me = s.threads[t];
    bool fine = true;
    for (int u = 0; u < kThreads; ++u) {
      if (u == t) continue;
      if (v.wrote[u] > me.clock.at[u]) fine = false;
      if (write && v.read[u] > me.clock.at[u]) fine = false;
    }
    (write ? v.wrote : v.read)[t] = me.clock.at[t];
    return fine;
  }

  void set(ThreadState& me, const Instruction& i, int value) {
    me.registers[i.reg] = static_cast<std::int8_t>(value);
  }

  /// Pushes what follows when `t` performs `i`; false where it cannot.
  bool step(const State& s, int t, const Instruction& i) {
    State n = s;
    ThreadState& me = n.threads[t];
    auto& atomic = n.atomics[i.object % kAtomics];
    auto& mutex = n.mutexes[i.object % kMutexes];
    const auto take = [&](auto& m) {
      m.owner = static_cast<std::int8_t>(t);
      me.clock.join(m.released);
    };
    const auto fail = [&](int how_far) {
      set(me, i, 0);
      me.pc = static_cast<std::uint8_t>(me.pc + 1 + how_far);
      push(n);
      return true;
    };
    const auto rmw = [&](int value) {
      set(me, i, atomic.value);
      read_atomic(n, t, i.object, i.order);
      atomic.value = static_cast<std::int8_t>(value);
      if (releases(i.order)) {
        release_also(n, t, atomic.released);
      } else if (me.has_fence != 0) {
        atomic.released.join(me.fence);
      }
    };
    switch (i.action) {
      case Action::load:
        set(me, i, atomic.value);
        read_atomic(n, t, i.object, i.order);
        break;
      case Action::store:
        atomic.value = i.value;
        if (releases(i.order)) {
          release(n, t, atomic.released);
        } else if (me.has_fence != 0) {
          atomic.released = me.fence;
        } else {
          atomic.released = Clock{};
        }
        break;
      case Action::add:
        rmw(atomic.value + i.value);
        break;
      case Action::exchange:
        rmw(i.value);
        break;
      case Action::cas:
        if (atomic.value == i.expected) {
          rmw(i.value);
          set(me, i, 1);
        } else {
          // As the interpreter asks for: a failure is relaxed unless the success would acquire.
          read_atomic(n, t, i.object, acquires(i.order) ? 2 : 0);
          set(me, i, 0);
        }
        break;
      case Action::await:
        read_atomic(n, t, i.object, i.order);
        break;
      case Action::fence:
        if (acquires(i.order)) me.clock.join(me.pending);
        if (releases(i.order)) {
          me.has_fence = 1;
          release(n, t, me.fence);
        }
        break;
      case Action::read:
        if (!plain(n, t, i.object, false)) return true;
        set(me, i, n.plains[i.object].value);
        break;
      case Action::write:
        if (!plain(n, t, i.object, true)) return true;
        n.plains[i.object].value = i.value;
        break;
      case Action::skip_unless:
        if (me.registers[i.reg] != i.value) me.pc = static_cast<std::uint8_t>(me.pc + i.skip);
        break;
      case Action::lock:
        if (mutex.owner >= 0) return false;
        take(mutex);
        break;
      case Action::unlock:
        mutex.owner = -1;
        release(n, t, mutex.released);
        break;
      case Action::try_lock:
        if (mutex.owner >= 0) return fail(i.skip);
        set(me, i, 1);
        take(mutex);
        break;
      case Action::timed_lock:
        if (mutex.owner >= 0) return fail(i.skip);
        set(me, i, 1);
        take(mutex);
        break;
      case Action::wait:
      case Action::timed_wait:
      case Action::wait_while: {
        auto& m = n.mutexes[i.mutex];
        if (me.phase == Phase::woken) {
          if (m.owner >= 0) return false;
          take(m);
          me.phase = Phase::running;
          if (i.action == Action::wait_while) {
            push(n);
            return true;
          }
          me.laps = 0;
          if (i.action == Action::timed_wait) {
            // Its time may be up by now, though it was notified.
            set(me, i, 1);
            if (me.timed_out == 0) {
              State late = n;
              ++late.threads[t].pc;
              push(late);
            }
            set(me, i, me.timed_out);
          }
          me.timed_out = 0;
          break;
        }
        if (i.action == Action::wait_while && me.phase != Phase::looked) {
          if (!plain(n, t, i.object, false)) return true;
          if (n.plains[i.object].value == i.value) {
            me.laps = 0;
            break;
          }
          me.phase = Phase::looked;
          push(n);
          return true;
        }
        m.owner = -1;
        release(n, t, m.released);
        me.phase = Phase::queued;
        push(n);
        return true;
      }
      case Action::notify_one: {
        me.pc = static_cast<std::uint8_t>(me.pc + 1);
        bool any = false;
        for (int u = 0; u < kThreads; ++u) {
          if (n.threads[u].phase != Phase::queued) continue;
          any = true;
          State chosen = n;
          chosen.threads[u].phase = Phase::woken;
          push(chosen);
        }
        if (!any) push(n);
        return true;
      }
      case Action::notify_all:
        for (auto& other : n.threads) {
          if (other.phase == Phase::queued) other.phase = Phase::woken;
        }
        break;
      case Action::sem_wait:
      case Action::sem_try:
      case Action::sem_timed:
        if (n.semaphore == 0) {
          if (i.action == Action::sem_wait) return false;
          return fail(0);
        }
        --n.semaphore;
        if (i.action != Action::sem_wait) set(me, i, 1);
        me.clock.join(n.posted);
        break;
      case Action::sem_post:
        ++n.semaphore;
        release_also(n, t, n.posted);
        break;
      case Action::read_lock:
      case Action::try_read_lock:
        if (n.rw.writer >= 0) return i.action == Action::try_read_lock && fail(i.skip);
        if (i.action == Action::try_read_lock) set(me, i, 1);
        n.rw.readers = static_cast<std::uint8_t>(n.rw.readers | 1U << t);
        me.clock.join(n.rw.released);
        break;
      case Action::write_lock:
      case Action::try_write_lock:
        if (n.rw.writer >= 0 || n.rw.readers != 0) return i.action == Action::try_write_lock && fail(i.skip);
        if (i.action == Action::try_write_lock) set(me, i, 1);
        n.rw.writer = static_cast<std::int8_t>(t);
        me.clock.join(n.rw.released);
        me.clock.join(n.rw.readers_released);
        break;
      case Action::rw_unlock:
        if (n.rw.writer == t) {
          n.rw.writer = -1;
          release(n, t, n.rw.released);
          n.rw.readers_released = Clock{};
        } else {
          n.rw.readers = static_cast<std::uint8_t>(n.rw.readers & ~(1U << t));
          release_also(n, t, n.rw.readers_released);
        }
        break;
    }
    ++me.pc;
    push(n);
    return true;
  }

  /// A plain access; false where the execution ends at it.
  bool plain(State& n, int t, int p, bool write) {
    if (access(n, t, p, write)) return true;
    truth_.race = true;
    return !stop_at_race_;
  }

  std::vector<Code> code_;
  bool stop_at_race_;
  std::size_t most_;
  std::unordered_set<std::string> seen_;
  std::vector<State> todo_;
  Truth truth_;
};

}  // namespace

Truth work_out(const Program& program, bool stop_at_race, std::size_t most_states) {
  return Oracle(program, stop_at_race, most_states).run();
}

}  // namespace differential
