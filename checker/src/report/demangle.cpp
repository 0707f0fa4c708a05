#include "demangle.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>

namespace selvage::report {
namespace {

bool starts_operator(std::string_view text, std::size_t i) {
  return text.substr(i, 8) == "operator" && (i == 0 || text[i - 1] == ':' || text[i - 1] == ' ');
}

// Skips "operator" and its symbol, which may hold brackets: "operator()", "operator<", "operator->".
std::size_t after_operator(std::string_view text, std::size_t i) {
  i += 8;
  if (text.substr(i, 2) == "()" || text.substr(i, 2) == "[]") {
    return i + 2;
  }
  while (i < text.size() && std::string_view("<>=!+-*/%^&|~,").find(text[i]) != std::string_view::npos) {
    ++i;
  }
  return i;
}

}  // namespace

std::string demangle(const std::string& versioned) {
  // What a program takes from a library has the version behind its name: _ZSt4cout@GLIBCXX_3.4.
  const std::string name = versioned.substr(0, versioned.find('@'));
  int status = 0;
  // Only names that begin like this are mangled; __cxa_demangle would read "i" as "int".
  if (name.rfind("_Z", 0) != 0) {
    return name;
  }
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), std::free);
  if (status != 0 || !text) {
    return name;
  }
  std::string demangled = text.get();
  if (const std::size_t note = demangled.find(" [clone"); note != std::string::npos) {
    demangled.resize(note);
  }
  return demangled;
}

std::string short_function(std::string_view demangled) {
  // One pass at bracket depth 0: the name starts after the last space before the parameters, and ends at
  // the parenthesis that opens them. "{lambda(int)#1}" and "(anonymous namespace)" are parts of names.
  std::size_t begin = 0;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < demangled.size(); ++i) {
    if (depth == 0 && starts_operator(demangled, i)) {
      i = after_operator(demangled, i);
      if (i < demangled.size() && demangled[i] == ' ') {  // "operator bool()", "operator new(unsigned long)"
        i = demangled.find('(', i);
      }
      if (i >= demangled.size()) {
        break;
      }
    }
    const char c = demangled[i];
    if (c == '(' && depth == 0) {
      if (demangled.substr(i, 11) != "(anonymous ") {
        // "a(int)::{lambda()#1}::operator()() const": those were the parameters of an enclosing function.
        std::size_t close = i;
        for (std::size_t level = 0; close < demangled.size(); ++close) {
          level += demangled[close] == '(';
          level -= demangled[close] == ')';
          if (level == 0) {
            break;
          }
        }
        if (demangled.substr(close, 3) != ")::") {
          return std::string(demangled.substr(begin, i - begin));
        }
        i = close;
        continue;
      }
      ++depth;
    } else if (c == '<' || c == '{' || c == '(' || c == '[') {
      ++depth;
    } else if ((c == '>' || c == '}' || c == ')' || c == ']') && depth > 0) {
      --depth;
    } else if (c == ' ' && depth == 0) {
      begin = i + 1;
    }
  }
  return std::string(demangled.substr(begin));
}

}  // namespace selvage::report
