#include "elf_inspect.hpp"

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
#include <memory>
#include <string_view>

#include "exit_status.hpp"

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

void read_symbols(Elf* elf, Elf_Scn* section, const GElf_Shdr& header, ElfFacts* facts) {
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
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf, section)) != nullptr;) {
    GElf_Shdr section_header;
    if (gelf_getshdr(section, &section_header) == nullptr) {
      continue;
    }
    if (section_header.sh_type == SHT_SYMTAB || section_header.sh_type == SHT_DYNSYM) {
      read_symbols(elf, section, section_header, facts);
    } else if (section_header.sh_type == SHT_DYNAMIC) {
      read_needed(elf, section, section_header, facts);
    }
  }
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

}  // namespace

ElfFacts inspect_elf(const std::string& path) {
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
  if (facts.elf && facts.program && ::access(path.c_str(), X_OK) != 0) {
    throw Refused(fmt::format("cannot run {}: {}", path, std::strerror(errno)));
  }
  return facts;
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
