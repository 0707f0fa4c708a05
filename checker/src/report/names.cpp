#include "names.hpp"

#include <array>
#include <stdexcept>
#include <string>

namespace selvage::report {
namespace {

constexpr std::array kSearches{std::pair{Search::exhaustive, std::string_view("exhaustive")},
                               std::pair{Search::graphs, std::string_view("graphs")},
                               std::pair{Search::stateful, std::string_view("stateful")},
                               std::pair{Search::enumerate, std::string_view("enumerate")},
                               std::pair{Search::random, std::string_view("random")},
                               std::pair{Search::replay, std::string_view("replay")},
                               std::pair{Search::directed, std::string_view("directed")}};
constexpr std::array kRaces{std::pair{Races::stop, std::string_view("stop")},
                            std::pair{Races::explore, std::string_view("explore")},
                            std::pair{Races::ignore, std::string_view("ignore")}};

template <typename Table, typename Value>
std::string_view name_in(const Table& table, Value value) {
  for (const auto& [known, name] : table) {
    if (known == value) {
      return name;
    }
  }
  return "unknown";
}

template <typename Table>
auto value_in(const Table& table, std::string_view wanted, const char* what) {
  for (const auto& [value, name] : table) {
    if (name == wanted) {
      return value;
    }
  }
  throw std::invalid_argument(std::string("'").append(wanted).append("' is not ").append(what));
}

}  // namespace

std::string_view to_string(Search search) { return name_in(kSearches, search); }
std::string_view to_string(Races races) { return name_in(kRaces, races); }
Search search_from_string(std::string_view name) { return value_in(kSearches, name, "a search"); }
Races races_from_string(std::string_view name) { return value_in(kRaces, name, "a way to treat races"); }

}  // namespace selvage::report
