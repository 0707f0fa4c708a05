#include "machine/fiber.hpp"

#include <sys/auxv.h>
#include <sys/mman.h>

#include "machine/fatal.hpp"

extern "C" {
__attribute__((visibility("hidden"))) bool selvage_use_wrfsbase = false;
__attribute__((visibility("hidden"))) bool selvage_use_avx = false;
__attribute__((visibility("hidden"))) bool selvage_clears_vectors = false;
}

namespace selvage::machine {

bool thread_pointer_is_writable() {
  constexpr unsigned long kFsgsbase = 1UL << 1;
  return (getauxval(AT_HWCAP2) & kFsgsbase) != 0;
}

std::uint64_t prepare_fiber(std::uint64_t top, void (*entry)(void*), void* argument) {
  // What selvage_switch pops, lowest first: control words, r15, r14, r13, r12, rbx, rbp, return address.
  auto* frame = reinterpret_cast<std::uint64_t*>(top - 128);  // 128: keeps rsp 16-byte aligned at the call
  constexpr std::uint64_t kMxcsr = 0x1f80;
  constexpr std::uint64_t kX87 = 0x037f;
  frame[0] = kMxcsr | (kX87 << 32);
  frame[1] = frame[2] = frame[3] = 0;
  frame[4] = reinterpret_cast<std::uint64_t>(argument);
  frame[5] = reinterpret_cast<std::uint64_t>(entry);
  frame[6] = 0;
  frame[7] = reinterpret_cast<std::uint64_t>(&selvage_fiber_entry);
  for (int i = 8; i < 16; ++i) frame[i] = 0;
  return reinterpret_cast<std::uint64_t>(frame);
}

void Stacks::reserve(int count) {
  selvage_use_wrfsbase = thread_pointer_is_writable();
  selvage_use_avx = __builtin_cpu_supports("avx") != 0;
  size_ = static_cast<std::uint64_t>(count) * kSize;
  // A fixed place outside what the kernel hands out, so that stack addresses repeat from run to run.
  constexpr std::uint64_t kWish = 0x200000000000;
  void* memory = mmap(reinterpret_cast<void*>(kWish), size_, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (memory == MAP_FAILED) fatal("cannot reserve the stacks' address range");
  base_ = reinterpret_cast<std::uint64_t>(memory);
  for (int i = 0; i < count; ++i) mprotect(reinterpret_cast<void*>(low(i)), 4096, PROT_NONE);
}

bool Stacks::in_guard(std::uint64_t address) const {
  // A large frame may step over the guard page's start: the neighbour's last pages count as well.
  return contains(address) && (address - base_) % kSize < kGuard;
}

}  // namespace selvage::machine
