#include "memory/sc.hpp"

namespace selvage::memory {

using machine::g;
using machine::self;
using machine::Thread;

sync::Object* announce(machine::EventKind kind, const volatile void* address, std::uint32_t size, int order,
                       std::uint64_t pc, int failure) {
  if (g.weak != nullptr) machine::unsupported("an atomic access through libatomic (with --model rc11)");
  const auto at = reinterpret_cast<std::uint64_t>(address);
  machine::Op op;
  op.kind = kind;
  op.footprint =
      kind == machine::EventKind::atomic_load ? machine::Footprint::read : machine::Footprint::write;
  op.order = static_cast<std::int8_t>(order);
  op.failure_order = static_cast<std::int8_t>(failure);
  op.address = at;
  op.size = size;
  op.pc = pc;
  machine::visible(op);
  return g.objects.at(at, sync::Kind::atomic);
}

void note_read(sync::Object* o, int order) {
  Thread& t = self();
  if (acquires(order)) {
    t.clock.join(o->released);
  } else {
    t.acquire_pending.join(o->released);
  }
}

void note_store(sync::Object* o, int order) {
  sync::before_replacing_released(o);
  Thread& t = self();
  if (releases(order)) {
    sync::release(o->released);
  } else if (t.has_release_fence) {
    o->released.assign(t.release_fence);
  } else {
    o->released.clear();  // a plain store ends the release sequence (C++20)
  }
}

void note_written_by_rmw(sync::Object* o, int order) {
  const Thread& t = self();
  if (releases(order)) {
    sync::release_join(o->released);
  } else if (t.has_release_fence) {
    o->released.join(t.release_fence);
  }
}

void fence(int order, std::uint64_t pc) {
  if (g.weak != nullptr) {
    weak_fence(order, pc);
    return;
  }
  machine::Op op;
  op.kind = machine::EventKind::fence;
  op.order = static_cast<std::int8_t>(order);
  op.pc = pc;
  machine::eager(op);
  Thread& t = self();
  if (acquires(order)) t.clock.join(t.acquire_pending);
  if (releases(order)) {
    t.release_fence.assign(t.clock);
    t.has_release_fence = true;
    ++t.clock.at[t.id];
  }
}

void tell(bool has_read, std::uint64_t read, bool has_write, std::uint64_t written) {
  report::RawEvent* e = machine::last_event();
  if (e == nullptr) return;
  e->has_read = has_read;
  e->read = read;
  e->has_write = has_write;
  e->written = written;
  machine::note_value_source(has_write);
}

}  // namespace selvage::memory
