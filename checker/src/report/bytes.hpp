// Text that may hold any bytes: what a program printed, names from its symbol table.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace selvage::report {

/// Each byte as the code point of the same number, in UTF-8: valid UTF-8 whatever the bytes were.
std::string bytes_to_utf8(std::string_view bytes);
/// The inverse. Throws std::runtime_error for text that bytes_to_utf8 cannot have made.
std::string utf8_to_bytes(std::string_view text);

/// Valid UTF-8 is kept; every other byte becomes the four characters \xNN.
std::string to_valid_utf8(std::string_view bytes);
/// to_valid_utf8 for a terminal: control characters are escaped as well (so that the output of a program
/// cannot rewrite the report); newlines only where `one_line` is set.
std::string to_printable(std::string_view bytes, bool one_line);

/// Columns of valid UTF-8 text, counting each code point as one.
std::size_t width(std::string_view text);
/// `text` cut to `columns` with "..." at its end where it is longer.
std::string truncate(const std::string& text, std::size_t columns);

}  // namespace selvage::report
