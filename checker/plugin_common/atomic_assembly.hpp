// Inline assembly that is one atomic step on one of its operands: with a hook before it and one after (memory/assembly.hpp) it
// is explored like any other read-modify-write.
#pragma once

#include <cctype>
#include <cstddef>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace selvage_plugin {

/// Memory orders that the hooks are called with: seq_cst, and which hook it is.
constexpr int kBeforeAssembly = 5 | 1 << 20, kAfterAssembly = 5 | 1 << 21;

/// The numbers of the operands that an instruction names. `mark` is what they are marked with: % in GCC's templates, $ in LLVM's; twice
/// it stands for itself.
inline std::vector<std::size_t> operands_of(const std::string& instruction, char mark) {
  std::vector<std::size_t> numbers;
  for (std::size_t at = 0; at + 1 < instruction.size(); ++at) {
    if (instruction[at] != mark) continue;
    ++at;
    if (instruction[at] == mark) continue;
    while (at < instruction.size() &&
           (instruction[at] == '{' || std::isalpha(static_cast<unsigned char>(instruction[at])) != 0))
      ++at;
    std::size_t digits = 0, number = 0;
    for (; at < instruction.size() && std::isdigit(static_cast<unsigned char>(instruction[at])) != 0;
         ++at, ++digits)
      number = number * 10 + static_cast<std::size_t>(instruction[at] - '0');
    if (digits != 0) numbers.push_back(number);
    --at;
  }
  return numbers;
}

/// Instructions on registers that may stand beside the atomic one.
inline bool is_on_registers(const std::string& mnemonic) {
  for (const char* const known :
       {"set", "cmov", "mov", "nop", "pause", "neg", "not", "sbb", "adc", "test", "cmp",
        "add", "sub",  "xor", "and", "or",    "inc", "dec", "shl", "shr", "sal",  "sar"}) {
    if (mnemonic.rfind(known, 0) == 0)
      return mnemonic.rfind("movs", 0) != 0 && mnemonic.rfind("cmps", 0) != 0;
  }
  return false;
}

/// Are an instruction's operands all registers, numbers or operands of the template? (Else there is a symbol: memory.) `operands`: what
/// follows the mnemonic.
inline bool names_no_symbol(const std::string& operands) {
  std::istringstream list(operands);
  for (std::string operand; std::getline(list, operand, ',');) {
    const auto first = operand.find_first_not_of(" \t");
    if (first == std::string::npos) continue;
    if (operand[first] != '%' && operand[first] != '$' &&
        std::isdigit(static_cast<unsigned char>(operand[first])) == 0)
      return false;
  }
  return true;
}

/// The operand in memory that an atomic instruction is on, where nothing else of the template touches memory; none where there is
/// more to it, or where nobody can tell: addresses in registers, several atomic instructions, loops. `instructions`: in lower case,
/// without comments. `in_memory`: of each operand, whether it is.
inline std::optional<std::size_t> atomic_operand(const std::string& instructions,
                                                 const std::vector<bool>& in_memory, char mark) {
  // (LLVM has the colon in ${0:b}.)
  if (instructions.find_first_of(mark == '%' ? "([.@:" : "([.@") != std::string::npos) return std::nullopt;
  std::optional<std::size_t> found;
  bool is_locked = false;
  std::string text = instructions;
  for (char& c : text) {
    if (c == ';' || c == '\n') c = '\n';
  }
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string mnemonic;
    words >> mnemonic;
    if (mnemonic == "lock") {
      is_locked = true;
      mnemonic.clear();
      words >> mnemonic;
    }
    if (mnemonic.empty()) continue;
    std::string operands;
    std::getline(words, operands);
    if (!names_no_symbol(operands)) return std::nullopt;
    std::vector<std::size_t> memory;
    for (const std::size_t number : operands_of(line, mark)) {
      if (number >= in_memory.size()) return std::nullopt;
      if (in_memory[number]) memory.push_back(number);
    }
    const bool is_atomic = is_locked || mnemonic.rfind("xchg", 0) == 0;
    if (!is_atomic) {
      if (!memory.empty() || !is_on_registers(mnemonic)) return std::nullopt;
      continue;
    }
    if (memory.size() != 1 || found) return std::nullopt;
    found = memory.front();
    is_locked = false;
  }
  return is_locked ? std::nullopt : found;
}

}  // namespace selvage_plugin
