// One mapped ELF object and its debug information: code addresses to source lines.
#pragma once

#include <elfutils/libdwfl.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "record.hpp"

namespace selvage::report {

/// The function that holds an address, and the inlined calls that the address lies in.
struct CodeScopes {
  Dwarf_Die unit{};                  ///< the compilation unit
  std::vector<Dwarf_Die> functions;  ///< outermost (not inlined) first
  std::vector<Dwarf_Die> scopes;     ///< the same with the lexical blocks between them
};

/// Opens the file at first use. Every address is a run-time address. Unknown is empty, never an error: a
/// report without names is better than none.
class ModuleFile {
 public:
  explicit ModuleFile(Module module);
  ~ModuleFile();
  ModuleFile(const ModuleFile&) = delete;
  ModuleFile& operator=(const ModuleFile&) = delete;

  [[nodiscard]] const Module& module() const { return module_; }
  [[nodiscard]] bool holds(std::uint64_t address) const {
    return address >= module_.low && address < module_.high;
  }

  /// The frames at `pc`, innermost first; inlined calls give more than one.
  std::vector<SourceLocation> frames(std::uint64_t pc);
  /// Does code come from this line (0: any line) of a file that `wanted` is true of, or is inlined there?
  bool has_code_at(const std::function<bool(const std::string&)>& wanted, unsigned line);
  /// Where `pc` is, for those who look at the debug information themselves.
  CodeScopes scopes(std::uint64_t pc);
  /// The compilation units. Stable while the ModuleFile lives.
  const std::vector<Dwarf_Die*>& units();
  /// What to add to an address in the debug information for the run-time address.
  std::uint64_t bias();
  Dwfl_Module* handle();

 private:
  struct Range {
    std::uint64_t low, high;
    std::size_t unit;
  };
  struct Function {
    std::uint64_t low, high;
    Dwarf_Die die;
  };
  void open();
  void index_units();
  const std::vector<Function>& functions_of(std::size_t unit);
  SourceLocation line_at(Dwarf_Die* unit, std::uint64_t address);
  SourceLocation call_site(Dwarf_Die* unit, Dwarf_Die* inlined);
  std::string function_symbol(std::uint64_t pc);

  Module module_;
  bool opened_ = false;
  std::unique_ptr<Dwfl, void (*)(Dwfl*)> dwfl_;
  Dwfl_Module* handle_ = nullptr;
  bool indexed_ = false;
  std::uint64_t bias_ = 0;
  std::vector<Dwarf_Die*> units_;
  std::vector<Range> ranges_;
  std::map<std::size_t, std::vector<Function>> functions_;
};

}  // namespace selvage::report
