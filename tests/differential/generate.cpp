#include <random>
#include <sstream>

#include "program.hpp"

namespace differential {

namespace {

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : engine_(seed * 0x9e3779b97f4a7c15 + 1) {}

  Program program(Shape shape) {
    waits_with_ = -1;
    flavour_ = below(8);
    racy_ = below(3) == 0;
    spins_ = below(6) == 0;
    Program p;
    p.semaphore = below(2);
    for (int t = 0; t < shape.threads; ++t) {
      next_register_ = 0;
      may_go_round_ = t == 0;
      std::vector<Statement> statements;
      const int count = 1 + below(shape.statements);
      for (int i = 0; i < count; ++i) statements.push_back(statement());
      p.threads.push_back(std::move(statements));
    }
    return p;
  }

 private:
  // Not std::uniform_int_distribution: its results differ between libraries.
  int below(int n) { return static_cast<int>(engine_() % static_cast<unsigned>(n)); }
  std::uint8_t small(int n) { return static_cast<std::uint8_t>(below(n)); }
  std::uint8_t reg() { return static_cast<std::uint8_t>(next_register_++ % kRegisters); }

  Instruction make(Action action, int object = 0, int value = 0) {
    Instruction i;
    i.action = action;
    i.object = static_cast<std::uint8_t>(object);
    i.value = static_cast<std::int8_t>(value);
    return i;
  }
  Instruction atomic() {
    Instruction i = make(static_cast<Action>(below(5)), below(kAtomics), 1 + below(2));
    switch (i.action) {
      case Action::load:
        i.order = std::array<std::uint8_t, 3>{0, 2, 5}[small(3)];
        break;
      case Action::store:
        i.order = std::array<std::uint8_t, 3>{0, 3, 5}[small(3)];
        break;
      default:
        i.order = std::array<std::uint8_t, 5>{0, 2, 3, 4, 5}[small(5)];
    }
    i.expected = static_cast<std::int8_t>(below(2));
    if (i.action != Action::store) i.reg = reg();
    return i;
  }
  Instruction plain() {
    Instruction i = make(below(2) == 0 ? Action::read : Action::write, below(kPlains), 1 + below(2));
    if (i.action == Action::read) i.reg = reg();
    return i;
  }
  /// Something to do between a lock and its unlock.
  Statement inside() {
    Statement s;
    const int count = below(4) == 0 ? 2 : 1;
    for (int i = 0; i < count; ++i) s.push_back(below(4) == 0 ? atomic() : plain());
    return s;
  }
  Statement locked(int m) {
    Statement s{make(Action::lock, m)};
    for (const Instruction& i : inside()) s.push_back(i);
    s.push_back(make(Action::unlock, m));
    return s;
  }
  Statement attempt(Action action, Action undo, int object) {
    Statement s{make(action, object)};
    s[0].reg = reg();
    for (const Instruction& i : inside()) s.push_back(i);
    s.push_back(make(undo, object));
    s[0].skip = static_cast<std::uint8_t>(s.size() - 1);
    return s;
  }
  Statement mutex_statement() {
    const int m = below(kMutexes);
    switch (below(6)) {
      case 0:
        return attempt(Action::try_lock, Action::unlock, m);
      case 1:
        return attempt(Action::timed_lock, Action::unlock, m);
      case 2: {  // one lock inside the other, either way round
        Statement s{make(Action::lock, m)};
        for (const Instruction& i : locked(1 - m)) s.push_back(i);
        s.push_back(make(Action::unlock, m));
        return s;
      }
      default:
        return locked(m);
    }
  }
  Statement condition_statement() {
    Statement s;
    const int m = below(8) == 0 ? 1 : 0;
    // Two mutexes at once with one condition variable are no program.
    if (waits_with_ < 0) waits_with_ = m;
    const int w = waits_with_;
    switch (may_go_round_ ? below(7) : 2 + below(5)) {
      case 0:
      case 1: {  // the waiting side
        s.push_back(make(Action::lock, w));
        s.push_back(make(Action::wait_while, 0, 1));
        s.back().mutex = static_cast<std::uint8_t>(w);
        if (below(2) == 0) s.push_back(plain());
        s.push_back(make(Action::unlock, w));
        return s;
      }
      case 2: {  // `if` where `while` is right
        s.push_back(make(Action::lock, w));
        s.push_back(make(Action::read, 0));
        s.back().reg = reg();
        Instruction test = make(Action::skip_unless, 0, 0);
        test.reg = s.back().reg;
        test.skip = 1;
        s.push_back(test);
        s.push_back(make(Action::wait));
        s.back().mutex = static_cast<std::uint8_t>(w);
        s.push_back(make(Action::read, 0));
        s.back().reg = reg();
        s.push_back(make(Action::unlock, w));
        return s;
      }
      case 3: {
        s.push_back(make(Action::lock, w));
        s.push_back(make(Action::timed_wait));
        s.back().mutex = static_cast<std::uint8_t>(w);
        s.back().reg = reg();
        s.push_back(plain());
        s.push_back(make(Action::unlock, w));
        return s;
      }
      case 4:
        return {make(below(2) == 0 ? Action::notify_one : Action::notify_all)};
      default: {  // the telling side
        s.push_back(make(Action::lock, m));
        s.push_back(make(Action::write, 0, 1));
        const Instruction notify = make(below(2) == 0 ? Action::notify_one : Action::notify_all);
        const int where = below(5);
        if (where < 2) s.push_back(notify);
        s.push_back(make(Action::unlock, m));
        if (where == 2 || where == 3) s.push_back(notify);
        return s;
      }
    }
  }
  Statement semaphore_statement() {
    Statement s;
    switch (below(5)) {
      case 0:
        s.push_back(make(Action::sem_wait));
        break;
      case 1:
        s.push_back(make(below(2) == 0 ? Action::sem_try : Action::sem_timed));
        s.back().reg = reg();
        break;
      case 2:
        s.push_back(make(Action::sem_wait));
        s.push_back(plain());
        s.push_back(make(Action::sem_post));
        break;
      default:
        s.push_back(make(Action::sem_post));
    }
    return s;
  }
  Statement rwlock_statement() {
    switch (below(5)) {
      case 0:
        return attempt(Action::try_read_lock, Action::rw_unlock, 0);
      case 1:
        return attempt(Action::try_write_lock, Action::rw_unlock, 0);
      default:
        break;
    }
    const bool write = below(2) == 0;
    Statement s{make(write ? Action::write_lock : Action::read_lock)};
    Instruction i = plain();
    if (!write && below(4) != 0) {
      i.action = Action::read;
      i.reg = reg();
    }
    s.push_back(i);
    s.push_back(make(Action::rw_unlock));
    return s;
  }
  Statement statement() {
    if (racy_ && below(3) == 0) return {plain()};
    if (spins_ && may_go_round_ && below(3) == 0) {
      Instruction i = make(Action::await, below(kAtomics), 1);
      i.order = below(2) == 0 ? 0 : 2;
      return {i};
    }
    if (below(12) == 0) {
      Instruction i = make(Action::fence);
      i.order = static_cast<std::uint8_t>(2 + below(4));
      return {i};
    }
    if (below(6) == 0) {  // an access that depends on a register
      Statement s{atomic()};
      Instruction test = make(Action::skip_unless, 0, below(3));
      test.reg = s[0].reg;
      test.skip = 1;
      s.push_back(test);
      s.push_back(below(2) == 0 ? atomic() : racy_ ? plain() : atomic());
      return s;
    }
    switch (flavour_) {
      case 0:
        return {atomic()};
      case 1:
        return mutex_statement();
      case 2:
      case 3:
        return condition_statement();
      case 4:
        return semaphore_statement();
      case 5:
        return rwlock_statement();
      default:
        break;
    }
    switch (below(7)) {
      case 0:
      case 1:
        return {atomic()};
      case 2:
        return semaphore_statement();
      case 3:
        return rwlock_statement();
      case 4:
        return condition_statement();
      default:
        return mutex_statement();
    }
  }

  std::mt19937_64 engine_;
  int flavour_ = 0;
  bool racy_ = false, spins_ = false;
  /// Two threads that both go round in loops are beyond Selvage for now (docs/testing.md): only one does.
  bool may_go_round_ = false;
  int next_register_ = 0;
  int waits_with_ = -1;  ///< the mutex of all waits; -1: not chosen yet
};

const char* order_name(int order) {
  constexpr const char* kNames[] = {"relaxed", "consume", "acquire", "release", "acq_rel", "seq_cst"};
  return kNames[order];
}

std::string in_words(const Instruction& i) {
  std::ostringstream out;
  const auto r = [&] { out << "r" << int{i.reg} << " = "; };
  const std::string a = "a" + std::to_string(i.object), p = "p" + std::to_string(i.object),
                    m = "m" + std::to_string(i.object), w = "(c, m" + std::to_string(i.mutex) + ")";
  const std::string skips = " else skip " + std::to_string(i.skip);
  switch (i.action) {
    case Action::load:
      r();
      out << a << ".load(" << order_name(i.order) << ")";
      break;
    case Action::store:
      out << a << ".store(" << int{i.value} << ", " << order_name(i.order) << ")";
      break;
    case Action::add:
      r();
      out << a << ".fetch_add(" << int{i.value} << ", " << order_name(i.order) << ")";
      break;
    case Action::exchange:
      r();
      out << a << ".exchange(" << int{i.value} << ", " << order_name(i.order) << ")";
      break;
    case Action::cas:
      r();
      out << a << ".cas(" << int{i.expected} << " -> " << int{i.value} << ", " << order_name(i.order) << ")";
      break;
    case Action::await:
      out << "while (" << a << ".load(" << order_name(i.order) << ") != " << int{i.value} << ");";
      break;
    case Action::fence:
      out << "fence(" << order_name(i.order) << ")";
      break;
    case Action::read:
      r();
      out << p;
      break;
    case Action::write:
      out << p << " = " << int{i.value};
      break;
    case Action::skip_unless:
      out << "if (r" << int{i.reg} << " == " << int{i.value} << ")" << skips;
      break;
    case Action::lock:
      out << "lock " << m;
      break;
    case Action::unlock:
      out << "unlock " << m;
      break;
    case Action::try_lock:
      r();
      out << "try_lock " << m << skips;
      break;
    case Action::timed_lock:
      r();
      out << "timed_lock " << m << skips;
      break;
    case Action::wait:
      out << "wait" << w;
      break;
    case Action::wait_while:
      out << "while (" << p << " != " << int{i.value} << ") wait" << w;
      break;
    case Action::timed_wait:
      r();
      out << "timed_wait" << w;
      break;
    case Action::notify_one:
      out << "notify_one c";
      break;
    case Action::notify_all:
      out << "notify_all c";
      break;
    case Action::sem_wait:
      out << "sem_wait";
      break;
    case Action::sem_try:
      r();
      out << "sem_trywait";
      break;
    case Action::sem_timed:
      r();
      out << "sem_timedwait";
      break;
    case Action::sem_post:
      out << "sem_post";
      break;
    case Action::read_lock:
      out << "read_lock";
      break;
    case Action::write_lock:
      out << "write_lock";
      break;
    case Action::try_read_lock:
      r();
      out << "try_read_lock" << skips;
      break;
    case Action::try_write_lock:
      r();
      out << "try_write_lock" << skips;
      break;
    case Action::rw_unlock:
      out << "rw_unlock";
      break;
  }
  return out.str();
}

}  // namespace

Program generate(std::uint64_t seed, Shape shape) { return Generator(seed).program(shape); }

std::vector<Code> Program::code() const {
  std::vector<Code> all;
  for (const auto& statements : threads) {
    Code code;
    for (const Statement& s : statements) code.insert(code.end(), s.begin(), s.end());
    all.push_back(std::move(code));
  }
  return all;
}

std::string Program::text() const {
  std::string out = "semaphore = " + std::to_string(semaphore) + "\n";
  const auto all = code();
  for (std::size_t t = 0; t < all.size(); ++t) {
    out += "thread " + std::to_string(t + 1) + ":\n";
    for (const Instruction& i : all[t]) out += "  " + in_words(i) + "\n";
  }
  return out;
}

std::string to_text(const Ending& ending) {
  std::string out;
  const auto add = [&out](const auto& values) {
    for (const int v : values) out += static_cast<char>('0' + v);
    out += '|';
  };
  add(ending.atomics);
  add(ending.plains);
  for (const auto& registers : ending.registers) add(registers);
  return out;
}

}  // namespace differential
