#include "bytes.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace selvage::report {
namespace {

unsigned char at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

// Length of the valid UTF-8 sequence at `i`; 0 where there is none.
std::size_t sequence_length(std::string_view text, std::size_t i) {
  const unsigned char lead = at(text, i);
  if (lead < 0x80) {
    return 1;
  }
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || i + length > text.size()) {
    return 0;
  }
  for (std::size_t k = 1; k < length; ++k) {
    if ((at(text, i + k) & 0xc0) != 0x80) {
      return 0;
    }
  }
  const unsigned char next = at(text, i + 1);
  const bool overlong = (lead == 0xe0 && next < 0xa0) || (lead == 0xf0 && next < 0x90);
  const bool beyond = (lead == 0xed && next > 0x9f) || (lead == 0xf4 && next > 0x8f);
  return overlong || beyond ? 0 : length;
}

// Is the code point at `i` a C1 control (U+0080..U+009F)? Terminals may obey those like escape sequences.
bool is_c1_control(std::string_view text, std::size_t i, std::size_t length) {
  return length == 2 && at(text, i) == 0xc2 && at(text, i + 1) < 0xa0;
}

}  // namespace

std::string bytes_to_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xc0 | (byte >> 6));
      text += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return text;
}

std::string utf8_to_bytes(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned char lead = at(text, i);
    if (lead < 0x80) {
      bytes += text[i];
    } else if ((lead == 0xc2 || lead == 0xc3) && i + 1 < text.size() && (at(text, i + 1) & 0xc0) == 0x80) {
      bytes += static_cast<char>(((lead & 3) << 6) | (at(text, i + 1) & 0x3f));
      ++i;
    } else {
      throw std::runtime_error("a string holds a character that stands for no byte");
    }
  }
  return bytes;
}

std::string to_valid_utf8(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = sequence_length(bytes, i);
    if (length == 0) {
      text += fmt::format("\\x{:02x}", at(bytes, i));
      ++i;
    } else {
      text += bytes.substr(i, length);
      i += length;
    }
  }
  return text;
}

std::string to_printable(std::string_view bytes, bool one_line) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = sequence_length(bytes, i);
    const unsigned char byte = at(bytes, i);
    if (byte == '\n') {
      text += one_line ? "\\n" : "\n";
    } else if (byte == '\t') {
      text += one_line ? "\\t" : "\t";
    } else if (length == 0 || byte < 0x20 || byte == 0x7f) {
      text += fmt::format("\\x{:02x}", byte);
    } else if (is_c1_control(bytes, i, length)) {
      text += fmt::format("\\x{:02x}\\x{:02x}", byte, at(bytes, i + 1));
    } else {
      text += bytes.substr(i, length);
    }
    i += length == 0 ? 1 : length;
  }
  return text;
}

std::size_t width(std::string_view text) {
  std::size_t columns = 0;
  for (const char c : text) {
    columns += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }
  return columns;
}

std::string truncate(const std::string& text, std::size_t columns) {
  if (width(text) <= columns) {
    return text;
  }
  const std::size_t keep = columns > 3 ? columns - 3 : 0;
  std::size_t seen = 0;
  std::size_t end = 0;
  while (end < text.size()) {
    const std::size_t length = std::max<std::size_t>(1, sequence_length(text, end));
    if (seen == keep) {
      break;
    }
    end += length;
    ++seen;
  }
  return text.substr(0, end) + std::string(std::min<std::size_t>(3, columns), '.');
}

}  // namespace selvage::report
