// {fmt}, compiled once. Debian has it as a shared library, which libselvage.so must not bring into users' programs, and
// as headers alone, which take most of the time that a file with them takes to compile.
#include <fmt/format-inl.h>

namespace fmt::inline v9::detail {
template FMT_API auto thousands_sep_impl<char>(locale_ref) -> thousands_sep_result<char>;
template FMT_API auto decimal_point_impl(locale_ref) -> char;
}  // namespace fmt::inline v9::detail
