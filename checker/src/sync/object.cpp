#include "sync/object.hpp"

#include <sys/mman.h>

#include <algorithm>

#include "machine/fatal.hpp"
#include "machine/machine.hpp"
#include "machine/process.hpp"
#include "sync/pipe.hpp"

namespace selvage::sync {

void Objects::make_room(std::uint32_t index) {
  if (index >= kBlock * kBlocks) machine::fatal("too many synchronisation objects in one execution");
  Slot*& block = blocks_[index / kBlock];
  if (block != nullptr) return;
  void* memory =
      mmap(nullptr, sizeof(Slot) * kBlock, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) machine::fatal("out of memory for synchronisation objects");
  block = static_cast<Slot*>(memory);
  ++block_count_;
}

Object* Objects::add(std::uint64_t address, Kind kind) {
  race::Cell* cell = shadow_->fresh_cell(address);
  make_room(used_);
  Object& o = (*this)[used_++];
  static_cast<ObjectState&>(o) = {};
  o.address = address;
  o.kind = kind;
  o.shared = false;
  o.user = -1;
  o.process = machine::is_private(address) ? machine::g.process : -1;
  o.next = cell->object;
  o.released.clear();
  o.readers_released.clear();
  cell->object = used_;
  return &o;
}

bool may_be_relied_on(const Object& atomic) {
  constexpr std::size_t kMost = 16;  // each costs a search that starts over
  const auto& stored_to = machine::g.stored_to;
  return stored_to.size() < kMost &&
         std::find(stored_to.begin(), stored_to.end(), atomic.address) == stored_to.end();
}

void before_replacing_released(const Object* atomic) {
  if (!is_relied_on(*atomic)) return;
  machine::g.stored_to.push_back(atomic->address);
  machine::end_execution(machine::Ending::How::restart);
}

void check_user(Object* object, const char* what, bool shared) {
  if (shared || object->shared) return;
  if (object->user < 0) object->user = machine::g.process;
  if (object->user == machine::g.process) return;
  machine::misuse(std::string(what) + " " + machine::name_of(object->address) +
                  " is used by two processes, but was not initialised for that (pshared)");
}

bool enabled(const machine::Op& op, int thread, bool notified) {
  using machine::EventKind;
  if (op.needs_notify && !notified) return false;
  switch (op.kind) {
    case EventKind::lock:
      return op.object->owner < 0;
    case EventKind::read_lock:
      return op.object->owner < 0;
    case EventKind::write_lock:
      return op.object->owner < 0 && op.object->readers == 0;
    case EventKind::sem_wait:
      return op.object->value > 0;
    case EventKind::join:
      return machine::g.threads[op.second].state == machine::Thread::State::finished;
    case EventKind::wait:
      return machine::can_be_reaped(op, thread);
    case EventKind::receive:
    case EventKind::send:
      return pipe_enabled(op);
    case EventKind::poll_wait:
      return poll_enabled(thread);
    case EventKind::once:
    case EventKind::guard:
      return !op.object->busy || op.object->owner == thread;
    default:
      return true;
  }
}

}  // namespace selvage::sync
