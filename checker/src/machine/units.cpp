#include "machine/units.hpp"

#include <dlfcn.h>
#include <link.h>

#include <cstdint>

namespace selvage::machine {
namespace {

/// How often the dynamic linker calls __tsan_init for a module by itself: g++ puts it in front of programs that it links
/// with -fsanitize=thread.
int count_calls_before(dl_phdr_info* module, std::size_t, void* count) {
  const auto hook = reinterpret_cast<ElfW(Addr)>(dlsym(RTLD_DEFAULT, "__tsan_init"));
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    if (module->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    const ElfW(Addr)* functions = nullptr;
    std::size_t size = 0;
    for (const auto* entry =
             reinterpret_cast<const ElfW(Dyn)*>(module->dlpi_addr + module->dlpi_phdr[i].p_vaddr);
         entry->d_tag != DT_NULL; ++entry) {
      if (entry->d_tag == DT_PREINIT_ARRAY) {
        functions = reinterpret_cast<const ElfW(Addr)*>(module->dlpi_addr + entry->d_un.d_ptr);
      }
      if (entry->d_tag == DT_PREINIT_ARRAYSZ) size = entry->d_un.d_val / sizeof *functions;
    }
    for (std::size_t k = 0; functions != nullptr && k < size; ++k) {
      if (functions[k] == hook) ++*static_cast<std::uint32_t*>(count);
    }
  }
  return 0;
}

}  // namespace

Units units() {
  std::uint32_t before = 0;
  dl_iterate_phdr(count_calls_before, &before);
  return {g_units.instrumented - before, g_units.whole};
}

}  // namespace selvage::machine
