#include "elf_inspect.hpp"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <libelf.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string_view>

#include "exit_status.hpp"
#include "process.hpp"

namespace selvage::cli {
namespace {

struct CloseFile {
  int fd;
  ~CloseFile() { ::close(fd); }
};

/// A member function of std::string or std::wstring? (Also of the one before C++11, and of libc++'s.)
bool is_of_strings(std::string_view name) {
  for (const std::string_view scope :
       {"_ZNSt7__cxx1112basic_stringI", "_ZNKSt7__cxx1112basic_stringI", "_ZNSs", "_ZNKSs",
        "_ZNSt3__112basic_stringI", "_ZNKSt3__112basic_stringI"}) {
    if (name.substr(0, scope.size()) == scope) return true;
  }
  return false;
}

/// How many units each compiler instrumented.
struct Units {
  std::size_t gcc = 0, clang = 0;
};

void read_symbols(Elf* elf, Elf_Scn* section, const GElf_Shdr& header, ElfFacts* facts, Units* units) {
  Elf_Data* data = elf_getdata(section, nullptr);
  const std::size_t count =
      data == nullptr || header.sh_entsize == 0 ? 0 : header.sh_size / header.sh_entsize;
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Sym symbol;
    if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr) {
      continue;
    }
    const char* text = elf_strptr(elf, header.sh_link, symbol.st_name);
    const std::string_view name = text == nullptr ? "" : text;
    facts->strings_instrumented |= name == kStringsInstrumented;
    facts->contains_library |= symbol.st_shndx != SHN_UNDEF && name == "__cxa_throw";
    facts->library_strings |= symbol.st_shndx == SHN_UNDEF && is_of_strings(name);
    facts->explores |= symbol.st_shndx == SHN_UNDEF && name.starts_with("_ZN7selvage7explore");
    // The functions that call __tsan_init, one in each unit.
    if (header.sh_type == SHT_SYMTAB && symbol.st_shndx != SHN_UNDEF) {
      if (name == "_sub_I_00099_0") ++units->gcc;
      if (name == "tsan.module_ctor") ++units->clang;
    }
    if (name.rfind("__tsan_", 0) != 0) {
      continue;
    }
    // The linker adds a reference to __tsan_init to anything that it links with -fsanitize=thread.
    facts->calls_tsan |= symbol.st_shndx == SHN_UNDEF && name != "__tsan_init";
    facts->contains_tsan |= symbol.st_shndx != SHN_UNDEF && name == "__tsan_init";
  }
}

void read_needed(Elf* elf, Elf_Scn* section, const GElf_Shdr& header, ElfFacts* facts) {
  Elf_Data* data = elf_getdata(section, nullptr);
  const std::size_t count =
      data == nullptr || header.sh_entsize == 0 ? 0 : header.sh_size / header.sh_entsize;
  for (std::size_t i = 0; i < count; ++i) {
    GElf_Dyn entry;
    if (gelf_getdyn(data, static_cast<int>(i), &entry) == nullptr || entry.d_tag != DT_NEEDED) {
      continue;
    }
    if (const char* name = elf_strptr(elf, header.sh_link, entry.d_un.d_val)) {
      facts->needed.emplace_back(name);
    }
  }
}

void read_compilers(Elf_Scn* section, ElfFacts* facts) {
  const Elf_Data* data = elf_getdata(section, nullptr);
  if (data == nullptr || data->d_buf == nullptr) return;
  const std::string_view compilers(static_cast<const char*>(data->d_buf), data->d_size);
  facts->by_clang = compilers.find("clang version") != std::string_view::npos;
}

/// How each unit was compiled is in its debugging information.
void read_options(Elf* elf, const Units& units, ElfFacts* facts) {
  Units known;
  if (Dwarf* dwarf = dwarf_begin_elf(elf, DWARF_C_READ, nullptr)) {
    Dwarf_Off at = 0, next = 0;
    for (std::size_t header = 0; dwarf_nextcu(dwarf, at, &next, &header, nullptr, nullptr, nullptr) == 0;
         at = next) {
      Dwarf_Die unit;
      Dwarf_Attribute attribute;
      if (dwarf_offdie(dwarf, at + header, &unit) == nullptr) continue;
      const char* text = dwarf_formstring(dwarf_attr(&unit, DW_AT_producer, &attribute));
      const std::string_view producer = text == nullptr ? "" : text;
      const auto has = [producer](const char* part) { return producer.find(part) != std::string_view::npos; };
      if (has("GNU C") && has("-fsanitize=thread")) {
        ++known.gcc;
        facts->may_have_builtins |= !has("-fno-builtin");
        facts->gcc_without_plugin |= !has("selvage_call_operands");
      } else if (has("clang version") && has("selvage_unseen_accesses")) {
        ++known.clang;  // whether it instrumented the others, it does not say
      }
    }
    dwarf_end(dwarf);
  }
  const bool nothing_known = known.gcc == 0 && known.clang == 0;
  if (known.gcc < units.gcc || (nothing_known && !facts->by_clang)) {
    facts->may_have_builtins = facts->gcc_without_plugin = true;
  }
  facts->clang_without_plugin = known.clang < units.clang || (nothing_known && facts->by_clang);
}

void read_elf(Elf* elf, ElfFacts* facts) {
  GElf_Ehdr header;
  if (elf_kind(elf) != ELF_K_ELF || gelf_getehdr(elf, &header) == nullptr) {
    return;
  }
  facts->elf = true;
  facts->x86_64 = header.e_machine == EM_X86_64 && header.e_ident[EI_CLASS] == ELFCLASS64;
  facts->program = header.e_type == ET_EXEC || header.e_type == ET_DYN;
  std::size_t segments = 0;
  elf_getphdrnum(elf, &segments);
  for (std::size_t i = 0; i < segments; ++i) {
    GElf_Phdr segment;
    if (gelf_getphdr(elf, static_cast<int>(i), &segment) != nullptr) {
      facts->dynamic |= segment.p_type == PT_INTERP;
    }
  }
  Units units;
  std::size_t names = 0;
  elf_getshdrstrndx(elf, &names);
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section)) != nullptr;) {
    GElf_Shdr section_header;
    if (gelf_getshdr(section, &section_header) == nullptr) {
      continue;
    }
    if (section_header.sh_type == SHT_SYMTAB || section_header.sh_type == SHT_DYNSYM) {
      read_symbols(elf, section, section_header, facts, &units);
    } else if (section_header.sh_type == SHT_DYNAMIC) {
      read_needed(elf, section, section_header, facts);
    } else if (section_header.sh_type == SHT_PROGBITS) {
      const char* name = elf_strptr(elf, names, section_header.sh_name);
      if (name != nullptr && std::strcmp(name, ".comment") == 0) read_compilers(section, facts);
    }
  }
  if (facts->calls_tsan) read_options(elf, units, facts);
}

// A library without a soname is named by its path; ours may carry a version.
bool needs_runtime(const std::vector<std::string>& libraries) {
  return std::any_of(libraries.begin(), libraries.end(), [](const std::string& library) {
    const std::string name = library.substr(library.rfind('/') + 1);
    return name == "libtsan.so.2" || name == "libclang_rt.tsan-x86_64.so" || name == "libselvage.so" ||
           name.rfind("libselvage.so.", 0) == 0;
  });
}

std::string other_runtime(const std::vector<std::string>& libraries) {
  const auto found = std::find_if(libraries.begin(), libraries.end(), [](const std::string& library) {
    return library.find("libtsan.so") != std::string::npos ||
           library.find("libclang_rt.") != std::string::npos;
  });
  return found == libraries.end() ? std::string() : *found;
}

ElfFacts read_file(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    const char* hint = errno == ENOENT && path.find('/') == std::string::npos
                           ? " (programs are not looked up in PATH: give the path, e.g. ./program)"
                           : "";
    throw Refused(fmt::format("cannot run {}: {}{}", path, std::strerror(errno), hint));
  }
  if (!S_ISREG(status.st_mode)) {
    throw Refused(fmt::format("cannot run {}: it is {}", path,
                              S_ISDIR(status.st_mode) ? "a directory" : "not a regular file"));
  }
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    throw Refused(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  }
  const CloseFile close_file{fd};
  ElfFacts facts;
  char magic[2] = {};
  facts.script = ::pread(fd, magic, 2, 0) == 2 && magic[0] == '#' && magic[1] == '!';
  facts.privileged = (status.st_mode & (S_ISUID | S_ISGID)) != 0 ||
                     ::getxattr(path.c_str(), "security.capability", nullptr, 0) > 0;
  elf_version(EV_CURRENT);
  const std::unique_ptr<Elf, int (*)(Elf*)> elf(elf_begin(fd, ELF_C_READ_MMAP, nullptr), elf_end);
  if (elf) {
    read_elf(elf.get(), &facts);
  }
  return facts;
}

}  // namespace

ElfFacts inspect_elf(const std::string& path) {
  ElfFacts facts = read_file(path);
  if (facts.elf && facts.program && ::access(path.c_str(), X_OK) != 0) {
    throw Refused(fmt::format("cannot run {}: {}", path, std::strerror(errno)));
  }
  return facts;
}

void add_libraries(const std::string& program, ElfFacts* facts) {
  // Has the loader list what it would load, as ldd does, and not start the program.
  std::string list;
  run_process({"/usr/bin/env", "LD_TRACE_LOADED_OBJECTS=1", std::filesystem::absolute(program).string()},
              &list);
  std::istringstream lines(list);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t arrow = line.find("=> /");
    if (arrow == std::string::npos) continue;
    const std::string path = line.substr(arrow + 3, line.rfind(" (") - (arrow + 3));
    // The system's are not instrumented.
    if (path.starts_with("/lib/") || path.starts_with("/usr/lib/")) continue;
    const ElfFacts library = read_file(path);
    if (!library.calls_tsan) continue;
    facts->may_have_builtins |= library.may_have_builtins;
    facts->gcc_without_plugin |= library.gcc_without_plugin;
    facts->clang_without_plugin |= library.clang_without_plugin;
    if (library.library_strings && !library.strings_instrumented) {
      facts->library_strings = true;
      facts->strings_instrumented = false;
    }
  }
}

std::string refusal(const ElfFacts& facts, const std::string& path, const std::string& libselvage) {
  const auto because = [&](const std::string& why) {
    return fmt::format("cannot explore {}: {}", path, why);
  };
  if (!facts.elf) {
    return because(facts.script ? "it is a script; name the program that the script runs"
                                : "it is not an ELF program");
  }
  if (!facts.x86_64) {
    return because("it is not a program for 64-bit x86, the only machine that Selvage knows");
  }
  if (!facts.program) {
    return because("it is an object file; link it first");
  }
  if (facts.contains_tsan) {
    return because(fmt::format(
        "the ThreadSanitizer runtime was linked into it, where Selvage cannot take its place; link it "
        "with -shared-libsan (clang; with g++, without -static-libtsan), or leave -fsanitize=thread off "
        "the link line and link {} instead",
        libselvage));
  }
  if (!facts.dynamic) {
    return because(
        "it is statically linked (or a shared library), so that nothing can be loaded before it; link it "
        "without -static");
  }
  if (facts.privileged) {
    return because(
        "it is setuid, setgid or has file capabilities, and the loader lets nobody take such programs over; "
        "explore a copy without them");
  }
  if (facts.explores) return because("it calls selvage::explore, and so explores by itself: just run it");
  if (!facts.calls_tsan) {
    return because(
        "it is not a -fsanitize=thread build (it calls none of the hooks); compile and link it with "
        "-fsanitize=thread -g");
  }
  if (needs_runtime(facts.needed)) {
    return {};
  }
  const std::string other = other_runtime(facts.needed);
  return because(fmt::format(
      "it was compiled with -fsanitize=thread but {}; link it with g++ -fsanitize=thread (GCC 11 or later), "
      "clang++ -fsanitize=thread -shared-libsan, or {}",
      other.empty() ? "linked with no runtime for it"
                    : fmt::format("needs {}, a runtime that Selvage does not stand in for", other),
      libselvage));
}

}  // namespace selvage::cli
