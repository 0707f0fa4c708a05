// What a body may call: outcome, check, choose, invariant.
#include <cstdio>
#include <cstdlib>

#include "machine/crash.hpp"
#include "machine/machine.hpp"
#include "machine/runtime_heap.hpp"
#include "selvage/selvage.hpp"

namespace selvage {

using machine::Door;
using machine::g;

void outcome_text(std::string_view text) {
  if (!g.in_program) return;
  Door door;
  // The order of outcomes by several threads is visible, like that of output.
  machine::Op op;
  op.kind = machine::EventKind::output;
  op.footprint = machine::Footprint::write;
  op.address = reinterpret_cast<std::uint64_t>(&g.outcome);
  op.pc = reinterpret_cast<std::uint64_t>(__builtin_return_address(0));
  machine::visible(op);
  machine::changed();
  if (g.has_outcome) g.outcome += ' ';
  g.has_outcome = true;
  g.outcome += text;
}

void check(bool condition, const char* message) {
  if (condition) return;
  if (!g.in_program) {
    if (g.executing) return;  // inside an invariant: its result decides
    std::fprintf(stderr, "%s\n", message);
    std::abort();
  }
  Door door;
  machine::violation(Verdict::assertion, std::string("check failed: ") + message);
}

int choose(int n) {
  if (!g.in_program) return 0;
  Door door;
  if (n < 1) machine::misuse("selvage::choose(" + std::to_string(n) + "): there is nothing to choose from");
  constexpr int kMost = 0x7fff;
  if (n > kMost) machine::misuse("selvage::choose(" + std::to_string(n) + "): at most 32767 values");
  machine::Op op;
  op.kind = machine::EventKind::choose;
  op.pc = reinterpret_cast<std::uint64_t>(__builtin_return_address(0));
  machine::eager(op);
  const int value = machine::alternative(n);
  machine::changed();
  if (auto* e = machine::last_event()) {
    e->second = static_cast<std::uint64_t>(n);
    e->result = value;
  }
  return value;
}

void crash_point() {
  if (!g.in_program) return;
  Door door;
  machine::may_crash();
}

void invariant(std::function<bool()> holds, const char* name) {
  if (!g.in_program) return;
  Door door;
  if (g.weak != nullptr) machine::unsupported("selvage::invariant in a search for execution graphs");
  g.invariants.emplace_back(std::move(holds), name);
  g.invariants_changed = true;
  g.watching = true;
}

bool exploring() { return g.in_program; }

namespace detail {

// For tests/unit/hot_path_test.cpp; no header has it.
__attribute__((visibility("default"))) std::uint64_t runtime_allocations() {
  return machine::runtime_heap::allocations();
}

}  // namespace detail

Directed& Directed::watch(const void* address, std::size_t size) {
  watched_.emplace_back(reinterpret_cast<std::uintptr_t>(address), size);
  return *this;
}
Directed& Directed::until_before_write(int thread, const void* address, std::uint64_t nth) {
  steps_.push_back({thread, Until::before_write, reinterpret_cast<std::uintptr_t>(address), nth});
  return *this;
}
Directed& Directed::until_before_read(int thread, const void* address, std::uint64_t nth) {
  steps_.push_back({thread, Until::before_read, reinterpret_cast<std::uintptr_t>(address), nth});
  return *this;
}
Directed& Directed::until_writes_done(int thread, const void* address, std::uint64_t count) {
  steps_.push_back({thread, Until::writes_done, reinterpret_cast<std::uintptr_t>(address), count});
  return *this;
}
Directed& Directed::events(int thread, std::uint64_t count) {
  steps_.push_back({thread, Until::events, 0, count});
  return *this;
}
Directed& Directed::to_end(int thread) {
  steps_.push_back({thread, Until::end, 0, 0});
  return *this;
}

}  // namespace selvage
