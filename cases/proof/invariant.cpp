#include "invariant.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace proof {

struct Expression {
  std::string atom;  ///< empty: a list
  std::vector<Expression> items;
};

namespace {

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error("proof file: " + what); }

std::string content_of(const std::string& file) {
  std::ifstream in(file);
  if (!in) fail("cannot read " + file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class Reader {
 public:
  explicit Reader(const std::string& text) : text_(text) {}
  /// The next expression; false at the end of the text.
  bool read(Expression* to) {
    skip();
    if (at_ == text_.size()) return false;
    if (text_[at_] == '(') {
      ++at_;
      for (;;) {
        skip();
        if (at_ == text_.size()) fail("a parenthesis is not closed");
        if (text_[at_] == ')') break;
        read(&to->items.emplace_back());
      }
      ++at_;
      return true;
    }
    const std::size_t end = std::min(text_.find_first_of(" \t\n();", at_), text_.size());
    if (end == at_) fail("a parenthesis too many");
    to->atom = text_.substr(at_, end - at_);
    at_ = end;
    return true;
  }

 private:
  void skip() {
    while (at_ < text_.size()) {
      if (text_[at_] == ';') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (std::isspace(static_cast<unsigned char>(text_[at_])) != 0) {
        ++at_;
      } else {
        return;
      }
    }
  }
  const std::string& text_;
  std::size_t at_ = 0;
};

bool is_number(const std::string& word) {
  return !word.empty() &&
         std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::int64_t value_of(const std::string& atom, const Invariant::Values& values) {
  if (atom == "true") return 1;
  if (atom == "false") return 0;
  if (is_number(atom)) return std::stoll(atom);
  const auto known = values.find(atom);
  if (known == values.end()) fail("no value for " + atom);
  return known->second;
}

/// Truth is 1 and 0.
std::int64_t evaluate(const Expression& e, const Invariant::Values& values) {
  if (e.items.empty()) return value_of(e.atom, values);
  const std::string& op = e.items.front().atom;
  const std::size_t count = e.items.size();
  const auto value = [&](std::size_t i) { return evaluate(e.items.at(i), values); };
  const auto chain = [&](auto holds) {
    for (std::size_t i = 1; i + 1 < count; ++i) {
      if (!holds(value(i), value(i + 1))) return 0;
    }
    return 1;
  };
  if (op == "and" || op == "or") {
    const bool any = op == "or";
    for (std::size_t i = 1; i < count; ++i) {
      if ((value(i) != 0) == any) return any ? 1 : 0;
    }
    return any ? 0 : 1;
  }
  if (op == "not") return value(1) == 0 ? 1 : 0;
  if (op == "=>" && count == 3) return value(1) == 0 || value(2) != 0 ? 1 : 0;
  if (op == "ite") return value(1) != 0 ? value(2) : value(3);
  if (op == "=") return chain([](auto a, auto b) { return a == b; });
  if (op == "<") return chain([](auto a, auto b) { return a < b; });
  if (op == "<=") return chain([](auto a, auto b) { return a <= b; });
  if (op == ">") return chain([](auto a, auto b) { return a > b; });
  if (op == ">=") return chain([](auto a, auto b) { return a >= b; });
  if (op == "mod") {
    // As SMT-LIB has it: never negative.
    const std::int64_t divisor = std::abs(value(2));
    if (divisor == 0) fail("mod 0");
    return ((value(1) % divisor) + divisor) % divisor;
  }
  if (op == "+" || op == "*" || op == "-") {
    std::int64_t result = value(1);
    if (op == "-" && count == 2) return -result;
    for (std::size_t i = 2; i < count; ++i) {
      const std::int64_t next = value(i);
      result = op == "+" ? result + next : op == "-" ? result - next : result * next;
    }
    return result;
  }
  fail("cannot evaluate " + op);
}

bool mentions(const Expression& e, const std::string& name) {
  return e.atom == name ||
         std::any_of(e.items.begin(), e.items.end(), [&](const auto& item) { return mentions(item, name); });
}

/// "3", "2n", "n": a number, a visible variable, or a multiple of one.
std::int64_t bound(const std::string& text, const Invariant::Values& values) {
  const auto letter =
      std::find_if(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) == 0; });
  const std::string factor(text.begin(), letter);
  const std::string variable(letter, text.end());
  return (factor.empty() ? 1 : std::stoll(factor)) * (variable.empty() ? 1 : value_of(variable, values));
}

}  // namespace

Invariant::Invariant(const std::string& file) { parse(content_of(file)); }

Invariant::Invariant(const std::string& file, const std::string& from, const std::string& to) {
  std::string text = content_of(file);
  const std::size_t at = text.find(from);
  if (at == std::string::npos) fail("nothing to replace: " + from);
  parse(text.replace(at, from.size(), to));
}

Invariant::~Invariant() = default;

void Invariant::parse(const std::string& text) {
  Reader reader(text);
  for (Expression e; reader.read(&e); e = {}) {
    // (define-fun inv.NAME () Bool BODY)
    if (e.items.size() != 5 || e.items[0].atom != "define-fun" || e.items[1].atom.rfind("inv.", 0) != 0)
      continue;
    parts_.push_back({std::make_unique<Expression>(std::move(e.items[4])), 0});
  }
  if (parts_.empty()) fail("it defines no inv.*");
  const std::string heading = "; hidden:";
  for (std::size_t at = text.find(heading); at != std::string::npos; at = text.find(heading, at + 1)) {
    const std::size_t start = at + heading.size();
    std::istringstream line(text.substr(start, text.find('\n', at) - start));
    for (std::string item; std::getline(line, item, ',');) {
      std::istringstream words(item);
      Hidden hidden;
      if (!(words >> hidden.name >> hidden.low >> hidden.high)) fail("not of the form NAME LOW HIGH:" + item);
      hidden_.push_back(std::move(hidden));
    }
  }
  for (Part& part : parts_) {
    for (std::size_t i = 0; i < hidden_.size(); ++i) {
      if (mentions(*part.body, hidden_[i].name)) part.needs = i + 1;
    }
  }
}

bool Invariant::search(const Values& visible, Values* values, std::size_t next) const {
  // Each part is evaluated as soon as it can be: most values are ruled out long before all have been chosen.
  const bool possible = std::all_of(parts_.begin(), parts_.end(), [&](const Part& part) {
    return part.needs != next || evaluate(*part.body, *values) != 0;
  });
  if (!possible || next == hidden_.size()) return possible;
  if (visible.count(hidden_[next].name) != 0) return search(visible, values, next + 1);
  const std::int64_t high = bound(hidden_[next].high, *values);
  for (std::int64_t v = bound(hidden_[next].low, *values); v <= high; ++v) {
    (*values)[hidden_[next].name] = v;
    if (search(visible, values, next + 1)) return true;
  }
  return false;
}

bool Invariant::holds(const Values& visible) const {
  Values values = visible;
  return search(visible, &values, 0);
}

}  // namespace proof
