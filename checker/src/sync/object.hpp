// Synchronisation objects as state machines: what a mutex, condition variable, ... is, apart from its bytes.
//
// An object is known by its address and kind and lives for one execution. The bytes of a pthread_mutex_t
// stay as the program initialised them; all state is here.
#pragma once

#include <cstdint>

#include "machine/op.hpp"
#include "race/shadow.hpp"
#include "race/vector_clock.hpp"

namespace selvage::sync {

enum class Kind : std::uint8_t { atomic, mutex, rwlock, cond, semaphore, barrier, once, guard, futex };

/// What is an object's part of a state of the program, as it is: bytes that may be copied, without holes.
struct ObjectState {
  std::uint64_t address = 0;
  std::uint32_t next = 0;  ///< next object of the same granule, 1-based
  Kind kind = Kind::atomic;
  bool destroyed = false;
  bool busy = false;          ///< once/guard: someone runs the initialiser
  bool done = false;          ///< once: it has run; atomic: is_relied_on()
  std::int32_t owner = -1;    ///< mutex, rwlock (writer), once: the thread
  std::uint32_t depth = 0;    ///< recursive mutex: how often the owner holds it
  std::int64_t value = 0;     ///< semaphore: its value; barrier: how many it waits for
  std::uint64_t readers = 0;  ///< rwlock: bit mask of the threads that hold it shared
  std::uint64_t waiters = 0;  ///< cond, futex, barrier: bit mask of the threads that wait
};

struct Object : ObjectState {
  int process = 0;      ///< in whose private memory it is (machine/process.hpp), -1: in memory that is common
  bool shared = false;  ///< initialised to be used by several processes
  int user =
      -1;  ///< the process that uses it, where it is in common memory and not initialised so; -1: none so far
  std::uint64_t taken = 0;             ///< the owner's Thread::acquisitions when it took it
  race::VectorClock released;          ///< what an acquirer synchronises with
  race::VectorClock readers_released;  ///< rwlock: what the next writer synchronises with in addition
};

/// The objects of the current execution. Never allocates after the first executions.
class Objects {
 public:
  /// `shadow` says for each address which objects are there.
  explicit Objects(race::Shadow& shadow) : shadow_(&shadow) {}
  void new_execution() { used_ = 0; }
  /// The object of this kind at this address; made in its initial state when it is met first.
  Object* at(std::uint64_t address, Kind kind) {
    Object* known = find(address, kind);
    return known != nullptr ? known : add(address, kind);
  }
  /// The same, or null where none was met in this execution.
  Object* find(std::uint64_t address, Kind kind) {
    const race::Cell* cell = shadow_->fresh_cell(address);
    for (std::uint32_t i = cell->object; i != 0;) {
      Object& o = (*this)[i - 1];
      if (o.address == address && o.kind == kind) return &o;
      i = o.next;
    }
    return nullptr;
  }
  /// Every object met so far, for state hashes and reports.
  [[nodiscard]] std::uint32_t count() const { return used_; }
  /// For putting back an earlier state: the object with this number, which then must be filled in ...
  Object& restored(std::uint32_t index) {
    make_room(index);
    return (*this)[index];
  }
  /// ... and how many there are.
  void set_count(std::uint32_t count) { used_ = count; }
  /// How many blocks of memory they take.
  [[nodiscard]] std::uint32_t blocks() const { return block_count_; }
  /// Where each is.
  [[nodiscard]] const void* block(std::uint32_t index) const { return blocks_[index]; }
  Object& operator[](std::uint32_t index) { return *blocks_[index / kBlock][index % kBlock].get(); }

 private:
  static constexpr std::uint32_t kBlock = 256;
  static constexpr std::uint32_t kBlocks = 4096;
  struct Slot {
    Object object;
    Object* get() { return &object; }
  };
  Object* add(std::uint64_t address, Kind kind);
  void make_room(std::uint32_t index);
  race::Shadow* shadow_;
  std::uint32_t used_ = 0;
  Slot* blocks_[kBlocks] = {};
  std::uint32_t block_count_ = 0;
};

/// The running process uses the object in common memory: misuse where it was not initialised for several processes and another
/// process uses it too. `shared`: what its bytes say, where they do.
void check_user(Object* object, const char* what, bool shared);

// In a search of states, what was released into an atomic location may be taken to be known to a thread that is going to read
// it, as long as nobody stores there: a store replaces it (machine/bookkeeping.cpp).

/// Is anything known on these grounds?
inline bool is_relied_on(const Object& atomic) { return atomic.done; }
/// May it be? Not any more where the search has found a store to come after all.
bool may_be_relied_on(const Object& atomic);
/// What was released into `atomic` is about to be replaced. Where that was relied on, the search starts over.
void before_replacing_released(const Object* atomic);

/// An operation on an object.
inline machine::Op operation(machine::EventKind kind, Object* object, std::uint64_t pc,
                             machine::Footprint footprint = machine::Footprint::write) {
  machine::Op op;
  op.kind = kind;
  op.footprint = footprint;
  op.address = object->address;
  op.object = object;
  op.pc = pc;
  return op;
}

/// Could a thread perform `op` now? (`notified`: has it been woken where it needs to be?)
bool enabled(const machine::Op& op, int thread, bool notified);

}  // namespace selvage::sync
