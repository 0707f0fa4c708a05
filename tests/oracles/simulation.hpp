// Small programs of atomic accesses, fences and locks, run by the search for execution graphs without a machine.
//
// A thread is a coroutine: co_await an operation and get the value that was read.
#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "search/optimal.hpp"

namespace oracles {

/// What a thread is about to do.
struct Operation {
  enum class What { load, store, rmw, cas, fence, lock, unlock } what;
  int location = 0;
  int order = 0;
  int failure_order = -1;
  std::int64_t expected = 0;
  std::int64_t value = 0;                            ///< store, cas
  std::function<std::int64_t(std::int64_t)> update;  ///< rmw
};

class Thread {
 public:
  struct promise_type {
    Operation* pending = nullptr;
    std::int64_t answer = 0;
    Thread get_return_object() { return Thread(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { throw; }
    struct Await {
      promise_type& promise;
      Operation operation;
      bool await_ready() { return false; }
      void await_suspend(std::coroutine_handle<>) { promise.pending = &operation; }
      std::int64_t await_resume() { return promise.answer; }
    };
    Await await_transform(Operation operation) { return {*this, std::move(operation)}; }
  };
  explicit Thread(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  Thread(Thread&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Thread& operator=(Thread&&) = delete;
  ~Thread() {
    if (handle_) handle_.destroy();
  }
  [[nodiscard]] bool done() const { return handle_.done(); }
  [[nodiscard]] const Operation& pending() const { return *handle_.promise().pending; }
  void go_on(std::int64_t answer) {
    handle_.promise().answer = answer;
    handle_.resume();
  }

 private:
  std::coroutine_handle<promise_type> handle_;
};

inline Operation load(int x, int order) { return {Operation::What::load, x, order, -1, 0, 0, {}}; }
inline Operation store(int x, int order, std::int64_t v) {
  return {Operation::What::store, x, order, -1, 0, v, {}};
}
inline Operation fetch_add(int x, int order, std::int64_t d) {
  return {Operation::What::rmw, x, order, -1, 0, 0, [d](std::int64_t old) { return old + d; }};
}
inline Operation exchange(int x, int order, std::int64_t v) {
  return {Operation::What::rmw, x, order, -1, 0, 0, [v](std::int64_t) { return v; }};
}
inline Operation cas(int x, int order, int failure, std::int64_t expected, std::int64_t v) {
  return {Operation::What::cas, x, order, failure, expected, v, {}};
}
inline Operation fence(int order) { return {Operation::What::fence, 0, order, -1, 0, 0, {}}; }
inline Operation lock(int m) { return {Operation::What::lock, m, 0, -1, 0, 0, {}}; }
inline Operation unlock(int m) { return {Operation::What::unlock, m, 0, -1, 0, 0, {}}; }

/// The registers of an execution, for its outcome.
using Registers = std::map<std::string, std::int64_t>;

struct Program {
  std::vector<std::int64_t> initial;  ///< of each location
  std::function<std::vector<Thread>(Registers&)> threads;
  std::vector<std::string> names;  ///< of the locations, for outcomes; may be empty
  std::size_t mutexes = 0;         ///< numbered apart from the locations
  bool branching_unlocks = false;  ///< unlocks are events, too
};

struct Counts {
  std::uint64_t graphs = 0;                       ///< complete executions
  std::uint64_t stuck = 0;                        ///< executions that ended with threads that wait
  std::uint64_t discarded = 0;                    ///< executions that turned out not to be possible
  std::uint64_t duplicates = 0;                   ///< complete graphs that had been seen before
  std::map<std::string, std::uint64_t> outcomes;  ///< registers and final values: how many graphs
  std::string error;
};

/// Explores all of it. `most`: gives up after so many executions.
Counts explore(const Program& program, selvage::memory::MemoryModel model, std::uint64_t most = UINT64_MAX,
               bool watch_duplicates = true);

}  // namespace oracles
