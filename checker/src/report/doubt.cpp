#include "doubt.hpp"

namespace selvage::report {

void doubt(const std::string& what_is_left_out, const std::string& what_to_do, Result* result) {
  result->complete = false;
  result->caveat = what_is_left_out + ", so " +
                   (result->verdict == Verdict::proved ? "nothing is proved" : "outcomes may be missing") +
                   ": " + what_to_do;
  if (result->verdict == Verdict::proved) {
    result->verdict = Verdict::exhausted;
    result->message = result->caveat;
  }
}

}  // namespace selvage::report
