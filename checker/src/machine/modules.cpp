#include "machine/modules.hpp"

#include <link.h>
#include <unistd.h>
#include <unwind.h>

#include <array>
#include <cstring>
#include <ctime>
#include <locale>
#include <sstream>
#include <string>

#include "machine/runtime_heap.hpp"

extern "C" __attribute__((visibility("hidden"))) const char __ehdr_start[];

namespace selvage::machine {

namespace {

struct TextRange {
  std::uint64_t low, high;
};
constexpr int kMost = 32;
TextRange g_system[kMost];
int g_system_count = 0;
TextRange g_runtime{};
TextRange g_program{};  // the executable

std::string base_name(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

std::string executable_path() {
  char buffer[4096];
  const ssize_t n = readlink("/proc/self/exe", buffer, sizeof buffer);
  return n > 0 ? std::string(buffer, static_cast<std::size_t>(n)) : std::string("?");
}

int visit(dl_phdr_info* info, std::size_t, void* data) {
  auto* modules = static_cast<std::vector<report::Module>*>(data);
  report::Module m;
  m.path = info->dlpi_name == nullptr || info->dlpi_name[0] == 0 ? std::string() : info->dlpi_name;
  m.base = info->dlpi_addr;
  m.low = ~0ULL;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& p = info->dlpi_phdr[i];
    if (p.p_type != PT_LOAD) continue;
    m.low = std::min<std::uint64_t>(m.low, m.base + p.p_vaddr);
    m.high = std::max<std::uint64_t>(m.high, m.base + p.p_vaddr + p.p_memsz);
  }
  if (m.path.empty() && modules->empty()) m.path = executable_path();
  if (m.low < m.high && !m.path.empty()) modules->push_back(std::move(m));
  return 0;
}

std::vector<report::Module>& cached() {
  static std::vector<report::Module> modules;
  if (modules.empty()) dl_iterate_phdr(visit, &modules);
  return modules;
}

int find_system(dl_phdr_info* info, std::size_t, void*) {
  const char* name = info->dlpi_name == nullptr ? "" : info->dlpi_name;
  const bool runtime = info->dlpi_addr == reinterpret_cast<std::uint64_t>(__ehdr_start);
  const bool system = std::strstr(name, "/libc.so") != nullptr ||
                      std::strstr(name, "/libgcc_s.so") != nullptr ||
                      std::strstr(name, "/ld-linux") != nullptr;
  const bool program = name[0] == 0 && g_program.high == 0;
  if (!runtime && !system && !program) return 0;
  std::uint64_t low = ~0ULL, high = 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& p = info->dlpi_phdr[i];
    if (p.p_type != PT_LOAD) continue;
    low = std::min<std::uint64_t>(low, info->dlpi_addr + p.p_vaddr);
    high = std::max<std::uint64_t>(high, info->dlpi_addr + p.p_vaddr + p.p_memsz);
  }
  if (runtime) {
    g_runtime = {low, high};
  } else if (program && !system) {
    g_program = {low, high};
  } else if (g_system_count < kMost) {
    g_system[g_system_count++] = {low, high};
  }
  return 0;
}

_Unwind_Reason_Code count_frame(_Unwind_Context* context, void* data) {
  ++*static_cast<int*>(data);
  static_cast<void>(_Unwind_GetIP(context));
  return _URC_NO_REASON;
}

}  // namespace

std::vector<report::Module> loaded_modules() { return cached(); }

search::VisibleLocation portable_location(std::uint64_t address, std::uint32_t size) {
  for (const auto& m : cached()) {
    if (address >= m.low && address < m.high) return {base_name(m.path), address - m.base, size};
  }
  return {"", address, size};
}

std::uint64_t address_of(const search::VisibleLocation& location) {
  if (location.object.empty()) return location.offset;
  for (const auto& m : cached()) {
    if (base_name(m.path) == location.object) return m.base + location.offset;
  }
  return 0;
}

bool in_system_library(std::uint64_t pc) {
  if (pc - g_program.low < g_program.high - g_program.low) return false;  // mostly
  for (int i = 0; i < g_system_count; ++i) {
    if (pc >= g_system[i].low && pc < g_system[i].high) return true;
  }
  return false;
}

bool in_runtime(std::uint64_t pc) { return pc >= g_runtime.low && pc < g_runtime.high; }

CodeRange runtime_code() { return {g_runtime.low, g_runtime.high}; }

void prepare_unwinder() {
  g_system_count = 0;
  g_program = {};
  dl_iterate_phdr(find_system, nullptr);
  cached();
  int frames = 0;
  _Unwind_Backtrace(count_frame, &frames);
}

void prepare_libraries() {
  // The inline parts of these caches are compiled into the program: to write them there is a race.
  const auto& characters = std::use_facet<std::ctype<char>>(std::locale::classic());
  std::array<char, 256> all{}, narrow{};
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i] = static_cast<char>(i);
    characters.widen(all[i]);
    characters.narrow(all[i], static_cast<char>(~all[i]));  // (not where it becomes the default)
  }
  characters.narrow(all.data(), all.data() + all.size(), '0', narrow.data());
  std::ostringstream text;
  text << 1 << 1.5;
  // The time zone is read from a file; libc keeps its names.
  const runtime_heap::Lasting lasting;
  const std::time_t begin = 0;
  std::tm local{};
  tzset();
  localtime_r(&begin, &local);
}

}  // namespace selvage::machine
