// The invariant of a proof file (FORM.smt2), evaluated on the states of real code.
//
// Z3 proves that the invariant holds in every state of a model, at every size (ci/proofs.py). A test
// evaluates the same text at every state of an exploration: the model would be worth little if the code did
// something else.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace proof {

/// An s-expression: an atom, or a list of expressions.
struct Expression;

/// The conjunction of the functions named inv.* in a proof file.
///
/// A line `; hidden: pa 0 3, ta 0 2n` in the file says which variables of the model cannot be seen in the
/// code and between which bounds they lie (whole numbers, or a number before a visible variable: 2n).
class Invariant {
 public:
  using Values = std::map<std::string, std::int64_t>;

  /// Reads FILE. Throws std::runtime_error for a file that cannot be read or has anything in its inv.*
  /// functions beyond and, or, not, =>, =, <, <=, >, >=, +, -, *, mod, ite, whole numbers and variables.
  explicit Invariant(const std::string& file);
  /// The same with the first occurrence of `from` replaced, for tests of the tests.
  Invariant(const std::string& file, const std::string& from, const std::string& to);
  ~Invariant();
  Invariant(const Invariant&) = delete;
  Invariant& operator=(const Invariant&) = delete;

  /// Are there values of the hidden variables with which the visible ones satisfy the invariant? A hidden
  /// variable that has a value here, because just now it is known, keeps it. Throws std::runtime_error where
  /// a variable has no value.
  [[nodiscard]] bool holds(const Values& visible) const;

 private:
  struct Hidden {
    std::string name, low, high;
  };
  /// One inv.* function.
  struct Part {
    std::unique_ptr<Expression> body;
    std::size_t needs;  ///< how many hidden variables have a value before it can be evaluated
  };
  void parse(const std::string& text);
  [[nodiscard]] bool search(const Values& visible, Values* values, std::size_t next) const;

  std::vector<Part> parts_;
  std::vector<Hidden> hidden_;
};

}  // namespace proof
