#include "machine/symmetry.hpp"

#include <bit>
#include <cstring>

#include "machine/modules.hpp"

namespace selvage::machine {

namespace {

// Beyond executions: who is interchangeable with whom. Once a thread was found not to be, it never is again.

constexpr std::int8_t kUnknown = -2, kNone = -1;
struct Known {
  std::int8_t first[kMaxThreads];  ///< by thread: the first of those that it is interchangeable with
  bool settled = false;
  Known() { std::memset(first, kUnknown, sizeof first); }
};
Known& known() {
  static auto* const table = new Known;
  return *table;
}

/// Of those that are interchangeable with a thread, in the current execution.
struct Group {
  std::uint64_t members = 0;  ///< bit masks
  std::uint64_t joined = 0;
  std::uint32_t before = 0;  ///< the starter's own clock when it made the first ...
  std::uint32_t last = 0;    ///< ... and when it made the last
  int parent = -1;
  void* result = nullptr;   ///< of those joined
  race::VectorClock clock;  ///< what they know when they start
};

/// How a thread was made, for comparison with the next.
struct Made {
  int child = -1;
  std::uint64_t announced = 0;
  std::uint32_t eager = 0;
  std::uint64_t time = 0;
  bool detached = false;
  void* (*routine)(void*) = nullptr;
  void* argument = nullptr;
  std::vector<unsigned char> block;  ///< what the argument points to, where that is a block of the heap
};

struct Tables {
  Group groups[kMaxThreads];  ///< by first member
  Made latest[kMaxThreads];   ///< by parent
  struct Argument {
    std::uint64_t low = 0, high = 0;
    std::uint32_t made = 0;   ///< the starter's own clock when it handed it over
  } arguments[kMaxThreads];   ///< by thread: a block of its own, where it is told apart by its place alone
  std::uint64_t between = 0;  ///< threads that have joined some of a group but not all
  std::uint64_t firsts = 0;   ///< of the groups with more than one member
};
Tables& tables() {
  static auto* const all = new Tables;
  return *all;
}

/// The group of `thread` if it has other members; null where it has not.
Group* group_of(int thread) {
  const int first = known().first[thread];
  if (first < 0) return nullptr;
  Group& group = tables().groups[first];
  return std::popcount(group.members) > 1 ? &group : nullptr;
}

void tell_apart(const Group& group) {
  for (std::uint64_t rest = group.members; rest != 0; rest &= rest - 1)
    known().first[std::countr_zero(rest)] = kNone;
}

[[noreturn]] void start_over_without(const Group& group) {
  tell_apart(group);
  end_execution(Ending::How::restart);
}

/// Does the C++ library start threads with this function? It alone knows the object that it hands over.
bool is_of_standard_library(std::uint64_t pc) {
  static const auto* const modules = new std::vector<report::Module>(loaded_modules());
  for (const report::Module& m : *modules) {
    if (pc >= m.low && pc < m.high) return m.path.find("/libstdc++.so") != std::string::npos;
  }
  return false;
}

bool made_alike(const Made& a, const Made& b) {
  if (a.child < 0 || g.threads[a.child].children != 0) return false;
  if (a.routine != b.routine || a.detached != b.detached) return false;
  if (a.announced != b.announced || a.eager + 1 != b.eager)
    return false;                      // else the starter did something in between
  if (a.time != b.time) return false;  // it has looked at the clock
  if (a.argument == b.argument) return true;
  return !a.block.empty() && a.block == b.block &&
         is_of_standard_library(reinterpret_cast<std::uint64_t>(b.routine));
}

}  // namespace

void new_execution_of_symmetry() {
  if (!g.options.symmetry) return;
  Tables& t = tables();
  for (int i = 0; i < g.thread_limit; ++i) {
    t.groups[i].members = t.groups[i].joined = 0;
    t.latest[i].child = -1;
    t.arguments[i] = {};
  }
  t.between = 0;
}

void settle_symmetry() {
  known().settled = true;
  for (std::int8_t& first : known().first) {
    if (first == kUnknown) first = kNone;
  }
}

void note_thread(const Thread& parent, Thread& child) {
  Tables& t = tables();
  if (const Group* own = group_of(parent.id))
    start_over_without(*own);  // its children would have to change places, too
  Made made{child.id,       parent.announced, parent.eager_in_a_row, parent.clock.time,
            child.detached, child.routine,    child.argument,        {}};
  if (g.arena.is_block(child.argument)) {
    const auto* bytes = static_cast<const unsigned char*>(child.argument);
    made.block.assign(bytes, bytes + Arena::header(child.argument)->size);
  }
  Made& before = t.latest[parent.id];
  const bool alike = made_alike(before, made);
  std::int8_t& first = known().first[child.id];
  if (first == kUnknown) {
    const bool joins = alike && known().first[before.child] >= 0;
    first = static_cast<std::int8_t>(joins ? known().first[before.child] : child.id);
  }
  if (first >= 0) {
    Group& group = t.groups[first];
    if (first == child.id) {
      group.before = group.last =
          parent.clock.get(parent.id) - 1;  // it has been told that the child was made
      group.parent = parent.id;
      group.clock.assign(child.clock);
      group.members = bit(child.id);
    } else {
      const bool fits = alike && known().first[before.child] == first && group.joined == 0;
      if (!fits) {
        group.members |= bit(first) | bit(child.id);
        for (int i = 0; i < kMaxThreads; ++i) {
          if (known().first[i] == first) group.members |= bit(i);
        }
        start_over_without(group);
      }
      group.members |= bit(child.id);
      group.last = parent.clock.get(parent.id) - 1;
      child.clock.assign(group.clock);
      child.clock.set(first, 0);
      child.clock.set(child.id, 1);
      if (!made.block.empty() && made.argument != before.argument) {
        const auto low = reinterpret_cast<std::uint64_t>(made.argument);
        t.arguments[child.id] = {low, low + made.block.size(), group.last};
      }
      g.strategy->alike(child.id, first);
    }
  }
  before = std::move(made);
}

void learn_from(Thread& joiner, const Thread& other) {
  Tables& t = tables();
  if (const Group* own = group_of(joiner.id)) start_over_without(*own);
  Group* group = group_of(other.id);
  if (group == nullptr) {
    joiner.clock.join(other.clock);
    return;
  }
  if (joiner.id != group->parent || (group->joined != 0 && group->result != other.result))
    start_over_without(*group);
  group->result = other.result;
  group->joined |= bit(other.id);
  if (group->joined != group->members) {
    t.between |= bit(joiner.id);
    return;
  }
  for (std::uint64_t rest = group->members; rest != 0; rest &= rest - 1) {
    joiner.clock.join(g.threads[std::countr_zero(rest)].clock);
  }
  t.between = 0;
  for (int first = 0; first < g.thread_limit; ++first) {
    const Group& other_group = t.groups[first];
    if (other_group.joined != 0 && other_group.joined != other_group.members)
      t.between |= bit(other_group.parent);
  }
}

namespace {

void start_over_without_those_joined_by(std::uint64_t parents) {
  for (int first = 0; first < g.thread_limit; ++first) {
    const Group& group = tables().groups[first];
    if (group.joined != 0 && group.joined != group.members && (parents >> group.parent & 1) != 0)
      tell_apart(group);
  }
}

}  // namespace

void note_event_between_joins(EventKind kind) {
  if ((tables().between >> g.current & 1) == 0 || kind == EventKind::join) return;
  start_over_without_those_joined_by(bit(g.current));
  end_execution(Ending::How::restart);
}

void note_end_of_thread() { note_event_between_joins(EventKind::finish); }

bool ended_between_joins() { return tables().between != 0; }

void forget_between_joins() { start_over_without_those_joined_by(~std::uint64_t{0}); }

bool explains_race(const race::Record& earlier, std::uint64_t address) {
  const Tables& t = tables();
  for (int first = 0; first < g.thread_limit; ++first) {
    const Group& group = t.groups[first];
    if (std::popcount(group.members) < 2 || earlier.thread != group.parent) continue;
    if (earlier.epoch <= group.before || earlier.epoch > group.last) continue;
    // The object that the library made for this very thread, and which nobody else knows.
    const auto& own = t.arguments[g.current];
    const bool is_own = address >= (own.low & ~7ULL) && address < own.high && earlier.epoch <= own.made;
    if ((group.members >> g.current & 1) != 0 && is_own) return true;
    start_over_without(group);
  }
  note_event_between_joins(EventKind::plain_read);
  return false;
}

std::vector<std::string> interchangeable_threads() {
  std::vector<std::string> groups;
  for (int first = 0; first < kMaxThreads; ++first) {
    if (known().first[first] != first) continue;
    std::string names = "T" + std::to_string(first);
    bool several = false;
    for (int t = first + 1; t < kMaxThreads; ++t) {
      if (known().first[t] != first) continue;
      names += " T" + std::to_string(t);
      several = true;
    }
    if (several) groups.push_back(std::move(names));
  }
  return groups;
}

}  // namespace selvage::machine
