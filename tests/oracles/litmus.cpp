#include "litmus.hpp"

#include <regex>
#include <stdexcept>

#include "memory/orders.hpp"

namespace oracles {

namespace {

using namespace selvage::memory;  // NOLINT: the names of the orders

struct Statement {
  enum class What { load, store, fence, add, exchange, cas, jump_if_zero } what;
  std::string target;  ///< register that gets the value; jump: register that is asked
  int location = 0, order = 0, failure = -1;
  std::string first, second;  ///< expressions
  std::size_t jump = 0;
};

int order_of(const std::string& name) {
  if (name == "na" || name == "rlx") return kRelaxed;
  if (name == "acq") return kAcquire;
  if (name == "rel") return kRelease;
  if (name == "acq_rel") return kAcqRel;
  if (name == "sc") return kSeqCst;
  throw std::invalid_argument("no memory order: " + name);
}

std::int64_t evaluate(const std::string& expression, const std::map<std::string, std::int64_t>& registers) {
  std::int64_t sum = 0;
  int sign = 1;
  for (std::size_t i = 0; i < expression.size();) {
    const char c = expression[i];
    if (c == ' ' || c == '+') {
      ++i;
    } else if (c == '-') {
      sign = -1;
      ++i;
    } else {
      std::size_t end = i;
      while (end < expression.size() && std::isalnum(static_cast<unsigned char>(expression[end])) != 0) ++end;
      if (end == i) throw std::invalid_argument("no expression: " + expression);
      const std::string term = expression.substr(i, end - i);
      sum +=
          sign * (std::isdigit(static_cast<unsigned char>(c)) != 0 ? std::stoll(term) : registers.at(term));
      sign = 1;
      i = end;
    }
  }
  return sum;
}

Thread interpret(const std::vector<Statement>& statements, Registers& shown) {
  std::map<std::string, std::int64_t> registers;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const Statement& s = statements[i];
    switch (s.what) {
      case Statement::What::load:
        registers[s.target] = co_await load(s.location, s.order);
        break;
      case Statement::What::store:
        co_await store(s.location, s.order, evaluate(s.first, registers));
        break;
      case Statement::What::fence:
        co_await fence(s.order);
        break;
      case Statement::What::add:
        registers[s.target] = co_await fetch_add(s.location, s.order, evaluate(s.first, registers));
        break;
      case Statement::What::exchange:
        registers[s.target] = co_await exchange(s.location, s.order, evaluate(s.first, registers));
        break;
      case Statement::What::cas:
        registers[s.target] = co_await cas(s.location, s.order, s.failure, evaluate(s.first, registers),
                                           evaluate(s.second, registers));
        break;
      case Statement::What::jump_if_zero:
        if (registers.at(s.target) == 0) i = s.jump - 1;
        break;
    }
  }
  for (const auto& [name, value] : registers) shown[name] = value;
}

class Parser {
 public:
  Parser(std::string code, const std::vector<std::string>& names) : code_(std::move(code)), names_(names) {}
  std::vector<Statement> parse() {
    block();
    return std::move(statements_);
  }

 private:
  int location(const std::string& name) const {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (names_[i] == name) return static_cast<int>(i);
    }
    throw std::invalid_argument("no location: " + name);
  }
  void block() {
    static const std::regex condition(R"(^if \((\w+)\) \{)");
    while (true) {
      while (at_ < code_.size() && (code_[at_] == ' ' || code_[at_] == ';')) ++at_;
      if (at_ >= code_.size()) return;
      if (code_[at_] == '}') {
        ++at_;
        return;
      }
      std::smatch m;
      const std::string rest = code_.substr(at_);
      if (std::regex_search(rest, m, condition)) {
        at_ += static_cast<std::size_t>(m.length());
        Statement s{Statement::What::jump_if_zero, m[1], 0, 0, -1, {}, {}, 0};
        const std::size_t where = statements_.size();
        statements_.push_back(s);
        block();
        statements_[where].jump = statements_.size();
        continue;
      }
      const std::size_t end = code_.find_first_of(";}", at_);
      std::string text = code_.substr(at_, end == std::string::npos ? end : end - at_);
      while (!text.empty() && text.back() == ' ') text.pop_back();
      at_ = end == std::string::npos ? code_.size() : end;
      statement(text);
    }
  }
  void statement(const std::string& text) {
    static const std::regex fence_form(R"(F\.(\w+))"), store_form(R"((\w) =(na|rlx|rel|sc) (.+))"),
        load_form(R"((\w+) = (\w)\.(na|rlx|acq|sc))"), rmw_form(R"((\w+) = (FAA|XCHG)\((\w),(\w+)\)\.(\w+))"),
        cas_form(R"((\w+) = CAS\((\w),(\w+)(?:→|->)(\w+)\)\.(\w+)/(\w+))");
    std::smatch m;
    if (std::regex_match(text, m, fence_form)) {
      statements_.push_back({Statement::What::fence, {}, 0, order_of(m[1]), -1, {}, {}, 0});
    } else if (std::regex_match(text, m, store_form)) {
      statements_.push_back({Statement::What::store, {}, location(m[1]), order_of(m[2]), -1, m[3], {}, 0});
    } else if (std::regex_match(text, m, load_form)) {
      statements_.push_back({Statement::What::load, m[1], location(m[2]), order_of(m[3]), -1, {}, {}, 0});
    } else if (std::regex_match(text, m, rmw_form)) {
      const auto what = m[2] == "FAA" ? Statement::What::add : Statement::What::exchange;
      statements_.push_back({what, m[1], location(m[3]), order_of(m[5]), -1, m[4], {}, 0});
    } else if (std::regex_match(text, m, cas_form)) {
      statements_.push_back(
          {Statement::What::cas, m[1], location(m[2]), order_of(m[5]), order_of(m[6]), m[3], m[4], 0});
    } else {
      throw std::invalid_argument("no statement: " + text);
    }
  }
  std::string code_;
  const std::vector<std::string>& names_;
  std::size_t at_ = 0;
  std::vector<Statement> statements_;
};

}  // namespace

Program parse_litmus(const std::string& initial, const std::string& threads) {
  Program program;
  static const std::regex name(R"(([a-z])=)");
  const std::string first = initial.substr(0, initial.find(','));
  for (auto it = std::sregex_iterator(first.begin(), first.end(), name); it != std::sregex_iterator(); ++it) {
    program.names.push_back((*it)[1]);
  }
  const std::int64_t value = std::stoll(first.substr(first.rfind('=') + 1));
  program.initial.assign(program.names.size(), value);
  std::vector<std::vector<Statement>> parsed;
  std::string rest = threads;
  std::erase(rest, '`');
  for (std::size_t at = 0; at != std::string::npos;) {
    std::size_t bar = rest.find("‖", at), width = std::string("‖").size();
    if (bar == std::string::npos) {
      bar = rest.find("||", at);
      width = 2;
    }
    parsed.push_back(
        Parser(rest.substr(at, bar == std::string::npos ? bar : bar - at), program.names).parse());
    at = bar == std::string::npos ? bar : bar + width;
  }
  program.threads = [parsed](Registers& registers) {
    std::vector<Thread> result;
    for (const auto& statements : parsed) result.push_back(interpret(statements, registers));
    return result;
  };
  return program;
}

}  // namespace oracles
