// Rounds without progress.
//
// A thread that comes back to the same operation with its own state (stack, registers, locks held) and all
// of memory as they were, while nobody changed anything in between, has gone round for nothing. Others may
// have moved meanwhile, as long as they changed nothing either; without the round they could have moved just
// the same. So whatever follows also follows without the round, from the first visit, which the search
// branches on in full. The thread is held back until somebody changes something; and since what follows is
// covered already, an exhaustive search only follows the execution (without branching) to see whether it
// gets stuck, which is a livelock. The comparison is of the bytes themselves, so a loop that counts its
// rounds in memory or in a register is never mistaken for one that does not. That others could have moved just the
// same takes that nobody has seen the round: it wrote nothing, and nobody tried in vain to take a lock that it held for a
// moment; or else, that the others stand where they stood.
//
// Compared are the heap, the globals, the thread's own stack and thread-local variables, and of other stacks what any
// thread but their own has accessed. Whatever else is the others' own changes as they move. That this thread has not written
// there either, without a hook (as rand_r() does where its argument points), is seen by comparing it from each of the thread's
// events in a round to its next.
//
// Where several threads have gone round together, and everything is as it was, they can keep step for ever: a livelock,
// too, although each would get out alone (two std::scoped_lock that step aside for each other).
//
// The bytes of a frame that the program never writes (holes for alignment, buffers filled in part) are what was on the
// stack before. What the runtime leaves there, of clocks and counters, never repeats and would hide a round. So from the
// first time that states are compared, the runtime clears the dead stack whenever it returns to the program.
//
// A round that took a choice (to wake spuriously, say) is no livelock, since the other choice leads out of
// it; it is cut where all choices are explored, and simply goes on where they are sampled.
#define XXH_INLINE_ALL
#include <unwind.h>
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <iterator>

#include "machine/bookkeeping.hpp"
#include "machine/machine.hpp"
#include "machine/modules.hpp"
#include "memory/weak.hpp"

namespace selvage::machine {

namespace {

constexpr std::size_t kMostVisits = 512;  // rounds with more events than this are not recognised

std::uint64_t hash_range(std::uint64_t low, std::uint64_t high, std::uint64_t seed) {
  return XXH3_64bits_withSeed(reinterpret_cast<const void*>(low), high - low, seed);
}

std::uint64_t hash_memory(const Thread& t) {
  std::uint64_t h = 1;
  for (int i = 0; i < g.thread_limit; ++i) {
    h = hash_range(g.arena.begin(i), g.arena.end(i), h);
  }
  for (const auto& page : g.segments.written()) h = hash_range(page.address, page.address + 4096, h);
  for (const auto& saved : g.foreign.saved()) h = hash_range(saved.granule, saved.granule + 8, h);
  g.shared_memory.for_each_in_use(
      [&h](std::uint64_t low, std::uint64_t high) { h = hash_range(low, high, h); });
  for (const std::uint64_t granule : g.shared_stack) h = hash_range(granule, granule + 8, h);
  h = hash_range(g.thread_locals.low(t.slot), g.thread_locals.high(t.slot), h);
  // A thread that looked at the clock may go by the time that has passed.
  const std::uint64_t own[] = {t.read_clock ? t.clock.time : 0, g.outcome.size()};
  return XXH3_64bits_withSeed(own, sizeof own, h);
}

/// What is the other threads' own: their stacks and thread-local variables. While a thread runs nobody else does, so that from
/// one of its events to its next only the thread itself can change them.
std::uint64_t hash_others(const Thread& t) {
  std::uint64_t h = 1;
  for (std::uint64_t rest = have_stacks() & ~bit(t.id); rest != 0; rest &= rest - 1) {
    const Thread& other = g.threads[std::countr_zero(rest)];
    if (other.process != t.process) continue;
    h = hash_range(other.stack_pointer, g.stacks.top(other.slot), h);
    h = hash_range(g.thread_locals.low(other.slot), g.thread_locals.high(other.slot), h);
  }
  return h;
}

/// Of everything that a write without a hook may have changed since the thread's last event.
std::uint64_t hash_for_unseen_writes(const Thread& t) {
  const std::uint64_t hashes[] = {g.weak != nullptr ? hash_memory(t) : 0, hash_others(t)};
  return XXH3_64bits(hashes, sizeof hashes) | 1;
}

std::uint64_t hash_object(const sync::Object& o, std::uint64_t h) {
  const std::uint64_t words[] = {
      o.address,
      static_cast<std::uint64_t>(o.owner) << 32 | o.depth,
      static_cast<std::uint64_t>(o.value),
      o.readers,
      o.waiters,
      static_cast<std::uint64_t>(o.busy) << 1 | static_cast<std::uint64_t>(o.done)};
  return XXH3_64bits_withSeed(words, sizeof words, h);
}

struct ProgramFrame {
  std::uint64_t stack_pointer = 0;
  std::uint64_t registers[6]{};
};

_Unwind_Reason_Code find_program_frame(_Unwind_Context* context, void* data) {
  if (in_runtime(_Unwind_GetIP(context))) return _URC_NO_REASON;
  auto* frame = static_cast<ProgramFrame*>(data);
  frame->stack_pointer = _Unwind_GetCFA(context);
  constexpr int kCalleeSaved[] = {3, 6, 12, 13, 14, 15};  // rbx, rbp, r12-r15 in DWARF's numbers
  for (int i = 0; i < 6; ++i) frame->registers[i] = _Unwind_GetGR(context, kCalleeSaved[i]);
  return _URC_END_OF_STACK;
}

/// A part of the running thread's stack. With execution graphs not what others access there: whether they have done so yet is
/// another matter in each order that a graph is run in, so that is memory like any other (lend_again).
std::uint64_t hash_stack(std::uint64_t low, std::uint64_t high, std::uint64_t h) {
  if (g.weak != nullptr && g.lends) {
    const auto first = std::lower_bound(g.lent.begin(), g.lent.end(), low);
    for (auto lent = first; lent != g.lent.end() && *lent < high; ++lent) {
      if (*lent > low) h = hash_range(low, *lent, h);
      low = *lent + 8;
    }
  }
  return low < high ? hash_range(low, high, h) : h;
}

/// The program's frames and the registers that a call preserves. Not the runtime's frames: clocks, which
/// never repeat, pass through them.
std::uint64_t hash_program_frames(int thread) {
  ProgramFrame frame;
  _Unwind_Backtrace(find_program_frame, &frame);
  const std::uint64_t top = g.threads[thread].stack_low + Stacks::kSize;
  // Not found: a hash that never comes again, so that nothing is taken for a round.
  if (frame.stack_pointer == 0 || frame.stack_pointer > top) return g.events << 1;
  return hash_stack(frame.stack_pointer, top, XXH3_64bits(frame.registers, sizeof frame.registers));
}

/// Does `t` hold a lock that it has taken after the one numbered `acquisitions`?
bool holds_since(const Thread& t, std::uint64_t acquisitions) {
  for (const auto& hold : t.read_holds) {
    if (hold.taken > acquisitions) return true;
  }
  for (std::uint32_t i = 0; i < g.objects.count(); ++i) {
    if (g.objects[i].owner == t.id && g.objects[i].taken > acquisitions) return true;
  }
  return false;
}

/// Everything is where it was at the event numbered `since`, and nothing was chosen. If all who could move have moved, they
/// can go on like this for ever.
void check_lockstep(std::uint64_t since) {
  std::uint64_t moved = 0;
  for (std::uint64_t rest = g.alive & ~bit(g.current); rest != 0; rest &= rest - 1) {
    const Thread& other = g.threads[std::countr_zero(rest)];
    if (other.timed_wait && !other.notified && !other.stutters) return;  // its time will be up
    if (other.announced > since) moved |= bit(other.id);
  }
  if (moved == 0) return;  // it alone: the others have yet to move
  const std::uint64_t enabled = enabled_threads() & ~bit(g.current);
  if ((enabled & ~moved) == 0 && g.spinners == 0) report_stuck(moved | bit(g.current));
}

}  // namespace

__attribute__((noinline)) void check_spin(const Op& op) {
  Thread& t = self();
  if (g.progress != t.visits_progress) {
    t.visits.clear();
    t.failed_try = false;
    t.visits_progress = g.progress;
  }
  bool seen = false;
  for (const auto& v : t.visits) seen = seen || (v.pc == op.pc && v.address == op.address);
  Thread::Visit visit{op.pc, op.address, t.choices, t.acquisitions, t.seen_holding, 0, 0, g.events, g.chosen};
  if (seen) {
    need_clean_stacks();
    visit.state = round_state();
    visit.others = others_standing(t.id);
    const std::uint64_t here[] = {op.pc, op.address, visit.state};
    t.standing = XXH3_64bits(here, sizeof here) & ~1ULL;
    for (const auto& v : t.visits) {
      if (v.state != visit.state || v.pc != op.pc || v.address != op.address) continue;
      if (v.others == visit.others && v.chosen == g.chosen) check_lockstep(v.event);
      // Others that tried a lock may have seen that the round held it: then nobody must have moved. And who stops must
      // not stop with a lock that the round took: others could move in between, and now could not.
      if (v.seen_holding != t.seen_holding && v.others != visit.others) continue;
      if (holds_since(t, v.acquisitions)) continue;
      const bool chose = v.choices != t.choices;
      t.visits.clear();
      g.strategy->went_round(t.id);
      if (chose) {
        if (g.strategy->exhausts()) end_execution(Ending::How::cut);
        return;
      }
      t.spinning = true;
      t.spin_others = visit.others;
      g.spinners |= bit(t.id);
      g.spin_progress = g.progress;
      if (g.strategy->exhausts()) g.redundant = true;
      return;
    }
  }
  if (t.visits.size() < kMostVisits) t.visits.push_back(visit);
}

std::uint64_t own_state();

// Where reads may see older writes, a round is judged by what the thread itself does, so that it is found in every order
// in which the same graph is run: it has read, written nothing but the values that were there, and its own stack,
// registers and thread-local variables are as they were. What it could read next it could have read in place of what
// it has read; so nothing is lost if it goes no further. If all that it has read is the newest there will ever be, and
// nobody else can move, it goes round for ever.
//
// To find a round when it closes takes the state at its first visit. So the instructions where rounds may begin are
// noted: when one comes up twice with nothing done in between, the search starts over and looks at the state there.
void check_weak_spin(const Op& op) {
  static std::vector<std::uint64_t>* const places = new std::vector<std::uint64_t>;
  Thread& t = self();
  // Not every write has a hook: has it changed memory since it performed its last event?
  if (t.memory_then != 0 && hash_for_unseen_writes(t) != t.memory_then) ++t.own_writes;
  t.memory_then = 0;
  const bool reads = op.kind == EventKind::atomic_load || op.kind == EventKind::atomic_cas ||
                     op.kind == EventKind::atomic_rmw || op.kind == EventKind::plain_read ||
                     op.kind == EventKind::preempt || op.kind == EventKind::trylock ||
                     op.kind == EventKind::try_read_lock || op.kind == EventKind::try_write_lock ||
                     op.kind == EventKind::sem_try_wait;
  // (A try that succeeds is an acquisition.)
  const std::uint64_t done = t.own_progress + t.own_writes + t.acquisitions + (reads ? 0 : 1);
  if (!reads || done != t.visits_progress) {
    t.visits.clear();
    t.visits_progress = done;
  }
  if (!reads) return;
  Thread::Visit visit{op.pc, op.address, t.choices, 0, 0, 0, 0, g.weak->performed(t.id), 0};
  if (std::find(places->begin(), places->end(), op.pc) != places->end()) {
    visit.state = own_state();
  }
  for (const auto& v : t.visits) {
    if (v.pc != visit.pc || v.address != visit.address) continue;
    if (visit.state == 0) {
      places->push_back(op.pc);
      g.clean_stacks = true;
      end_execution(Ending::How::restart);
    }
    if (v.state != visit.state || v.choices != visit.choices) continue;
    t.round_began = static_cast<std::uint32_t>(v.event);
    t.spinning = true;
    g.spinners |= bit(t.id);
    return;
  }
  // (Another function than check_spin() uses, which so has it inlined.)
  if (t.visits.size() < kMostVisits) t.visits.emplace_back(visit);
}

void note_round_memory() {
  Thread& t = self();
  // A round may have begun at any of the visits, not only at the last one.
  const bool in_round = t.idle.wait != 0 || std::any_of(t.visits.begin(), t.visits.end(),
                                                        [](const auto& visit) { return visit.state != 0; });
  t.memory_then = in_round ? hash_for_unseen_writes(t) : 0;
}

void check_unseen_writes() {
  Thread& t = self();
  if (hash_for_unseen_writes(t) != t.memory_then) changed();
  t.memory_then = 0;
}

void need_clean_stacks() {
  if (g.clean_stacks) return;
  g.clean_stacks = true;
  end_execution(Ending::How::restart);
}

std::uint64_t others_standing(int thread) {
  std::uint64_t words[kMaxThreads + 1] = {g.alive};
  std::size_t count = 1;
  for (std::uint64_t rest = g.alive & ~bit(thread); rest != 0; rest &= rest - 1) {
    words[count++] = g.threads[std::countr_zero(rest)].standing;
  }
  return XXH3_64bits(words, count * sizeof words[0]);
}

std::uint64_t call_site() {
  self().deep_remains = true;
  struct Calls {
    std::uint64_t at[24];
    std::size_t count = 0;
  } calls;
  _Unwind_Backtrace(
      [](_Unwind_Context* context, void* data) -> _Unwind_Reason_Code {
        auto* c = static_cast<Calls*>(data);
        const std::uint64_t pc = _Unwind_GetIP(context);
        if (!in_runtime(pc)) c->at[c->count++] = pc;
        return c->count == std::size(c->at) ? _URC_END_OF_STACK : _URC_NO_REASON;
      },
      &calls);
  return XXH3_64bits(calls.at, calls.count * sizeof calls.at[0]);
}

void note_lent(std::uint64_t granule) {
  const auto at = std::lower_bound(g.lent.begin(), g.lent.end(), granule);
  if (at != g.lent.end() && *at == granule) return;
  g.lent.insert(at, granule);
  g.lent_more = true;
}

void lend_again() {
  if (!g.lends) return;
  for (const std::uint64_t granule : g.lent) {
    g.shadow.fresh_cell(granule)->shared = race::kLent;
    g.shared_stack.push_back(granule);
  }
}

/// A hash of what only the running thread can change.
std::uint64_t own_state() {
  Thread& t = self();
  // Who follows a schedule has got from there what the search knew.
  if (g.lent_more && g.strategy->exhausts()) {
    g.lent_more = false;
    g.lends = true;
    end_execution(Ending::How::restart);
  }
  t.deep_remains = true;
  const std::uint64_t h =
      hash_range(g.thread_locals.low(t.id), g.thread_locals.high(t.id), t.read_clock ? t.clock.time : 0);
  return XXH3_64bits_withSeed(&h, sizeof h, hash_program_frames(t.id)) | 1;
}

std::uint64_t round_state() {
  if (g.weak != nullptr) return own_state();
  self().deep_remains = true;
  const Thread& t = self();
  std::uint64_t h = hash_memory(t);
  for (std::uint32_t i = 0; i < g.objects.count(); ++i) {
    const sync::Object& o = g.objects[i];
    if (o.owner == t.id || (o.readers & bit(t.id)) != 0) h = hash_object(o, h);
  }
  return XXH3_64bits_withSeed(&h, sizeof h, hash_program_frames(t.id)) | 1;
}

}  // namespace selvage::machine
