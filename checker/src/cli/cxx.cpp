#include "cxx.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "cxx_plan.hpp"
#include "exit_status.hpp"
#include "process.hpp"
#include "shell.hpp"

namespace selvage::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHelp =
    "Usage: selvage c++ [--compiler COMPILER] [--show] ARGS...\n"
    "\n"
    "Runs a C++ compiler (--compiler, else the environment's CXX, else g++; g++ 12 or later or clang++ 14 "
    "or\n"
    "later) with the flags that Selvage needs. Compilation gets -g -fsanitize=thread -fno-inline and "
    "others,\n"
    "and -Og where no -O is given; a link gets libselvage in place of the compiler's ThreadSanitizer "
    "runtime.\n"
    "ARGS are the compiler's own. The program that comes out runs normally, or under `selvage run`.\n"
    "\n"
    "  --show   print the commands and do not run them\n"
    "\n"
    "Exit status: the compiler's; 3 where it could not be run.\n";

Toolchain probe(std::vector<std::string> command, const Layout& layout) {
  Toolchain toolchain;
  toolchain.command = command;
  for (const char* word : {"-dM", "-E", "-x", "c++", "/dev/null"}) command.emplace_back(word);
  std::string macros;
  if (run_process(command, &macros) != 0) {
    throw Refused(
        fmt::format("selvage c++: {} is not a C++ compiler that works", shell_line(toolchain.command)));
  }
  std::istringstream lines(macros);
  for (std::string define, name, value; lines >> define >> name && std::getline(lines, value);) {
    if (name == "__clang_major__") {
      toolchain.clang = true;
      toolchain.major = std::atoi(value.c_str());
      toolchain.takes_plugin =
          toolchain.major == SELVAGE_CLANG_PLUGIN_VERSION && fs::exists(layout.clang_plugin);
    } else if (name == "__GNUC__" && !toolchain.clang) {
      toolchain.major = std::atoi(value.c_str());
    } else if (name == "__VERSION__" && !toolchain.clang) {
      toolchain.takes_plugin =
          value == " \"" SELVAGE_GCC_PLUGIN_VERSION "\"" && fs::exists(layout.gcc_plugin);
    }
  }
  return toolchain;
}

std::vector<std::string> compiler_words(const std::string& chosen) {
  const char* cxx = std::getenv("CXX");
  std::istringstream text(!chosen.empty() ? chosen : cxx != nullptr && *cxx != '\0' ? cxx : "g++");
  std::vector<std::string> words;
  for (std::string word; text >> word;) words.push_back(word);
  if (words.empty()) words.emplace_back("g++");
  return words;
}

// A directory for the objects of a command that compiles and links; removed with what is in it.
class TemporaryDir {
 public:
  explicit TemporaryDir(bool needed) {
    if (!needed) return;
    const char* base = std::getenv("TMPDIR");
    path_ = std::string(base != nullptr && *base != '\0' ? base : "/tmp") + "/selvage-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) {
      throw Refused(fmt::format("cannot create a directory {}: {}", path_, std::strerror(errno)));
    }
  }
  ~TemporaryDir() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  TemporaryDir(const TemporaryDir&) = delete;
  TemporaryDir& operator=(const TemporaryDir&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

void show(const CxxPlan& plan, const std::string& temporary_dir) {
  if (!plan.temporaries.empty()) fmt::print("{}\n", shell_line({"mkdir", "-p", temporary_dir}));
  for (const auto& command : plan.commands) fmt::print("{}\n", shell_line(command));
}

}  // namespace

int cxx_command(std::vector<std::string> words) {
  bool show_only = false;
  std::string compiler;
  while (!words.empty()) {
    if (words.front() == "--show") {
      show_only = true;
    } else if (words.front() == "--compiler" && words.size() > 1) {
      compiler = words[1];
      words.erase(words.begin());
    } else if (words.front() == "--help") {
      fmt::print("{}", kHelp);
      return 0;
    } else {
      break;
    }
    words.erase(words.begin());
  }
  if (words.empty()) throw Refused("selvage c++: no arguments for the compiler (see selvage c++ --help)");
  // It means nothing to any compiler: so it may stand among the compiler's own.
  if (const auto at = std::find(words.begin(), words.end(), "--compiler");
      at != words.end() && at + 1 != words.end()) {
    compiler = at[1];
    words.erase(at, at + 2);
  }
  const CxxArguments arguments = parse_cxx_arguments(words);
  const Layout layout = find_layout();
  const Toolchain toolchain = probe(compiler_words(compiler), layout);
  if (show_only) {
    const std::string directory = "/tmp/selvage-objects";
    show(plan_cxx(arguments, toolchain, layout, directory), directory);
    return 0;
  }
  if (arguments.has_inputs() && arguments.links && !fs::exists(layout.libselvage)) {
    throw Refused(
        fmt::format("{} is missing: this installation of Selvage is incomplete", layout.libselvage));
  }
  const TemporaryDir temporaries(arguments.links && arguments.has_sources());
  const CxxPlan plan = plan_cxx(arguments, toolchain, layout, temporaries.path());
  for (const auto& command : plan.commands) {
    if (const int status = run_process(command); status != 0) return status;
  }
  return 0;
}

}  // namespace selvage::cli
