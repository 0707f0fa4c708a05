#include "variables.hpp"

#include <dwarf.h>

#include <algorithm>
#include <string_view>

#include "demangle.hpp"

namespace selvage::report {
namespace {

// The address operand of "DW_OP_addr X", the whole location of a global variable.
bool static_address(Dwarf_Die* die, std::uint64_t* address) {
  Dwarf_Attribute attribute;
  Dwarf_Op* ops = nullptr;
  std::size_t count = 0;
  if (dwarf_getlocation(dwarf_attr(die, DW_AT_location, &attribute), &ops, &count) != 0 || count != 1 ||
      (ops[0].atom != DW_OP_addr && ops[0].atom != DW_OP_addrx)) {
    return false;
  }
  if (ops[0].atom == DW_OP_addr) {
    *address = ops[0].number;
    return true;
  }
  Dwarf_Attribute indirect;
  return dwarf_getlocation_attr(&attribute, ops, &indirect) == 0 && dwarf_formaddr(&indirect, address) == 0;
}

// Where local variables are counted from, relative to the canonical frame address.
struct FrameBase {
  bool known = false;       // DW_OP_fbreg counts from ...
  std::int64_t offset = 0;  // ... here
  bool has_rule = false;    // at this pc: frame address = reg + reg_offset
  unsigned reg = 0;
  std::int64_t reg_offset = 0;
};

// The unwinder's rule at `pc`.
void read_frame_rule(Dwfl_Module* module, std::uint64_t pc, FrameBase* base) {
  Dwarf_Addr bias = 0;
  Dwarf_CFI* rules = dwfl_module_eh_cfi(module, &bias);
  Dwarf_Frame* frame = nullptr;
  Dwarf_Op* ops = nullptr;
  std::size_t count = 0;
  if (rules != nullptr && dwarf_cfi_addrframe(rules, pc - bias, &frame) == 0 &&
      dwarf_frame_cfa(frame, &ops, &count) == 0 && count == 1 && ops[0].atom == DW_OP_bregx) {
    base->has_rule = true;
    base->reg = static_cast<unsigned>(ops[0].number);
    base->reg_offset = static_cast<std::int64_t>(ops[0].number2);
  }
  free(frame);
}

// GCC counts from the frame address itself, clang from rbp or rsp, which the rule ties to it.
FrameBase frame_base(Dwfl_Module* module, Dwarf_Die* function, std::uint64_t pc) {
  FrameBase base;
  read_frame_rule(module, pc, &base);
  Dwarf_Attribute attribute;
  Dwarf_Op* ops = nullptr;
  std::size_t count = 0;
  if (dwarf_getlocation(dwarf_attr(function, DW_AT_frame_base, &attribute), &ops, &count) != 0 ||
      count != 1) {
    return base;
  }
  if (ops[0].atom == DW_OP_call_frame_cfa) {
    base.known = true;
  } else if (base.has_rule && ops[0].atom == DW_OP_reg0 + base.reg) {
    base.known = true;
    base.offset = -base.reg_offset;
  }
  return base;
}

// Where a variable lies at `address` of its function, relative to the canonical frame address.
bool position(Dwarf_Die* variable, std::uint64_t address, const FrameBase& base, std::int64_t* result) {
  Dwarf_Attribute attribute;
  Dwarf_Op* ops = nullptr;
  std::size_t count = 0;
  // A variable may have several locations, each for a part of the function.
  if (dwarf_getlocation_addr(dwarf_attr(variable, DW_AT_location, &attribute), address, &ops, &count, 1) !=
          1 ||
      count == 0) {
    return false;
  }
  const auto operand = static_cast<std::int64_t>(ops[0].number);
  if (count == 1 && ops[0].atom == DW_OP_fbreg && base.known) {
    *result = base.offset + operand;
    return true;
  }
  if (count == 1 && base.has_rule && ops[0].atom == DW_OP_breg0 + base.reg) {
    *result = operand - base.reg_offset;
    return true;
  }
  return false;
}

std::uint64_t size_of(Dwarf_Die* variable) {
  Dwarf_Attribute attribute;
  Dwarf_Die type;
  Dwarf_Word size = 0;
  const bool known =
      dwarf_formref_die(dwarf_attr_integrate(variable, DW_AT_type, &attribute), &type) != nullptr &&
      dwarf_aggregate_size(&type, &size) == 0;
  return known ? size : 0;
}

}  // namespace

void Variables::index_symbols() {
  if (symbols_indexed_) {
    return;
  }
  symbols_indexed_ = true;
  Dwfl_Module* module = file_.handle();
  const int count = module == nullptr ? 0 : dwfl_module_getsymtab(module);
  for (int i = 1; i < count; ++i) {
    GElf_Sym symbol;
    GElf_Addr address = 0;
    const char* name = dwfl_module_getsym_info(module, i, &symbol, &address, nullptr, nullptr, nullptr);
    if (name == nullptr || *name == '\0' || symbol.st_size == 0 || symbol.st_shndx == SHN_UNDEF) {
      continue;
    }
    if (GELF_ST_TYPE(symbol.st_info) == STT_OBJECT) {
      symbols_.push_back({address, address + symbol.st_size, name});
    } else if (GELF_ST_TYPE(symbol.st_info) == STT_TLS) {
      thread_locals_.push_back({symbol.st_value, symbol.st_value + symbol.st_size, name});
    }
  }
  // Aliases: the smallest object and then the shortest name; any fixed order will do, as long as it is one.
  const auto before = [](const Symbol& a, const Symbol& b) {
    return std::tuple(a.low, a.high, a.name.size(), a.name) <
           std::tuple(b.low, b.high, b.name.size(), b.name);
  };
  std::sort(symbols_.begin(), symbols_.end(), before);
  std::sort(thread_locals_.begin(), thread_locals_.end(), before);
}

void Variables::index_types() {
  if (types_indexed_) {
    return;
  }
  types_indexed_ = true;
  std::vector<Dwarf_Die> open;
  for (Dwarf_Die* unit : file_.units()) {
    open.push_back(*unit);
  }
  while (!open.empty()) {
    Dwarf_Die child, parent = open.back();
    open.pop_back();
    if (dwarf_child(&parent, &child) != 0) {
      continue;
    }
    do {
      std::uint64_t address = 0;
      if (dwarf_tag(&child) == DW_TAG_variable && static_address(&child, &address)) {
        types_.push_back({address + file_.bias(), child});
      }
      if (dwarf_haschildren(&child) != 0) {
        open.push_back(child);
      }
    } while (dwarf_siblingof(&child, &child) == 0);
  }
  std::stable_sort(types_.begin(), types_.end(),
                   [](const Typed& a, const Typed& b) { return a.low < b.low; });
}

const Variables::Symbol* Variables::find(const std::vector<Symbol>& symbols, std::uint64_t address) {
  auto after = std::upper_bound(symbols.begin(), symbols.end(), address,
                                [](std::uint64_t value, const Symbol& symbol) { return value < symbol.low; });
  // Objects do not overlap but for aliases, which start at one address: the first of them is the best.
  const Symbol* found = nullptr;
  while (after != symbols.begin()) {
    --after;
    if (found != nullptr && after->low != found->low) {
      break;
    }
    if (address < after->high) {
      found = &*after;
    } else if (found == nullptr) {
      break;
    }
  }
  return found;
}

std::string Variables::global(std::uint64_t address) {
  index_symbols();
  const Symbol* symbol = find(symbols_, address);
  if (symbol == nullptr) {
    return {};
  }
  std::string name = demangle(symbol->name);
  constexpr std::string_view kGuard = "guard variable for ";
  if (name.rfind(kGuard, 0) == 0) {
    return name;
  }
  index_types();
  const auto typed = std::lower_bound(types_.begin(), types_.end(), symbol->low,
                                      [](const Typed& type, std::uint64_t low) { return type.low < low; });
  if (typed != types_.end() && typed->low == symbol->low) {
    return name + member_path(typed->die, address - symbol->low);
  }
  return address == symbol->low ? name : name + "+" + std::to_string(address - symbol->low);
}

std::string Variables::thread_local_at(std::uint64_t offset) {
  index_symbols();
  const Symbol* symbol = find(thread_locals_, offset);
  if (symbol == nullptr) {
    return {};
  }
  const std::string name = demangle(symbol->name);
  return offset == symbol->low ? name : name + "+" + std::to_string(offset - symbol->low);
}

std::string Variables::local(std::uint64_t pc, std::uint64_t frame, std::uint64_t address) {
  CodeScopes found = file_.scopes(pc);
  if (found.functions.empty()) {
    return {};
  }
  const FrameBase base = frame_base(file_.handle(), &found.functions.front(), pc);
  const auto wanted = static_cast<std::int64_t>(address - frame);
  for (std::size_t i = found.scopes.size(); i-- > 0;) {
    Dwarf_Die child;
    if (dwarf_child(&found.scopes[i], &child) != 0) {
      continue;
    }
    do {
      std::int64_t offset = 0;
      const int tag = dwarf_tag(&child);
      if ((tag == DW_TAG_variable || tag == DW_TAG_formal_parameter) &&
          position(&child, pc - file_.bias(), base, &offset) && wanted >= offset &&
          wanted < offset + static_cast<std::int64_t>(size_of(&child))) {
        if (const char* name = dwarf_diename(&child)) {
          return name + member_path(child, static_cast<std::uint64_t>(wanted - offset));
        }
      }
    } while (dwarf_siblingof(&child, &child) == 0);
  }
  return {};
}

}  // namespace selvage::report
