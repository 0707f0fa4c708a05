// Copies of this process that work on the same thing: forked, with what they share in state::Room's of shared
// memory.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "state/shared_memory.hpp"

namespace selvage::machine {

/// How many processors there are for this process.
int processors();

class Workers {
 public:
  Workers() = default;
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers() { stop(); }
  /// Takes the memory that it needs; start() does so where it was not done before.
  void open();
  /// Forks `count` processes, each of which calls `prepare` once, and then `work` whenever go() is called.
  void start(int count, const std::function<void()>& prepare, const std::function<void()>& work);
  /// All of them work ...
  void go();
  /// ... until they are done. `waiting` is called now and then. Ends the process where one of them has died.
  void wait(const std::function<void()>& waiting);
  /// Ends them.
  void stop();
  [[nodiscard]] int count() const { return static_cast<int>(processes_.size()); }

 private:
  struct Shared {
    std::atomic<std::uint32_t> turn;  ///< of go()
    std::atomic<std::uint32_t> done;  ///< how many are done with it
  };
  [[noreturn]] void serve(const std::function<void()>& work);
  state::Room<Shared> room_;  ///< kept: where other memory comes to lie must not depend on how many work
  std::vector<pid_t> processes_;
};

}  // namespace selvage::machine
