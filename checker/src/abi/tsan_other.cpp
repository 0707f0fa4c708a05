// The rest of the ThreadSanitizer interface: start-up, call stacks (which replay makes unnecessary) and
// the annotations by which a program tells of synchronisation of its own making.
#include <cstdint>

#include "abi/export.hpp"
#include "machine/machine.hpp"
#include "machine/units.hpp"
#include "sync/happens_before.hpp"

namespace {

using selvage::machine::Door;
using selvage::machine::g;

void annotate(const void* p, bool release, std::uint64_t pc) {
  if (!g.in_program) return;
  Door door;
  selvage::machine::Op op;
  op.kind = selvage::machine::EventKind::annotate;
  op.footprint = selvage::machine::Footprint::write;
  op.address = reinterpret_cast<std::uint64_t>(p);
  op.pc = pc;
  selvage::machine::visible(op);
  auto* o = g.objects.at(op.address, selvage::sync::Kind::futex);
  if (release) {
    selvage::sync::release_join(o->released);
  } else {
    selvage::sync::acquire(o->released);
  }
}

}  // namespace

// Each translation unit that is compiled with -fsanitize=thread calls this when it is loaded ...
SELVAGE_EXPORT void __tsan_init() { ++selvage::machine::g_units.instrumented; }
// ... and this, where Selvage's plugin was there and everything is instrumented (checker/gcc_plugin, checker/clang_plugin).
SELVAGE_EXPORT void __selvage_whole_unit() { ++selvage::machine::g_units.whole; }
SELVAGE_EXPORT void __tsan_func_entry(void* /*pc*/) {}
SELVAGE_EXPORT void __tsan_func_exit() {}
SELVAGE_EXPORT void __tsan_ignore_thread_begin() {}
SELVAGE_EXPORT void __tsan_ignore_thread_end() {}
SELVAGE_EXPORT void __tsan_acquire(void* p) { annotate(p, false, SELVAGE_CALLER); }
SELVAGE_EXPORT void __tsan_release(void* p) { annotate(p, true, SELVAGE_CALLER); }
SELVAGE_EXPORT void AnnotateHappensBefore(const char* /*file*/, int /*line*/, const volatile void* p) {
  annotate(const_cast<const void*>(p), true, SELVAGE_CALLER);
}
SELVAGE_EXPORT void AnnotateHappensAfter(const char* /*file*/, int /*line*/, const volatile void* p) {
  annotate(const_cast<const void*>(p), false, SELVAGE_CALLER);
}
