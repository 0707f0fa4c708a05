// What atexit and static destructors registered, before the exploration and within executions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace selvage::machine {

struct ExitHandler {
  void (*function)(void*);
  void* argument;
  bool of_execution;  ///< registered by the current execution; else before the exploration
};

class ExitHandlers {
 public:
  void add(ExitHandler handler) { list_.push_back(handler); }
  /// Those that the last execution registered go with it.
  void new_execution() {
    while (!list_.empty() && list_.back().of_execution) list_.pop_back();
  }
  /// Has the current execution registered any?
  [[nodiscard]] bool of_execution() const { return !list_.empty() && list_.back().of_execution; }
  /// Calls `run` for each, last registered first; what one registers comes next.
  template <typename Run>
  void run_all(Run&& run) {
    for (std::size_t at = list_.size(); at > 0;) {
      const ExitHandler handler = list_[--at];
      const std::size_t before = list_.size();
      run(handler);
      while (list_.size() > before) {
        const ExitHandler late = list_.back();
        list_.pop_back();
        run(late);
      }
    }
  }

  /// The exploration begins: from now on what is allocated is the runtime's own.
  void move_to_own_heap() {
    std::vector<ExitHandler> own;
    constexpr std::size_t kRoom = 64;
    own.reserve(list_.size() + kRoom);
    own.assign(list_.begin(), list_.end());
    list_.swap(own);
  }
  [[nodiscard]] std::vector<ExitHandler>& list() { return list_; }
  /// What the current execution registered, for writing and reading.
  template <typename Archive>
  void state(Archive& archive) {
    std::size_t first = list_.size();
    while (first > 0 && list_[first - 1].of_execution) --first;
    std::uint64_t count = list_.size() - first;
    archive(count);
    if (first + count != list_.size()) list_.resize(first + count);
    for (; first < list_.size(); ++first) {
      list_[first].of_execution = true;
      archive(list_[first].function)(list_[first].argument);
    }
  }

 private:
  std::vector<ExitHandler> list_;
};

/// Never destroyed: exit handlers run after static destructors. Not on the heap from before the exploration,
/// which is put back before each execution, and exchanged between processes.
inline ExitHandlers& exit_handlers() {
  alignas(ExitHandlers) static unsigned char place[sizeof(ExitHandlers)];
  static auto* handlers = new (place) ExitHandlers;
  return *handlers;
}

}  // namespace selvage::machine
