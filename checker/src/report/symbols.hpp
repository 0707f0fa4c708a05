// Addresses of a run to names: code to file, line and function; data to variables.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "record.hpp"

namespace selvage::report {

class ModuleFile;
class Variables;

/// A frame, and whether it is in the user's own code.
struct Frame {
  SourceLocation where;
  bool user = false;
};

/// Everything is looked up once and remembered. Not thread-safe.
class Symbols {
 public:
  /// Files below `directory` are named relative to it; default: the current directory.
  explicit Symbols(const std::vector<Module>& modules);
  Symbols(const std::vector<Module>& modules, std::string directory);
  ~Symbols();
  Symbols(Symbols&&) noexcept;

  /// The frames at one code address, innermost first (inlined calls give more than one).
  const std::vector<Frame>& frames(std::uint64_t pc);
  /// A stack of return addresses, innermost first, without the frames of Selvage, of the standard library
  /// and of the C library wherever a frame of the user's is left.
  std::vector<SourceLocation> stack(const std::vector<std::uint64_t>& return_addresses);
  /// Is the call before a return address in the user's own code, or inlined into it from the user's own code?
  bool in_user_code(std::uint64_t return_address);
  /// Is there code of the user's from this line (0: any line) of a file that `wanted` is true of? It is given absolute
  /// paths.
  bool has_code_at(const std::function<bool(const std::string&)>& wanted, unsigned line);
  /// The global or static variable at `address`, e.g. "racy::table[4]"; empty where there is none.
  std::string variable(std::uint64_t address);
  /// The executable's thread-local variable at an offset into its block; empty where there is none.
  std::string thread_local_variable(std::uint64_t offset);
  /// The local variable at `address` in the frame `frame` of the function called from before
  /// `return_address`.
  std::string local_variable(std::uint64_t return_address, std::uint64_t frame, std::uint64_t address);

 private:
  struct Loaded;
  Loaded* module_at(std::uint64_t address);
  std::string shown_path(const std::string& path) const;

  std::string directory_;
  std::vector<std::unique_ptr<Loaded>> modules_;
  std::map<std::uint64_t, std::vector<Frame>> frames_;
  std::map<std::uint64_t, std::string> variables_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::string> locals_;  // by return address and offset
};

}  // namespace selvage::report
