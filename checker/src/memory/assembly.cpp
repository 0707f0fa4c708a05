#include "memory/assembly.hpp"

#include <cstring>

#include "memory/sc.hpp"

namespace selvage::memory {

namespace {

struct Value16 {
  std::uint64_t low = 0, high = 0;
  bool operator==(const Value16&) const = default;
};

Value16 value_at(const volatile void* address, std::uint32_t size) {
  Value16 value;
  std::memcpy(&value, const_cast<const void*>(address), size);
  return value;
}

/// Of the instruction that is being carried out: no other thread runs before its second hook.
Value16 g_before;

}  // namespace

void before_assembly(const volatile void* address, std::uint32_t size, std::uint64_t pc) {
  if (machine::g.weak != nullptr) machine::unsupported("inline assembly that is atomic (with --model rc11)");
  sync::Object* o = announce(machine::EventKind::atomic_rmw, address, size, kSeqCst, pc);
  note_read(o, kSeqCst);
  machine::atomic_access(o->address, size, race::kWrite, pc);
  g_before = value_at(address, size);
}

void after_assembly(const volatile void* address, std::uint32_t size) {
  const Value16 now = value_at(address, size);
  // A compare-exchange that failed hands nothing on.
  if (now != g_before) {
    machine::changed();
    note_written_by_rmw(machine::g.objects.at(reinterpret_cast<std::uint64_t>(address), sync::Kind::atomic),
                        kSeqCst);
  }
  if (machine::g.recording) tell(true, g_before.low, true, now.low);
}

}  // namespace selvage::memory
