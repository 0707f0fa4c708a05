// Fibers: stacks of their own, switched without the kernel, each with the thread pointer (TLS) of a thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace selvage::machine {

/// Saves the caller's context (its stack pointer goes to *save), makes `thread_pointer` the FS base and
/// resumes the context whose stack pointer is `stack_pointer`. About 10 ns.
extern "C" void selvage_switch(std::uint64_t* save, std::uint64_t stack_pointer,
                               std::uint64_t thread_pointer);

/// Where states are kept: selvage_switch leaves nothing in the vector registers. (A function with variable arguments spills
/// them to its stack, whoever wrote them last.)
extern "C" __attribute__((visibility("hidden"))) bool selvage_clears_vectors;

/// Zeroes up to `bytes` (a multiple of 8) of the dead stack below the caller's frame. `low`: the lowest usable address
/// of a stack of Stacks; nothing is done where the caller runs on another.
extern "C" void selvage_wipe_dead_stack(std::uint64_t low, std::uint64_t bytes);

/// Where a new fiber begins: takes the function and argument from callee-saved registers.
extern "C" void selvage_fiber_entry();

/// True where user code may write the FS base itself (HWCAP2_FSGSBASE).
bool thread_pointer_is_writable();

/// The stack pointer of a fiber that will call entry(argument) on the stack that ends at `top`.
std::uint64_t prepare_fiber(std::uint64_t top, void (*entry)(void*), void* argument);

/// The stacks of the threads of the program under test: at the same place in every execution, with an
/// inaccessible page at the low end.
class Stacks {
 public:
  static constexpr std::size_t kSize = 8UL << 20;  ///< bytes of each, guard included: as ulimit -s has it
  static constexpr std::size_t kGuard = 4096;      ///< bytes of the inaccessible page
  void reserve(int count);
  [[nodiscard]] std::uint64_t low(int index) const {
    return base_ + static_cast<std::uint64_t>(index) * kSize;
  }
  [[nodiscard]] std::uint64_t top(int index) const { return low(index + 1); }
  [[nodiscard]] bool in_guard(std::uint64_t address) const;
  [[nodiscard]] bool contains(std::uint64_t address) const { return address - base_ < size_; }
  [[nodiscard]] int owner(std::uint64_t address) const { return static_cast<int>((address - base_) / kSize); }

 private:
  std::uint64_t base_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace selvage::machine
