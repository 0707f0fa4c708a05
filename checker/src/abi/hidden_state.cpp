// Library functions with state that all threads share behind the caller's back: each call is an event on
// that state, so every order of the calls is explored.
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <bit>

#include "abi/export.hpp"
#include "abi/real.hpp"
#include "machine/bookkeeping.hpp"
#include "machine/machine.hpp"

using namespace selvage::machine;  // NOLINT: a door is glue between the ABI and the machine

namespace {

/// An event on the state at `state`, ordered with nothing else (as the functions' own locks are unseen).
void event(const void* state, bool write, std::uint64_t pc) {
  Op op;
  op.kind = EventKind::annotate;
  op.footprint = write ? Footprint::write : Footprint::read;
  op.address = reinterpret_cast<std::uint64_t>(state);
  op.pc = pc;
  visible(op);
  if (write) changed();
}

char g_random_state, g_random48_state, g_environment_state;

using ThreadName = char[16];
ThreadName g_names[kMaxThreads];
std::uint64_t g_named = 0;             // bit mask: those that have a name ...
std::uint32_t g_named_generation = 0;  // ... in the execution of this number

std::uint64_t& named() {
  if (g_named_generation != g.shadow.generation()) g_named = 0;
  g_named_generation = g.shadow.generation();
  return g_named;
}

template <typename Archive>
void names(Archive& archive) {
  archive(named());
  for (std::uint64_t rest = named(); rest != 0; rest &= rest - 1) archive(g_names[std::countr_zero(rest)]);
}
bool add_names(RawRecords& records) {
  if (named() != 0) return false;
  records.add(&g_named, sizeof g_named);
  return true;
}
const bool g_names_are_state =
    (add_state_part({names<selvage::state::Writer>, names<selvage::state::Reader>, add_names}), true);

}  // namespace

#define SELVAGE_STATE(RESULT, NAME, PARAMETERS, STATE, ARGUMENTS) \
  SELVAGE_EXPORT RESULT NAME PARAMETERS noexcept {                \
    if (!g.in_program) return SELVAGE_REAL(NAME) ARGUMENTS;       \
    Door door;                                                    \
    event(&(STATE), true, SELVAGE_CALLER);                        \
    return SELVAGE_REAL(NAME) ARGUMENTS;                          \
  }
SELVAGE_STATE(int, rand, (), g_random_state, ())
SELVAGE_STATE(void, srand, (unsigned seed), g_random_state, (seed))
SELVAGE_STATE(long, random, (), g_random_state, ())
SELVAGE_STATE(void, srandom, (unsigned seed), g_random_state, (seed))
SELVAGE_STATE(double, drand48, (), g_random48_state, ())
SELVAGE_STATE(long, lrand48, (), g_random48_state, ())
SELVAGE_STATE(long, mrand48, (), g_random48_state, ())
SELVAGE_STATE(void, srand48, (long seed), g_random48_state, (seed))

// The environment's new strings are of the execution's heap, so these run as the program's own code.
#define SELVAGE_ENVIRONMENT(RESULT, NAME, PARAMETERS, WRITE, ARGUMENTS) \
  SELVAGE_EXPORT RESULT NAME PARAMETERS noexcept {                      \
    if (g.in_program) {                                                 \
      Door door;                                                        \
      event(&g_environment_state, WRITE, SELVAGE_CALLER);               \
    }                                                                   \
    return SELVAGE_REAL(NAME) ARGUMENTS;                                \
  }
SELVAGE_ENVIRONMENT(char*, getenv, (const char* name), false, (name))
SELVAGE_ENVIRONMENT(char*, secure_getenv, (const char* name), false, (name))
SELVAGE_ENVIRONMENT(int, setenv, (const char* name, const char* value, int replace), true,
                    (name, value, replace))
SELVAGE_ENVIRONMENT(int, unsetenv, (const char* name), true, (name))
SELVAGE_ENVIRONMENT(int, putenv, (char* text), true, (text))

SELVAGE_EXPORT int pthread_setname_np(pthread_t thread, const char* name) noexcept {
  if (!g.in_program) return SELVAGE_REAL(pthread_setname_np)(thread, name);
  Door door;
  const int t = g.thread_locals.find(static_cast<std::uint64_t>(thread));
  if (t < 0) return ESRCH;
  if (strnlen(name, sizeof(ThreadName)) >= sizeof(ThreadName)) return ERANGE;
  event(&g_names[t], true, SELVAGE_CALLER);
  named() |= bit(t);
  strncpy(g_names[t], name, sizeof(ThreadName));
  return 0;
}
SELVAGE_EXPORT int pthread_getname_np(pthread_t thread, char* name, size_t size) noexcept {
  if (!g.in_program) return SELVAGE_REAL(pthread_getname_np)(thread, name, size);
  Door door;
  const int t = g.thread_locals.find(static_cast<std::uint64_t>(thread));
  if (t < 0) return ESRCH;
  if (size < sizeof(ThreadName)) return ERANGE;
  event(&g_names[t], false, SELVAGE_CALLER);
  strncpy(name, (named() & bit(t)) != 0 ? g_names[t] : "thread", size);
  return 0;
}
