// What a Result can say of itself.
#include <algorithm>
#include <ostream>

#include "json.hpp"
#include "selvage/selvage.hpp"
#include "text.hpp"

namespace selvage {

bool Result::reached(std::string_view value) const {
  return std::any_of(outcomes.begin(), outcomes.end(),
                     [&](const Outcome& outcome) { return outcome.value == value; });
}

std::string Result::report() const { return report::text_report(*this); }

std::string Result::json() const { return report::json_report(*this); }

std::ostream& operator<<(std::ostream& out, const Result& result) { return out << result.report(); }

}  // namespace selvage
