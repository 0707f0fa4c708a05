#include "symbols.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "demangle.hpp"
#include "module_file.hpp"
#include "variables.hpp"

namespace selvage::report {
namespace {

namespace fs = std::filesystem;

bool starts_with_any(std::string_view text, const auto& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; });
}

constexpr std::array<std::string_view, 14> kSystemModules{
    "libselvage", "libtsan", "libclang_rt.", "libstdc++", "libc++", "libc.so",    "libc-",
    "libpthread", "libm.so", "libm-",        "libgcc_s",  "ld-",    "linux-vdso", "[vdso]"};

bool is_system_module(const std::string& path) {
  return starts_with_any(fs::path(path).filename().string(), kSystemModules);
}

// Where the headers of the compilers and of the C library are, and the public headers of Selvage and GoogleTest: code inlined or
// instantiated from them is not what is looked at. Other libraries in /usr/include may well be.
bool is_system_file(const std::string& path) {
  return path.rfind("/usr/include/x86_64-linux-gnu/", 0) == 0 || path.rfind("/usr/lib/", 0) == 0 ||
         (path.rfind("/usr/include/", 0) == 0 &&
          path.find('/', sizeof "/usr/include/" - 1) == std::string::npos) ||
         path.find("/include/c++/") != std::string::npos ||
         path.find("/include/selvage/") != std::string::npos ||
         path.find("/include/gtest/") != std::string::npos ||
         path.find("/include/gmock/") != std::string::npos;
}

constexpr std::array<std::string_view, 12> kSystemFunctions{
    "std::",  "__gnu_cxx::",  "testing::",         "__tsan_",
    "_start", "__libc_start", "start_thread",      "clone",
    "__cxa_", "__gthread_",   "selvage::detail::", "selvage::explore"};

bool is_system_function(const std::string& demangled) {
  return starts_with_any(short_function(demangled), kSystemFunctions);
}

}  // namespace

struct Symbols::Loaded {
  explicit Loaded(const Module& module)
      : file(module), variables(file), system(is_system_module(module.path)) {}
  ModuleFile file;
  Variables variables;
  bool system;
};

Symbols::Symbols(const std::vector<Module>& modules) : Symbols(modules, fs::current_path().string()) {}

Symbols::Symbols(const std::vector<Module>& modules, std::string directory)
    : directory_(std::move(directory)) {
  for (const Module& module : modules) {
    modules_.push_back(std::make_unique<Loaded>(module));
  }
}

Symbols::~Symbols() = default;
Symbols::Symbols(Symbols&&) noexcept = default;

Symbols::Loaded* Symbols::module_at(std::uint64_t address) {
  for (const auto& module : modules_) {
    if (module->file.holds(address)) {
      return module.get();
    }
  }
  return nullptr;
}

std::string Symbols::shown_path(const std::string& path) const {
  const std::string below = directory_ + "/";
  return path.rfind(below, 0) == 0 ? path.substr(below.size()) : path;
}

const std::vector<Frame>& Symbols::frames(std::uint64_t pc) {
  const auto [entry, fresh] = frames_.try_emplace(pc);
  Loaded* module = fresh ? module_at(pc) : nullptr;
  if (module == nullptr) {
    return entry->second;
  }
  for (SourceLocation& where : module->file.frames(pc)) {
    const bool user = !module->system && !is_system_file(where.file) && !is_system_function(where.function);
    where.file = shown_path(where.file);
    entry->second.push_back({std::move(where), user});
  }
  return entry->second;
}

std::vector<SourceLocation> Symbols::stack(const std::vector<std::uint64_t>& return_addresses) {
  std::vector<SourceLocation> users, all;
  for (const std::uint64_t address : return_addresses) {
    if (address == 0) {
      continue;
    }
    for (const Frame& frame : frames(address - 1)) {
      all.push_back(frame.where);
      if (frame.user) {
        users.push_back(frame.where);
      }
    }
  }
  return users.empty() ? all : users;
}

bool Symbols::in_user_code(std::uint64_t return_address) {
  const std::vector<Frame>& found = frames(return_address - 1);
  return !found.empty() && found.front().user;
}

bool Symbols::has_code_at(const std::function<bool(const std::string&)>& wanted, unsigned line) {
  return std::any_of(modules_.begin(), modules_.end(), [&](const std::unique_ptr<Loaded>& module) {
    return !module->system && module->file.has_code_at(wanted, line);
  });
}

std::string Symbols::variable(std::uint64_t address) {
  const auto [entry, fresh] = variables_.try_emplace(address);
  if (Loaded* module = fresh ? module_at(address) : nullptr) {
    entry->second = module->variables.global(address);
  }
  return entry->second;
}

std::string Symbols::thread_local_variable(std::uint64_t offset) {
  return modules_.empty() ? std::string() : modules_.front()->variables.thread_local_at(offset);
}

std::string Symbols::local_variable(std::uint64_t return_address, std::uint64_t frame,
                                    std::uint64_t address) {
  if (return_address == 0 || frame == 0) {
    return {};
  }
  const auto [entry, fresh] = locals_.try_emplace({return_address, address - frame});
  if (!fresh) {
    return entry->second;
  }
  Loaded* module = module_at(return_address - 1);
  if (module != nullptr && !module->system) {
    entry->second = module->variables.local(return_address - 1, frame, address);
  }
  return entry->second;
}

}  // namespace selvage::report
