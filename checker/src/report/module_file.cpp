#include "module_file.hpp"

#include <dwarf.h>

#include <cstdlib>
#include <filesystem>

#include "demangle.hpp"

namespace selvage::report {
namespace {

char* g_debuginfo_path = nullptr;  // libdwfl's default search path for separate debug files

const Dwfl_Callbacks kCallbacks = {dwfl_build_id_find_elf, dwfl_standard_find_debuginfo,
                                   dwfl_offline_section_address, &g_debuginfo_path};

std::string absolute_path(Dwarf_Die* unit, const char* file) {
  if (file == nullptr) {
    return {};
  }
  std::filesystem::path path = file;
  Dwarf_Attribute attribute;
  if (path.is_relative()) {
    if (const char* directory = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute))) {
      path = std::filesystem::path(directory) / path;
    }
  }
  return path.lexically_normal().string();
}

std::string function_name(Dwarf_Die* die) {
  Dwarf_Attribute attribute;
  for (const unsigned name : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name}) {
    if (const char* text = dwarf_formstring(dwarf_attr_integrate(die, name, &attribute))) {
      return demangle(text);
    }
  }
  const char* text = dwarf_diename(die);
  if (text == nullptr) {
    return {};
  }
  // The body of an inlined lambda has no linkage name.
  return std::string_view(text) == "operator()" ? "lambda" : text;
}

bool is_code_scope(int tag) {
  return tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block || tag == DW_TAG_try_block ||
         tag == DW_TAG_catch_block;
}

}  // namespace

ModuleFile::ModuleFile(Module module) : module_(std::move(module)), dwfl_(nullptr, dwfl_end) {}
ModuleFile::~ModuleFile() = default;

void ModuleFile::open() {
  if (opened_) {
    return;
  }
  opened_ = true;
  dwfl_.reset(dwfl_begin(&kCallbacks));
  if (!dwfl_) {
    return;
  }
  dwfl_report_begin(dwfl_.get());
  handle_ = dwfl_report_elf(dwfl_.get(), module_.path.c_str(), module_.path.c_str(), -1, module_.base, true);
  dwfl_report_end(dwfl_.get(), nullptr, nullptr);
}

Dwfl_Module* ModuleFile::handle() {
  open();
  return handle_;
}

// clang writes no .debug_aranges, so that the units' own ranges are what can be relied on.
void ModuleFile::index_units() {
  if (indexed_) {
    return;
  }
  indexed_ = true;
  if (handle() == nullptr) {
    return;
  }
  Dwarf_Addr bias = 0;
  for (Dwarf_Die* unit = nullptr; (unit = dwfl_module_nextcu(handle_, unit, &bias)) != nullptr;) {
    bias_ = bias;
    Dwarf_Addr base = 0, low = 0, high = 0;
    for (std::ptrdiff_t next = 0; (next = dwarf_ranges(unit, next, &base, &low, &high)) > 0;) {
      ranges_.push_back({low, high, units_.size()});
    }
    units_.push_back(unit);
  }
}

const std::vector<Dwarf_Die*>& ModuleFile::units() {
  index_units();
  return units_;
}

std::uint64_t ModuleFile::bias() {
  index_units();
  return bias_;
}

// Functions are found anywhere: in namespaces, and (lambdas) in types inside functions.
const std::vector<ModuleFile::Function>& ModuleFile::functions_of(std::size_t unit) {
  const auto [entry, fresh] = functions_.try_emplace(unit);
  if (!fresh) {
    return entry->second;
  }
  std::vector<Dwarf_Die> open_dies{*units_[unit]};
  while (!open_dies.empty()) {
    Dwarf_Die child, parent = open_dies.back();
    open_dies.pop_back();
    if (dwarf_child(&parent, &child) != 0) {
      continue;
    }
    do {
      if (dwarf_tag(&child) == DW_TAG_subprogram) {
        Dwarf_Addr base = 0, low = 0, high = 0;
        for (std::ptrdiff_t next = 0; (next = dwarf_ranges(&child, next, &base, &low, &high)) > 0;) {
          entry->second.push_back({low, high, child});
        }
      }
      if (dwarf_haschildren(&child) != 0) {
        open_dies.push_back(child);
      }
    } while (dwarf_siblingof(&child, &child) == 0);
  }
  return entry->second;
}

CodeScopes ModuleFile::scopes(std::uint64_t pc) {
  index_units();
  const std::uint64_t address = pc - bias_;
  CodeScopes found;
  for (const Range& range : ranges_) {
    if (address < range.low || address >= range.high) {
      continue;
    }
    for (const Function& function : functions_of(range.unit)) {
      if (address >= function.low && address < function.high) {
        found.unit = *units_[range.unit];
        found.functions = {function.die};
        found.scopes = {function.die};
        break;
      }
    }
    if (!found.functions.empty()) {
      break;
    }
    found.unit = *units_[range.unit];
  }
  if (found.functions.empty()) {
    return found;
  }
  for (bool deeper = true; deeper;) {
    deeper = false;
    Dwarf_Die child;
    if (dwarf_child(&found.scopes.back(), &child) != 0) {
      break;
    }
    do {
      if (is_code_scope(dwarf_tag(&child)) && dwarf_haspc(&child, address) > 0) {
        found.scopes.push_back(child);
        if (dwarf_tag(&child) == DW_TAG_inlined_subroutine) {
          found.functions.push_back(child);
        }
        deeper = true;
        break;
      }
    } while (dwarf_siblingof(&child, &child) == 0);
  }
  return found;
}

SourceLocation ModuleFile::line_at(Dwarf_Die* unit, std::uint64_t address) {
  SourceLocation where;
  // Line 0 marks code that the compiler made up; what stands a few bytes before it is the best answer.
  for (std::uint64_t back = 0; back < 64 && address >= back; ++back) {
    Dwarf_Line* line = dwarf_getsrc_die(unit, address - back);
    int number = 0;
    if (line != nullptr && dwarf_lineno(line, &number) == 0 && number > 0) {
      where.file = absolute_path(unit, dwarf_linesrc(line, nullptr, nullptr));
      where.line = static_cast<unsigned>(number);
      break;
    }
  }
  return where;
}

SourceLocation ModuleFile::call_site(Dwarf_Die* unit, Dwarf_Die* inlined) {
  SourceLocation where;
  Dwarf_Attribute attribute;
  Dwarf_Word file = 0, line = 0;
  Dwarf_Files* files = nullptr;
  std::size_t count = 0;
  if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &file) == 0 &&
      dwarf_getsrcfiles(unit, &files, &count) == 0 && file < count) {
    where.file = absolute_path(unit, dwarf_filesrc(files, file, nullptr, nullptr));
  }
  if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &line) == 0) {
    where.line = static_cast<unsigned>(line);
  }
  return where;
}

std::string ModuleFile::function_symbol(std::uint64_t pc) {
  GElf_Off offset = 0;
  GElf_Sym symbol;
  const char* name = handle() == nullptr
                         ? nullptr
                         : dwfl_module_addrinfo(handle_, pc, &offset, &symbol, nullptr, nullptr, nullptr);
  // addrinfo also answers with the nearest symbol before the address, whatever it is.
  const bool inside = name != nullptr && GELF_ST_TYPE(symbol.st_info) == STT_FUNC;
  return inside ? demangle(name) : std::string();
}

std::vector<SourceLocation> ModuleFile::frames(std::uint64_t pc) {
  std::vector<SourceLocation> result;
  CodeScopes found = scopes(pc);
  const std::string symbol = function_symbol(pc);
  if (found.functions.empty()) {
    SourceLocation where;
    if (found.unit.addr != nullptr) {
      where = line_at(&found.unit, pc - bias_);
    }
    where.function = symbol;
    if (!where.function.empty() || !where.file.empty()) {
      result.push_back(std::move(where));
    }
    return result;
  }
  SourceLocation where = line_at(&found.unit, pc - bias_);
  for (std::size_t i = found.functions.size(); i-- > 0;) {
    where.function = function_name(&found.functions[i]);
    if (i == 0 && !symbol.empty()) {
      where.function = symbol;  // the linker's name knows in which function a lambda stands
    }
    result.push_back(where);
    if (i > 0) {
      where = call_site(&found.unit, &found.functions[i]);
    }
  }
  return result;
}

bool ModuleFile::has_code_at(const std::function<bool(const std::string&)>& wanted, unsigned line) {
  for (Dwarf_Die* unit : units()) {
    Dwarf_Lines* lines = nullptr;
    std::size_t count = 0;
    if (dwarf_getsrclines(unit, &lines, &count) != 0) continue;
    for (std::size_t i = 0; i < count; ++i) {
      Dwarf_Line* row = dwarf_onesrcline(lines, i);
      int number = 0;
      if (dwarf_lineno(row, &number) != 0 || number == 0) continue;
      if (line != 0 && static_cast<unsigned>(number) != line) continue;
      if (wanted(absolute_path(unit, dwarf_linesrc(row, nullptr, nullptr)))) return true;
    }
  }
  if (line == 0) return false;
  // A call that is nothing but what was inlined for it may have no row of its own.
  for (Dwarf_Die* unit : units()) {
    std::vector<Dwarf_Die> open_dies{*unit};
    while (!open_dies.empty()) {
      Dwarf_Die child, parent = open_dies.back();
      open_dies.pop_back();
      if (dwarf_child(&parent, &child) != 0) continue;
      do {
        if (dwarf_tag(&child) == DW_TAG_inlined_subroutine) {
          const SourceLocation where = call_site(unit, &child);
          if (where.line == line && wanted(where.file)) return true;
        }
        if (dwarf_haschildren(&child) != 0) open_dies.push_back(child);
      } while (dwarf_siblingof(&child, &child) == 0);
    }
  }
  return false;
}

}  // namespace selvage::report
