// What programs and libraries tell ThreadSanitizer of themselves, by <sanitizer/tsan_interface.h> and by the older annotations
// of dynamic_annotations.h.
//
// Believed is that something happens before something else. All the rest is not taken at its word, since what it says can be
// seen, or would hide something: a lock of the program's own orders what its atomic operations and system calls order; a race
// that is said to be benign is a race.
#include <cstdint>

#include "abi/export.hpp"
#include "machine/machine.hpp"
#include "sync/happens_before.hpp"

namespace {

using selvage::machine::Door;
using selvage::machine::g;

void annotate(const volatile void* p, bool release, std::uint64_t pc) {
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

/// A stack of the program's own would have to be known, to be explored.
void refuse(const char* name) {
  if (!g.in_program) return;
  const Door door;
  selvage::machine::unsupported(name);
}

using Text = const char*;
using Address = const volatile void*;

}  // namespace

// Happens before.
SELVAGE_EXPORT void __tsan_acquire(void* p) { annotate(p, false, SELVAGE_CALLER); }
SELVAGE_EXPORT void __tsan_release(void* p) { annotate(p, true, SELVAGE_CALLER); }
SELVAGE_EXPORT void AnnotateHappensBefore(Text, int, Address p) { annotate(p, true, SELVAGE_CALLER); }
SELVAGE_EXPORT void AnnotateHappensAfter(Text, int, Address p) { annotate(p, false, SELVAGE_CALLER); }
SELVAGE_EXPORT void WTFAnnotateHappensBefore(Text, int, Address p) { annotate(p, true, SELVAGE_CALLER); }
SELVAGE_EXPORT void WTFAnnotateHappensAfter(Text, int, Address p) { annotate(p, false, SELVAGE_CALLER); }

// Locks of the program's own.
SELVAGE_EXPORT void __tsan_mutex_create(void*, unsigned) {}
SELVAGE_EXPORT void __tsan_mutex_destroy(void*, unsigned) {}
SELVAGE_EXPORT void __tsan_mutex_pre_lock(void*, unsigned) {}
SELVAGE_EXPORT void __tsan_mutex_post_lock(void*, unsigned, int) {}
SELVAGE_EXPORT int __tsan_mutex_pre_unlock(void*, unsigned) { return 0; }
SELVAGE_EXPORT void __tsan_mutex_post_unlock(void*, unsigned) {}
SELVAGE_EXPORT void __tsan_mutex_pre_signal(void*, unsigned) {}
SELVAGE_EXPORT void __tsan_mutex_post_signal(void*, unsigned) {}
SELVAGE_EXPORT void __tsan_mutex_pre_divert(void*, unsigned) {}
SELVAGE_EXPORT void __tsan_mutex_post_divert(void*, unsigned) {}
SELVAGE_EXPORT void AnnotateRWLockCreate(Text, int, Address) {}
SELVAGE_EXPORT void AnnotateRWLockCreateStatic(Text, int, Address) {}
SELVAGE_EXPORT void AnnotateRWLockDestroy(Text, int, Address) {}
SELVAGE_EXPORT void AnnotateRWLockAcquired(Text, int, Address, long) {}
SELVAGE_EXPORT void AnnotateRWLockReleased(Text, int, Address, long) {}
SELVAGE_EXPORT void AnnotateMutexIsUsedAsCondVar(Text, int, Address) {}
SELVAGE_EXPORT void AnnotateMutexIsNotPHB(Text, int, Address) {}
SELVAGE_EXPORT void AnnotateCondVarSignal(Text, int, Address) {}
SELVAGE_EXPORT void AnnotateCondVarSignalAll(Text, int, Address) {}
SELVAGE_EXPORT void AnnotateCondVarWait(Text, int, Address, Address) {}
SELVAGE_EXPORT void AnnotatePCQCreate(Text, int, Address) {}
SELVAGE_EXPORT void AnnotatePCQDestroy(Text, int, Address) {}
SELVAGE_EXPORT void AnnotatePCQPut(Text, int, Address) {}
SELVAGE_EXPORT void AnnotatePCQGet(Text, int, Address) {}

// What is not to be reported.
SELVAGE_EXPORT void AnnotateBenignRace(Text, int, Address, Text) {}
SELVAGE_EXPORT void AnnotateBenignRaceSized(Text, int, Address, long, Text) {}
SELVAGE_EXPORT void WTFAnnotateBenignRaceSized(Text, int, Address, long, Text) {}
SELVAGE_EXPORT void AnnotateExpectRace(Text, int, Address, Text) {}
SELVAGE_EXPORT void AnnotateFlushExpectedRaces(Text, int) {}
SELVAGE_EXPORT void AnnotateIgnoreReadsBegin(Text, int) {}
SELVAGE_EXPORT void AnnotateIgnoreReadsEnd(Text, int) {}
SELVAGE_EXPORT void AnnotateIgnoreWritesBegin(Text, int) {}
SELVAGE_EXPORT void AnnotateIgnoreWritesEnd(Text, int) {}
SELVAGE_EXPORT void AnnotateIgnoreSyncBegin(Text, int) {}
SELVAGE_EXPORT void AnnotateIgnoreSyncEnd(Text, int) {}
SELVAGE_EXPORT void AnnotateEnableRaceDetection(Text, int, int) {}
SELVAGE_EXPORT void AnnotateMemoryIsInitialized(Text, int, Address, long) {}
SELVAGE_EXPORT void AnnotateMemoryIsUninitialized(Text, int, Address, long) {}
SELVAGE_EXPORT void AnnotateNewMemory(Text, int, Address, long) {}
SELVAGE_EXPORT void AnnotatePublishMemoryRange(Text, int, Address, long) {}
SELVAGE_EXPORT void AnnotateUnpublishMemoryRange(Text, int, Address, long) {}

// What has to do with how reports look, or with other tools.
SELVAGE_EXPORT void AnnotateThreadName(Text, int, Text) {}
SELVAGE_EXPORT void AnnotateTraceMemory(Text, int, Address) {}
SELVAGE_EXPORT void AnnotateFlushState(Text, int) {}
SELVAGE_EXPORT void AnnotateNoOp(Text, int, Address) {}
SELVAGE_EXPORT void __tsan_flush_memory() {}
SELVAGE_EXPORT int RunningOnValgrind() { return 0; }
SELVAGE_EXPORT double ValgrindSlowdown() { return 1; }
SELVAGE_EXPORT Text ThreadSanitizerQuery(Text /*what*/) { return "0"; }

// Stacks of the program's own (fibers).
SELVAGE_EXPORT void* __tsan_get_current_fiber() {
  refuse("__tsan_get_current_fiber()");
  return nullptr;
}
SELVAGE_EXPORT void* __tsan_create_fiber(unsigned /*flags*/) {
  refuse("__tsan_create_fiber()");
  return nullptr;
}
SELVAGE_EXPORT void __tsan_destroy_fiber(void* /*fiber*/) { refuse("__tsan_destroy_fiber()"); }
SELVAGE_EXPORT void __tsan_switch_to_fiber(void* /*fiber*/, unsigned /*flags*/) {
  refuse("__tsan_switch_to_fiber()");
}
SELVAGE_EXPORT void __tsan_set_fiber_name(void* /*fiber*/, Text /*name*/) {
  refuse("__tsan_set_fiber_name()");
}
