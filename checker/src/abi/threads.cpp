// pthread_create and its relatives; thread-specific data; what happens when a thread ends.
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <unwind.h>

#include <algorithm>
#include <array>
#include <bit>

#include "abi/accesses.hpp"
#include "abi/callback.hpp"
#include "abi/export.hpp"
#include "abi/real.hpp"
#include "abi/threads.hpp"
#include "machine/access.hpp"
#include "machine/bookkeeping.hpp"
#include "machine/exploration.hpp"
#include "machine/machine.hpp"
#include "machine/process.hpp"
#include "machine/symmetry.hpp"
#include "machine/virtual_time.hpp"
#include "sync/robust.hpp"

namespace abi = selvage::abi;
using selvage::abi::Callback;
using namespace selvage::machine;  // NOLINT: a door is glue between the ABI and the machine

extern "C" __attribute__((visibility("hidden"))) int selvage_real_pthread_create(
    pthread_t* thread, const pthread_attr_t* attributes, void* (*routine)(void*), void* argument) {
  return SELVAGE_REAL(pthread_create)(thread, attributes, routine, argument);
}

namespace selvage::abi {
int g_threads_before = 0;
}  // namespace selvage::abi

namespace {

using Destructor = void (*)(void*);
struct Key {
  Destructor destructor;     // null: none, or the key was deleted
  std::uint32_t generation;  // of the execution that made or deleted it; 0: none has
};
std::array<Key, PTHREAD_KEYS_MAX> g_keys{};
std::array<Destructor, PTHREAD_KEYS_MAX> g_destructors_before{};  // of keys from before the exploration
std::uint64_t g_keys_end = 0;                                     // no key from here on was ever made

/// While a thread unwinds for pthread_exit. Not on its stack, which is taken down while the unwinder still needs it.
_Unwind_Exception g_exits[kMaxThreads];
std::uint64_t g_exiting = 0;  // bit mask: those that have called it, in this execution or another

template <typename Archive>
void keys_and_exits(Archive& archive) {
  archive(g_keys_end);
  for (unsigned k = 0; k < g_keys_end; ++k) {
    // What another execution did with it says nothing.
    Key& key = g_keys[k];
    std::uint8_t now = key.generation == g.shadow.generation() ? 1 : 0;
    archive(now);
    if (now == 0) key = {};
    archive(key.destructor);
    if (now != 0) key.generation = g.shadow.generation();
  }
  archive(g_exiting);
  for (std::uint64_t rest = g_exiting; rest != 0; rest &= rest - 1) {
    const int t = std::countr_zero(rest);
    archive(g_exits[t].private_1)(g_exits[t].private_2);
  }
}
bool add_keys(RawRecords& records) {
  if (g_exiting != 0) return false;
  records.add(&g_exiting, sizeof g_exiting);
  records.add(&g_keys_end, sizeof g_keys_end);
  static_assert(sizeof(Key) % 8 == 0);
  records.add(g_keys.data(), g_keys_end * sizeof(Key));
  return true;
}
const bool g_keys_are_state = (add_state_part({keys_and_exits<selvage::state::Writer>,
                                               keys_and_exits<selvage::state::Reader>, add_keys}),
                               true);

// Keys belong to a process.
std::vector<Key> g_keys_of[kMaxThreads];
void keep_keys(int process) { g_keys_of[process].assign(g_keys.begin(), g_keys.begin() + g_keys_end); }
const bool g_keys_part =
    (add_process_part({[](int parent, int child) { g_keys_of[child] = g_keys_of[parent]; }, keep_keys,
                       [](int process) {
                         std::copy(g_keys_of[process].begin(), g_keys_of[process].end(), g_keys.begin());
                       },
                       nullptr, nullptr}),
     true);

int find(pthread_t thread) {
  const int slot = g.thread_locals.find(static_cast<std::uint64_t>(thread));
  if (slot < 0 || slot >= g.thread_limit) return -1;
  const int t = thread_on(slot);
  return t < 0 || g.threads[t].state == Thread::State::unused ? -1 : t;
}

/// What is called for a thread's value of the key; null: nothing.
Destructor destructor_of(unsigned k) {
  return g_keys[k].generation == g.shadow.generation() ? g_keys[k].destructor : g_destructors_before[k];
}

void run_exit_handlers() {
  Thread& t = self();
  while (!t.destructors.empty()) {
    auto [function, argument] = t.destructors.back();
    t.destructors.pop_back();
    Callback program;
    function(argument);
  }
  for (int round = 0; round < PTHREAD_DESTRUCTOR_ITERATIONS; ++round) {
    bool again = false;
    for (unsigned k = 0; k < g_keys_end; ++k) {
      const Destructor destructor = destructor_of(k);
      if (destructor == nullptr) continue;
      void* value = pthread_getspecific(k);
      if (value == nullptr) continue;
      pthread_setspecific(k, nullptr);
      again = true;
      Callback program;
      destructor(value);
    }
    if (!again) break;
  }
}

[[noreturn]] void end_thread(void* result) {
  run_exit_handlers();
  if (uses_symmetry()) note_end_of_thread();
  if (selvage::sync::any_robust()) selvage::sync::abandon(bit(self().id));
  // Only pthread_exit in main leaves a process that its last thread ends.
  if (threads_of_own() == bit(self().id)) {
    // The C library counts its threads atomically, so the last one knows what the others did.
    for (int t = 0; t < g.thread_limit; ++t) {
      if (g.threads[t].state != Thread::State::finished || g.threads[t].process != g.process) continue;
      self().clock.join(g.threads[t].clock);
      g.strategy->learned(self().id, t);
    }
    end_program(0);
  }
  finish_thread(result);
}

_Unwind_Reason_Code stop_unwinding(int, _Unwind_Action actions, _Unwind_Exception_Class, _Unwind_Exception*,
                                   _Unwind_Context*, void* result) {
  if ((actions & _UA_END_OF_STACK) != 0) {
    g.in_program = false;
    end_thread(result);
  }
  return _URC_NO_REASON;
}

}  // namespace

namespace selvage::machine {

void fiber_main(void* argument) {
  Thread& t = *static_cast<Thread*>(argument);
  g.in_program = true;
  void* result = t.routine(t.argument);
  g.in_program = false;
  end_thread(result);
}

}  // namespace selvage::machine

namespace {

void check_joinable(int t) {
  if (g.threads[t].joined) misuse("T" + std::to_string(t) + " is joined twice");
  if (g.threads[t].detached) misuse("join of T" + std::to_string(t) + ", which is detached");
}

/// The thread, once it has ended; nullptr where it is the running one.
Thread* wait_for_end(pthread_t thread, std::uint64_t pc) {
  const int t = find(thread);
  Thread& me = self();
  if (t < 0) misuse("join of a thread that was never started");
  Thread& other = g.threads[t];
  check_joinable(t);
  if (t == me.id) return nullptr;
  Op op;
  op.kind = EventKind::join;
  op.second = static_cast<std::uint64_t>(t);
  op.pc = pc;
  visible(op);
  check_joinable(t);  // another may have joined it, or detached it, while this one waited
  other.joined = true;
  me.visits.clear();  // what joins has gone on, whatever it does next
  if (uses_symmetry()) {
    learn_from(me, other);
  } else {
    me.clock.join(other.clock);
  }
  g.strategy->learned(me.id, t);
  return &other;
}

}  // namespace

namespace selvage::abi {

void create(pthread_t* thread, const pthread_attr_t* attributes, void* (*routine)(void*), void* argument,
            std::uint64_t pc) {
  {
    Door door;
    int state = PTHREAD_CREATE_JOINABLE;
    if (attributes != nullptr) pthread_attr_getdetachstate(attributes, &state);
    Op op;
    op.kind = EventKind::create;
    op.pc = pc;
    eager(op);
    const int t = start_thread(routine, argument, state == PTHREAD_CREATE_DETACHED);
    if (t < 0) {
      violation(selvage::Verdict::unsupported, "more than " + std::to_string(kMaxThreads) +
                                                   " threads in one execution cannot be controlled");
    }
    changed();
    if (auto* e = last_event()) e->second = static_cast<std::uint64_t>(t);
    *thread = static_cast<pthread_t>(g.thread_locals.thread_pointer(t));
    run_to_first_event(t);
  }
  // POSIX: the new thread may run before its name is there for it to read.
  Accesses(pc).writes(thread, sizeof *thread);
}

namespace {

template <typename R, typename Convert>
int join_for(pthread_t thread, R* result, std::uint64_t pc, Convert convert) {
  {
    Door door;
    const Thread* other = wait_for_end(thread, pc);
    if (other == nullptr) return EDEADLK;
    if (result == nullptr) return 0;
    *result = convert(other->result);
  }
  Accesses(pc).writes(result, sizeof *result);
  return 0;
}

}  // namespace

int join(pthread_t thread, void** result, std::uint64_t pc) {
  return join_for(thread, result, pc, [](void* r) { return r; });
}
int join(pthread_t thread, int* result, std::uint64_t pc) {
  return join_for(thread, result, pc,
                  [](void* r) { return static_cast<int>(reinterpret_cast<std::intptr_t>(r)); });
}

void detach(pthread_t thread, std::uint64_t pc) {
  Door door;
  const int t = find(thread);
  if (t < 0) misuse("detach of a thread that was never started");
  if (g.threads[t].joined) misuse("detach of T" + std::to_string(t) + ", which is joined already");
  if (g.threads[t].detached) misuse("T" + std::to_string(t) + " is detached twice");
  Op op;
  op.kind = EventKind::detach;
  op.second = static_cast<std::uint64_t>(t);
  op.pc = pc;
  eager(op);
  g.threads[t].detached = true;
}

void exit_thread(void* result) {
  _Unwind_Exception& exception = g_exits[self().id];
  g_exiting |= bit(self().id);
  exception = {};
  _Unwind_ForcedUnwind(&exception, stop_unwinding, result);
  __builtin_trap();
}

void yield(std::uint64_t pc) {
  Door door;
  Op op;
  op.kind = EventKind::yield;
  op.pc = pc;
  eager(op);
}

void key_made(pthread_key_t key, void (*destructor)(void*)) {
  if (key >= g_keys.size()) return;
  if (g.in_program) {
    g_keys[key] = {destructor, g.shadow.generation()};
  } else {
    g_destructors_before[key] = destructor;
  }
  if (key >= g_keys_end) g_keys_end = key + 1;
}
void key_deleted(pthread_key_t key) { key_made(key, nullptr); }

}  // namespace selvage::abi

SELVAGE_EXPORT int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                                  void* (*routine)(void*), void* argument) {
  if (!g.in_program) {
    ++abi::g_threads_before;
    return SELVAGE_REAL(pthread_create)(thread, attributes, routine, argument);
  }
  abi::create(thread, attributes, routine, argument, SELVAGE_CALLER);
  return 0;
}

SELVAGE_EXPORT int pthread_join(pthread_t thread, void** result) {
  if (!g.in_program) return SELVAGE_REAL(pthread_join)(thread, result);
  return abi::join(thread, result, SELVAGE_CALLER);
}
// Whether a thread has ended yet can be asked by these only; a join merely waits for it, which lets the end
// of a thread be no event at all.
SELVAGE_EXPORT int pthread_tryjoin_np(pthread_t thread, void** result) {
  if (!g.in_program) return SELVAGE_REAL(pthread_tryjoin_np)(thread, result);
  Door door;
  unsupported("pthread_tryjoin_np");
}
SELVAGE_EXPORT int pthread_timedjoin_np(pthread_t thread, void** result, const timespec* until) {
  if (!g.in_program) return SELVAGE_REAL(pthread_timedjoin_np)(thread, result, until);
  Door door;
  unsupported("pthread_timedjoin_np");
}
SELVAGE_EXPORT int pthread_clockjoin_np(pthread_t thread, void** result, clockid_t clock,
                                        const timespec* until) {
  if (!g.in_program) return SELVAGE_REAL(pthread_clockjoin_np)(thread, result, clock, until);
  Door door;
  unsupported("pthread_clockjoin_np");
}

SELVAGE_EXPORT int pthread_detach(pthread_t thread) {
  if (!g.in_program) return SELVAGE_REAL(pthread_detach)(thread);
  abi::detach(thread, SELVAGE_CALLER);
  return 0;
}

SELVAGE_EXPORT void pthread_exit(void* result) {
  if (!g.in_program) {
    SELVAGE_REAL(pthread_exit)(result);
    __builtin_unreachable();
  }
  abi::exit_thread(result);
}

SELVAGE_EXPORT int pthread_key_create(pthread_key_t* key, void (*destructor)(void*)) {
  // libc keeps the values (in each thread's own block); the destructors are run from here, while exploring.
  const int error = SELVAGE_REAL(pthread_key_create)(key, destructor);
  if (error == 0) abi::key_made(*key, destructor);
  return error;
}
SELVAGE_EXPORT int pthread_key_delete(pthread_key_t key) {
  abi::key_deleted(key);
  return SELVAGE_REAL(pthread_key_delete)(key);
}

SELVAGE_EXPORT int __cxa_thread_atexit_impl(void (*function)(void*), void* argument, void* handle) {
  if (!g.in_program) {
    using F = int(void (*)(void*), void*, void*);
    static F* real = selvage::abi::find_real<F>("__cxa_thread_atexit_impl");
    return real(function, argument, handle);
  }
  Door door;
  self().destructors.emplace_back(function, argument);
  return 0;
}

SELVAGE_EXPORT int sched_yield() {
  if (!g.in_program) return SELVAGE_REAL(sched_yield)();
  abi::yield(SELVAGE_CALLER);
  return 0;
}
