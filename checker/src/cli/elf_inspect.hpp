// Can Selvage take a program over? What its ELF file says.
#pragma once

#include <string>
#include <vector>

namespace selvage::cli {

struct ElfFacts {
  bool elf = false;            ///< an ELF file at all
  bool script = false;         ///< begins with "#!"
  bool x86_64 = false;         ///< 64 bits, for this machine
  bool program = false;        ///< ET_EXEC or ET_DYN: neither an object file nor a core
  bool dynamic = false;        ///< names a dynamic loader, which reads LD_PRELOAD
  bool privileged = false;     ///< setuid, setgid or file capabilities: the loader ignores LD_PRELOAD
  bool calls_tsan = false;     ///< has undefined __tsan_* symbols but __tsan_init: some of it is instrumented
  bool explores = false;       ///< calls selvage::explore
  bool contains_tsan = false;  ///< defines __tsan_init: the runtime was linked into it
  bool library_strings =
      false;  ///< calls std::string's functions in the C++ library, which is not instrumented
  bool strings_instrumented =
      false;                      ///< ... but only uninstrumented parts of it do, as `selvage c++` linked it
  bool contains_library = false;  ///< the C++ library was linked into it (-static-libstdc++)
  std::vector<std::string> needed;  ///< DT_NEEDED, in order
};

/// Throws Refused where `path` is no readable regular file.
ElfFacts inspect_elf(const std::string& path);

/// Names the symbol by which `selvage c++` tells of ElfFacts::strings_instrumented.
inline constexpr const char* kStringsInstrumented = "selvage_strings_are_instrumented";

/// Why the program cannot be explored, in one line that says what to do; empty where it can.
/// `libselvage` is named as the library to link.
std::string refusal(const ElfFacts& facts, const std::string& path, const std::string& libselvage);

}  // namespace selvage::cli
