// What the text of an inline assembly tells of its operands in memory, which may be plain accesses or not. For both plugins.
#pragma once

#include <cctype>
#include <string>

namespace selvage_plugin {

/// The instructions, without comments, in lower case.
inline std::string instructions_of(const std::string& text) {
  std::string kept;
  bool is_comment = false;
  for (const char c : text) {
    if (c == '#') is_comment = true;
    if (c == '\n') is_comment = false;
    if (!is_comment) kept += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return kept;
}

/// Is there a word that begins so?
inline bool has_word(const std::string& text, const char* word) {
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    if (at == 0 || std::isalnum(static_cast<unsigned char>(text[at - 1])) == 0) return true;
  }
  return false;
}

/// Nothing but white space and `nop`: operands are there to keep the compiler from knowing their values.
inline bool does_nothing(const std::string& instructions) {
  std::string rest = instructions;
  for (auto at = rest.find("nop"); at != std::string::npos; at = rest.find("nop")) rest.erase(at, 3);
  return rest.find_first_not_of(" \t\n;") == std::string::npos;
}

/// Atomic instructions, whose accesses would look like races, and those that only take the address.
inline bool makes_no_plain_access(const std::string& instructions) {
  for (const char* const word : {"lock", "xchg", "lea", "prefetch", "clflush", "clwb", "cldemote"}) {
    if (has_word(instructions, word)) return true;
  }
  return false;
}

/// Is it a step of its own that other threads wait for or see, and that no hook tells of? `touches_memory`: an operand is there.
/// (An exchange of two registers is not.)
inline bool is_atomic(const std::string& instructions, bool touches_memory) {
  return has_word(instructions, "lock") || (touches_memory && has_word(instructions, "xchg"));
}

}  // namespace selvage_plugin
