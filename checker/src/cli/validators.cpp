#include "validators.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace selvage::cli {

CLI::Validator one_of(std::vector<std::string> names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  const auto check = [names, list](const std::string& word) {
    const bool known = std::find(names.begin(), names.end(), word) != names.end();
    return known ? std::string() : fmt::format("'{}' is none of {}", word, list);
  };
  return {check, ""};
}

CLI::Validator above(double bound, bool or_equal) {
  const auto check = [bound, or_equal](const std::string& word) {
    double value = 0;
    const bool good =
        CLI::detail::lexical_cast(word, value) && (value > bound || (or_equal && value == bound));
    return good ? std::string()
                : fmt::format("'{}' is not a number {} {}", word, or_equal ? "of at least" : "above", bound);
  };
  return {check, ""};
}

CLI::Validator text_of(std::function<void(const std::string&)> read) {
  const auto check = [read = std::move(read)](const std::string& word) {
    try {
      read(word);
      return std::string();
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
  };
  return {check, ""};
}

}  // namespace selvage::cli
