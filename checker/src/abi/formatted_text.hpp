// What the arguments of printf() and scanf() point to.
#pragma once

#include <cstdarg>

#include "abi/accesses.hpp"

namespace selvage::abi {

/// Tells what printing by `format` reads: it, and the texts among the arguments; and writes (%n). Leaves `list` as it was.
/// (Arguments that are numbered, as in %1$s, are not looked at.)
void tell_printed(const Accesses& access, const char* format, va_list list);
/// Tells what reading `text` by `format` writes, once it has: the first `assigned` arguments. Leaves `list` as it was.
void tell_scanned(const Accesses& access, const char* format, va_list list, int assigned);

}  // namespace selvage::abi
