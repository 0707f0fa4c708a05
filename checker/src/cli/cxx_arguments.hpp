// A compiler's command line, sorted by what each word is for.
#pragma once

#include <string>
#include <vector>

namespace selvage::cli {

/// One option with its argument, or one input.
struct CxxWord {
  enum class Kind {
    source,        ///< a file to compile
    link_input,    ///< an object or library
    language,      ///< -x LANGUAGE
    output,        ///< -o FILE
    compile_only,  ///< means nothing to the linker, e.g. -MF FILE
    link_only,     ///< means nothing to the compiler, e.g. -lm
    other          ///< goes to both
  } kind = Kind::other;
  std::vector<std::string> words;
  std::string language;  ///< sources: the -x in force, empty for none
};

struct CxxArguments {
  std::vector<CxxWord> items;
  bool links = false;         ///< no -c, -S, -E ...: the command ends in a link
  bool optimises = false;     ///< some -O was given
  bool dependencies = false;  ///< -MD or -MMD without -MF
  std::string output;         ///< of -o; empty when not given

  [[nodiscard]] bool has_inputs() const;
  [[nodiscard]] bool has_sources() const;
  [[nodiscard]] bool has(const std::string& word) const;
};

/// Response files (@file) are read in. Throws Refused for an option that lacks its argument.
CxxArguments parse_cxx_arguments(const std::vector<std::string>& words);

}  // namespace selvage::cli
