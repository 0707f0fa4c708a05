// The names of the verdicts.
#include <array>
#include <ostream>
#include <stdexcept>

#include "selvage/selvage.hpp"

namespace selvage {
namespace {

constexpr std::array kNames{std::pair{Verdict::proved, std::string_view("proved")},
                            std::pair{Verdict::data_race, std::string_view("data-race")},
                            std::pair{Verdict::assertion, std::string_view("assertion")},
                            std::pair{Verdict::deadlock, std::string_view("deadlock")},
                            std::pair{Verdict::livelock, std::string_view("livelock")},
                            std::pair{Verdict::crash, std::string_view("crash")},
                            std::pair{Verdict::exception, std::string_view("exception")},
                            std::pair{Verdict::use_after_free, std::string_view("use-after-free")},
                            std::pair{Verdict::double_free, std::string_view("double-free")},
                            std::pair{Verdict::leak, std::string_view("leak")},
                            std::pair{Verdict::misuse, std::string_view("misuse")},
                            std::pair{Verdict::nondeterministic, std::string_view("nondeterministic")},
                            std::pair{Verdict::unsupported, std::string_view("unsupported")},
                            std::pair{Verdict::exhausted, std::string_view("exhausted")}};

}  // namespace

std::string_view to_string(Verdict verdict) {
  for (const auto& [known, name] : kNames) {
    if (known == verdict) {
      return name;
    }
  }
  return "unknown";
}

Verdict verdict_from_string(std::string_view name) {
  for (const auto& [verdict, known] : kNames) {
    if (known == name) {
      return verdict;
    }
  }
  throw std::invalid_argument(std::string("'").append(name).append("' is not a verdict"));
}

std::ostream& operator<<(std::ostream& out, Verdict verdict) { return out << to_string(verdict); }

}  // namespace selvage
