// Small concurrent programs as data: what the generator makes, the interpreter runs under Selvage and the
// oracle works out by itself.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace differential {

inline constexpr int kThreads = 3;
inline constexpr int kAtomics = 3;
inline constexpr int kPlains = 2;
inline constexpr int kMutexes = 2;
inline constexpr int kRegisters = 8;

enum class Action : std::uint8_t {
  load,      ///< r = atomic
  store,     ///< atomic = value
  add,       ///< r = atomic.fetch_add(value)
  exchange,  ///< r = atomic.exchange(value)
  cas,       ///< r = atomic.compare_exchange(expected, value)
  await,     ///< while (atomic != value) {}
  fence,
  read,         ///< r = plain
  write,        ///< plain = value
  skip_unless,  ///< jump over `skip` instructions unless r == value
  lock,
  unlock,
  try_lock,    ///< r = locked; jump over `skip` instructions where it is not
  timed_lock,  ///< the same, after waiting
  wait,        ///< wait(cond, mutex)
  wait_while,  ///< while (plain != value) wait(cond, mutex)
  timed_wait,  ///< r = timed out?
  notify_one,
  notify_all,
  sem_wait,
  sem_try,    ///< r = got it
  sem_timed,  ///< r = got it
  sem_post,
  read_lock,
  write_lock,
  try_read_lock,   ///< r = locked; skips where it is not
  try_write_lock,  ///< the same
  rw_unlock
};

struct Instruction {
  Action action{};
  std::uint8_t object = 0;  ///< which atomic, plain variable or mutex
  std::uint8_t mutex = 0;   ///< waits: the mutex
  std::int8_t value = 0;
  std::int8_t expected = 0;
  std::uint8_t order = 5;  ///< std::memory_order
  std::uint8_t reg = 0;    ///< the register that is written, or tested
  std::uint8_t skip = 0;
};

/// Instructions that only make sense together: what shrinking takes away as one.
using Statement = std::vector<Instruction>;
using Code = std::vector<Instruction>;

struct Program {
  std::vector<std::vector<Statement>> threads;
  int semaphore = 0;  ///< its first value

  [[nodiscard]] std::vector<Code> code() const;
  [[nodiscard]] std::string text() const;
};

/// What can be varied in what the generator makes.
struct Shape {
  int threads = 2;
  int statements = 3;  ///< a thread
};
Program generate(std::uint64_t seed, Shape shape);

/// Final values of everything as one line; the same in the interpreter and the oracle.
struct Ending {
  std::array<int, kAtomics> atomics{};
  std::array<int, kPlains> plains{};
  std::array<std::array<int, kRegisters>, kThreads> registers{};
};
std::string to_text(const Ending& ending);

}  // namespace differential
