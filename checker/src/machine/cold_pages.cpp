#include "machine/cold_pages.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>

#include "machine/raw_syscall.hpp"

namespace selvage::machine {

namespace {

ColdPages* g_first = nullptr;

void set_protection(std::uint64_t low, std::uint64_t high, int protection) {
  raw_syscall(SYS_mprotect, static_cast<long>(low), static_cast<long>(high - low), protection);
}

}  // namespace

ColdPages::ColdPages(ColdPages&& other) noexcept {
  other.warm_up();
  allowed_ = other.allowed_;
}

void ColdPages::cool_down(std::uint64_t low, std::uint64_t high) {
  low_ = low & ~4095ULL;
  high_ = (high + 4095) & ~4095ULL;
  rested_ = 0;
  cold_ = true;
  ++changes_;
  next_ = g_first;
  g_first = this;
  set_protection(low_, high_, PROT_READ);
}

void ColdPages::warm_up() {
  rested_ = 0;
  if (!cold_) return;
  ColdPages** at = &g_first;
  while (*at != this) at = &(*at)->next_;
  *at = next_;
  cold_ = false;
  ++changes_;
  if (patience_ < kMostPatience) patience_ *= 2;
  set_protection(low_, high_, PROT_READ | PROT_WRITE);
  // Others may be in the same pages.
  for (ColdPages* other = g_first; other != nullptr;) {
    if (other->low_ < high_ && low_ < other->high_) {
      other->warm_up();
      other = g_first;
    } else {
      other = other->next_;
    }
  }
}

void ColdPages::warm_up_shortly() {
  const std::uint32_t before = patience_;
  warm_up();
  patience_ = before;
}

void ColdPages::warm_up_all() {
  while (g_first != nullptr) g_first->warm_up();
}

bool ColdPages::on_write_fault(std::uint64_t address) {
  for (ColdPages* pages = g_first; pages != nullptr; pages = pages->next_) {
    if (address - pages->low_ >= pages->high_ - pages->low_) continue;
    pages->warm_up();
    return true;
  }
  return false;
}

}  // namespace selvage::machine
