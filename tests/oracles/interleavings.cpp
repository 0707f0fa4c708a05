#include "interleavings.hpp"

#include <map>

namespace oracles {

namespace {

using What = Operation::What;

struct Naive {
  explicit Naive(const Program& p) : program(p) {}
  const Program& program;
  Interleavings found;

  /// Runs the schedule, a thread a step; returns who can move after it, and what came of it.
  struct End {
    std::vector<int> enabled;
    bool alive = false;
    std::string graph, outcome;
  };
  End run(const std::vector<int>& schedule) {
    Registers registers;
    std::vector<Thread> threads = program.threads(registers);
    std::vector<std::int64_t> memory = program.initial;
    std::vector<std::string> writer(memory.size(), "init"), mo(memory.size());
    std::vector<int> owner(program.mutexes, -1);
    std::vector<std::string> locks(program.mutexes);
    std::vector<int> count(threads.size(), 0);
    std::map<std::string, std::string> reads;
    const auto eagerly = [&] {
      for (std::size_t t = 0; t < threads.size(); ++t) {
        while (!threads[t].done()) {
          const Operation& op = threads[t].pending();
          if (op.what == What::unlock) {
            owner[op.location] = -1;
          } else if (op.what != What::fence) {
            break;
          }
          threads[t].go_on(0);
        }
      }
    };
    eagerly();
    for (const int t : schedule) {
      const Operation op = threads[t].pending();
      const std::string name = std::to_string(t) + "." + std::to_string(count[t]++);
      std::int64_t seen = 0;
      if (op.what == What::lock) {
        owner[op.location] = t;
        locks[op.location] += name + " ";
      } else {
        std::int64_t& value = memory[op.location];
        seen = value;
        const bool writes = op.what != What::load && !(op.what == What::cas && seen != op.expected);
        if (op.what != What::store) reads[name] = writer[op.location];
        if (writes) {
          value = op.what == What::rmw ? op.update(seen) : op.value;
          writer[op.location] = name;
          mo[op.location] += name + " ";
        }
      }
      threads[t].go_on(seen);
      eagerly();
    }
    End end;
    for (std::size_t t = 0; t < threads.size(); ++t) {
      if (threads[t].done()) continue;
      end.alive = true;
      const Operation& op = threads[t].pending();
      if (op.what != What::lock || owner[op.location] < 0) end.enabled.push_back(static_cast<int>(t));
    }
    for (const auto& [read, from] : reads) end.graph += read + "<" + from + " ";
    for (const auto& order : mo) end.graph += "| " + order;
    for (const auto& order : locks) end.graph += "# " + order;
    for (const auto& [name, value] : registers) end.outcome += name + "=" + std::to_string(value) + " ";
    end.outcome += "|";
    for (std::size_t x = 0; x < memory.size(); ++x) {
      const std::string name = x < program.names.size() ? program.names[x] : "v" + std::to_string(x);
      end.outcome += " " + name + "=" + std::to_string(memory[x]);
    }
    return end;
  }

  void explore(std::vector<int>& schedule) {
    const End end = run(schedule);
    if (end.enabled.empty()) {
      (end.alive ? found.stuck : found.graphs).insert(end.graph);
      if (!end.alive) found.outcomes.insert(end.outcome);
      return;
    }
    for (const int t : end.enabled) {
      schedule.push_back(t);
      explore(schedule);
      schedule.pop_back();
    }
  }
};

}  // namespace

Interleavings interleave(const Program& program) {
  Naive naive(program);
  std::vector<int> schedule;
  naive.explore(schedule);
  return naive.found;
}

}  // namespace oracles
