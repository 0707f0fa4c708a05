#include "cxx_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>

#include "exit_status.hpp"
#include "files.hpp"

namespace selvage::cli {
namespace {

using Kind = CxxWord::Kind;
using Set = std::set<std::string, std::less<>>;

// Options whose argument is the next word.
const Set kTakesNext{"-o",
                     "-x",
                     "-I",
                     "-D",
                     "-U",
                     "-include",
                     "-imacros",
                     "-isystem",
                     "-iquote",
                     "-idirafter",
                     "-iprefix",
                     "-iwithprefix",
                     "-iwithprefixbefore",
                     "-isysroot",
                     "--sysroot",
                     "-L",
                     "-l",
                     "-Xlinker",
                     "-Xassembler",
                     "-Xpreprocessor",
                     "-Xclang",
                     "-mllvm",
                     "-MF",
                     "-MT",
                     "-MQ",
                     "-T",
                     "-u",
                     "-z",
                     "-e",
                     "-target",
                     "--param",
                     "-aux-info",
                     "-B",
                     "-wrapper",
                     "-framework",
                     "-arch",
                     "-dumpbase",
                     "-dumpdir",
                     "-dumpbase-ext",
                     "-iplugindir",
                     "-F"};
const Set kLinkOnly{"-L",
                    "-l",
                    "-Xlinker",
                    "-T",
                    "-u",
                    "-z",
                    "-e",
                    "-s",
                    "-r",
                    "-rdynamic",
                    "-shared",
                    "-static",
                    "-static-pie",
                    "-pie",
                    "-no-pie",
                    "-nostdlib",
                    "-nodefaultlibs",
                    "-nostartfiles",
                    "-static-libgcc",
                    "-static-libstdc++",
                    "-static-libtsan",
                    "-static-libsan",
                    "-shared-libsan",
                    "-shared-libgcc"};
const Set kCompileOnly{"-MF", "-MT", "-MQ", "-MD", "-MMD", "-MP", "-MG"};
const Set kStopsBeforeLink{"-c", "-S", "-E", "-M", "-MM", "-fsyntax-only", "--precompile", "--analyze"};
const Set kSourceEndings{".c",  ".cc", ".cp", ".cpp", ".cxx", ".c++", ".C", ".CPP", ".cppm", ".ixx", ".i",
                         ".ii", ".m",  ".mm", ".s",   ".S",   ".sx",  ".h", ".hh",  ".hpp",  ".H",   ".hxx"};

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

Kind kind_of_option(const std::string& option) {
  if (option == "-x" || starts_with(option, "-x")) return Kind::language;
  if (option == "-o" || (starts_with(option, "-o") && option != "-object")) return Kind::output;
  if (kCompileOnly.contains(option)) return Kind::compile_only;
  if (kLinkOnly.contains(option) || starts_with(option, "-Wl,") || starts_with(option, "-L") ||
      starts_with(option, "-l") || starts_with(option, "-fuse-ld=")) {
    return Kind::link_only;
  }
  return Kind::other;
}

// Words separated by white space; quotes and backslashes as in libiberty's expandargv.
std::vector<std::string> response_words(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  bool inside = false;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      word += text[++i];
      inside = true;
    } else if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
      inside = true;
    } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      if (inside) words.push_back(std::exchange(word, {}));
      inside = false;
    } else {
      word += c;
      inside = true;
    }
  }
  if (inside) words.push_back(word);
  return words;
}

std::vector<std::string> expanded(const std::vector<std::string>& words, int depth = 0) {
  std::vector<std::string> all;
  for (const std::string& word : words) {
    std::error_code ignored;
    if (word.size() > 1 && word.front() == '@' && std::filesystem::is_regular_file(word.substr(1), ignored)) {
      if (depth > 20) throw Refused(fmt::format("response files include each other without end: {}", word));
      const auto more = expanded(response_words(report::read_file(word.substr(1))), depth + 1);
      all.insert(all.end(), more.begin(), more.end());
    } else {
      all.push_back(word);
    }
  }
  return all;
}

bool is_source(const std::string& input, const std::string& language) {
  return !language.empty() || kSourceEndings.contains(std::filesystem::path(input).extension().string());
}

}  // namespace

bool CxxArguments::has_inputs() const {
  return std::any_of(items.begin(), items.end(), [](const CxxWord& item) {
    return item.kind == Kind::source || item.kind == Kind::link_input;
  });
}

bool CxxArguments::has_sources() const {
  return std::any_of(items.begin(), items.end(),
                     [](const CxxWord& item) { return item.kind == Kind::source; });
}

bool CxxArguments::has(const std::string& word) const {
  return std::any_of(items.begin(), items.end(),
                     [&](const CxxWord& item) { return item.words.front() == word; });
}

CxxArguments parse_cxx_arguments(const std::vector<std::string>& given) {
  const std::vector<std::string> words = expanded(given);
  CxxArguments parsed;
  parsed.links = true;
  std::string language;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    CxxWord item;
    item.words = {word};
    if (word.size() < 2 || word.front() != '-') {
      item.kind = is_source(word, language) ? Kind::source : Kind::link_input;
      item.language = language;
      parsed.items.push_back(std::move(item));
      continue;
    }
    item.kind = kind_of_option(word);
    if (kTakesNext.contains(word)) {
      if (++i == words.size()) throw Refused(fmt::format("selvage c++: {} lacks its argument", word));
      item.words.push_back(words[i]);
    }
    if (item.kind == Kind::language) {
      language = item.words.size() > 1 ? item.words[1] : word.substr(2);
      if (language == "none") language.clear();
    } else if (item.kind == Kind::output) {
      parsed.output = item.words.size() > 1 ? item.words[1] : word.substr(2);
    }
    if (kStopsBeforeLink.contains(word)) parsed.links = false;
    parsed.optimises |= starts_with(word, "-O");
    parsed.dependencies |= word == "-MD" || word == "-MMD";
    parsed.items.push_back(std::move(item));
  }
  parsed.dependencies = parsed.dependencies && !parsed.has("-MF");
  return parsed;
}

}  // namespace selvage::cli
