// The rest of what -fsanitize=thread calls: start-up, and call stacks, which replay makes unnecessary.
#include "abi/export.hpp"
#include "machine/units.hpp"

// Each translation unit that is compiled with -fsanitize=thread calls this when it is loaded ...
SELVAGE_EXPORT void __tsan_init() { ++selvage::machine::g_units.instrumented; }
// ... and this, where Selvage's plugin was there and everything is instrumented (checker/gcc_plugin, checker/clang_plugin).
SELVAGE_EXPORT void __selvage_whole_unit() { ++selvage::machine::g_units.whole; }
SELVAGE_EXPORT void __tsan_func_entry(void* /*pc*/) {}
SELVAGE_EXPORT void __tsan_func_exit() {}
SELVAGE_EXPORT void __tsan_ignore_thread_begin() {}
SELVAGE_EXPORT void __tsan_ignore_thread_end() {}
