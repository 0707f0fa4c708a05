// Data addresses to the names of variables: globals and statics by the symbol table and their types, local
// variables by a frame address.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "module_file.hpp"

namespace selvage::report {

/// The variables of one module.
class Variables {
 public:
  explicit Variables(ModuleFile& file) : file_(file) {}
  /// "count", "racy::table[4]", "account.balance", "buffer+16"; empty where no variable is there.
  std::string global(std::uint64_t address);
  /// The thread-local variable `offset` bytes into the module's thread-local block.
  std::string thread_local_at(std::uint64_t offset);
  /// The local variable at `address` of the function that `pc` lies in, whose canonical frame address is
  /// `frame`; empty where none is there.
  std::string local(std::uint64_t pc, std::uint64_t frame, std::uint64_t address);

 private:
  struct Symbol {
    std::uint64_t low, high;
    std::string name;
  };
  struct Typed {
    std::uint64_t low;
    Dwarf_Die die;
  };
  void index_symbols();
  void index_types();
  static const Symbol* find(const std::vector<Symbol>& symbols, std::uint64_t address);

  ModuleFile& file_;
  bool symbols_indexed_ = false, types_indexed_ = false;
  std::vector<Symbol> symbols_, thread_locals_;
  std::vector<Typed> types_;
};

/// The part of an object of the DIE's type that lies `offset` bytes in: ".balance", "[4].x", "+16".
/// Does not look into the types of the standard library.
std::string member_path(Dwarf_Die die, std::uint64_t offset);

}  // namespace selvage::report
