// C++ names: from the linker's spelling to what a person wrote.
#pragma once

#include <string>
#include <string_view>

namespace selvage::report {

/// The demangled name, or `name` itself where it is not a mangled one. Notes of the compiler such as
/// " [clone .isra.0]" are dropped.
std::string demangle(const std::string& versioned);

/// "void ns::f<int>(int) const" -> "ns::f<int>": no return type and no parameters.
std::string short_function(std::string_view demangled);

}  // namespace selvage::report
