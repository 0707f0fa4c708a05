// Which part of an object an offset names, by the type's debug information.
#include <dwarf.h>

#include <cstring>
#include <string_view>

#include "variables.hpp"

namespace selvage::report {
namespace {

std::string plus(std::uint64_t offset) { return offset == 0 ? std::string() : "+" + std::to_string(offset); }

bool is_standard(Dwarf_Die type) {
  Dwarf_Die* scopes = nullptr;
  const int count = dwarf_getscopes_die(&type, &scopes);
  bool standard = false;
  for (int i = 0; i < count; ++i) {
    const char* name = dwarf_tag(&scopes[i]) == DW_TAG_namespace ? dwarf_diename(&scopes[i]) : nullptr;
    standard |= name != nullptr && (std::string_view(name) == "std" || std::string_view(name) == "__gnu_cxx");
  }
  free(scopes);
  return standard;
}

bool is_std_array(Dwarf_Die type) {
  const char* name = dwarf_diename(&type);
  return name != nullptr && std::strncmp(name, "array<", 6) == 0 && is_standard(type);
}

// The type of a variable, member or array, without typedefs and const.
bool type_of(Dwarf_Die* die, Dwarf_Die* type) {
  Dwarf_Attribute attribute;
  Dwarf_Die named;
  return dwarf_formref_die(dwarf_attr_integrate(die, DW_AT_type, &attribute), &named) != nullptr &&
         dwarf_peel_type(&named, type) == 0;
}

// The member or base class of `type` that holds `offset`; `offset` becomes relative to it.
bool member_at(Dwarf_Die* type, std::uint64_t* offset, Dwarf_Die* member) {
  if (dwarf_child(type, member) != 0) {
    return false;
  }
  do {
    const int tag = dwarf_tag(member);
    Dwarf_Attribute attribute;
    Dwarf_Word position = 0, size = 0;
    Dwarf_Die its_type;
    if ((tag != DW_TAG_member && tag != DW_TAG_inheritance) ||
        dwarf_formudata(dwarf_attr(member, DW_AT_data_member_location, &attribute), &position) != 0) {
      continue;  // also static members, which lie elsewhere
    }
    if (type_of(member, &its_type) && dwarf_aggregate_size(&its_type, &size) == 0 && *offset >= position &&
        *offset < position + size) {
      *offset -= position;
      return true;
    }
  } while (dwarf_siblingof(member, member) == 0);
  return false;
}

// "[2][3]" for an offset into an array, which becomes relative to the element. False where bounds are
// unknown.
bool elements_at(Dwarf_Die* array, std::uint64_t* offset, std::string* path) {
  std::vector<std::uint64_t> counts;
  Dwarf_Die range, element;
  Dwarf_Word size = 0;
  if (dwarf_child(array, &range) != 0 || !type_of(array, &element) ||
      dwarf_aggregate_size(&element, &size) != 0 || size == 0) {
    return false;
  }
  do {
    Dwarf_Attribute attribute;
    Dwarf_Word bound = 0;
    if (dwarf_formudata(dwarf_attr(&range, DW_AT_upper_bound, &attribute), &bound) == 0) {
      counts.push_back(bound + 1);
    } else if (dwarf_formudata(dwarf_attr(&range, DW_AT_count, &attribute), &bound) == 0) {
      counts.push_back(bound);
    } else {
      return false;
    }
  } while (dwarf_siblingof(&range, &range) == 0);
  std::uint64_t stride = size;
  for (std::size_t i = 1; i < counts.size(); ++i) {
    stride *= counts[i];
  }
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (stride == 0) {
      return false;
    }
    *path += "[" + std::to_string(*offset / stride) + "]";
    *offset %= stride;
    stride /= i + 1 < counts.size() ? counts[i + 1] : 1;
  }
  return true;
}

}  // namespace

std::string member_path(Dwarf_Die die, std::uint64_t offset) {
  std::string path;
  Dwarf_Die type;
  while (type_of(&die, &type)) {
    const int tag = dwarf_tag(&type);
    const bool array = is_std_array(type);
    if ((tag == DW_TAG_structure_type || tag == DW_TAG_class_type) && (array || !is_standard(type))) {
      Dwarf_Die member;
      if (!member_at(&type, &offset, &member)) {
        break;
      }
      if (array) {
        // Its one member has a name that nobody writes.
      } else if (const char* name = dwarf_tag(&member) == DW_TAG_member ? dwarf_diename(&member) : nullptr) {
        path += std::string(".") + name;
      }
      die = member;
    } else if (tag != DW_TAG_array_type || !elements_at(&type, &offset, &path)) {
      break;
    } else {
      die = type;
    }
  }
  return path + plus(offset);
}

}  // namespace selvage::report
