#include "abi/descriptors.hpp"

#include <errno.h>

#include <bit>
#include <vector>

#include "machine/machine.hpp"
#include "machine/process.hpp"
#include "sync/pipe.hpp"

namespace selvage::abi {

using machine::g;
using machine::kMaxThreads;

namespace {

constexpr int kMost = 256;  // of a process

std::vector<Description>& descriptions() {
  static auto* all = new std::vector<Description>;
  return *all;
}
std::vector<int>
    g_tables[kMaxThreads];  // by process: of each descriptor the number of its description, -1: closed

void count_ends(const Description& d) {
  if (d.in >= 0) sync::pipe_add_reader(d.in);
  if (d.out >= 0) sync::pipe_add_writer(d.out);
}

void inherit(int parent, int child) {
  g_tables[child] = g_tables[parent];
  for (const int number : g_tables[child]) {
    if (number < 0) continue;
    Description& d = descriptions()[static_cast<std::size_t>(number)];
    ++d.descriptors;
    count_ends(d);
  }
}

void close_all(int process) {
  for (std::size_t i = 0; i < g_tables[process].size(); ++i) {
    if (g_tables[process][i] >= 0) close_descriptor(static_cast<int>(i) + kFirstDescriptor, 0);
  }
}

void new_execution() {
  descriptions().clear();
  for (auto& table : g_tables) table.clear();
  sync::pipes_new_execution();
}

const bool g_part = (machine::add_process_part({inherit, nullptr, nullptr, new_execution, close_all}), true);

int add(int number) {
  auto& table = g_tables[g.process];
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i] >= 0) continue;
    table[i] = number;
    return static_cast<int>(i) + kFirstDescriptor;
  }
  if (table.size() == kMost) return -1;
  table.push_back(number);
  return static_cast<int>(table.size()) - 1 + kFirstDescriptor;
}

int number_of(int fd) {
  const auto& table = g_tables[g.process];
  const auto i = static_cast<std::size_t>(fd - kFirstDescriptor);
  return fd < kFirstDescriptor || i >= table.size() ? -1 : table[i];
}

}  // namespace

void use_table(std::uint64_t pc) {
  if (std::popcount(machine::threads_of_own()) < 2) return;
  machine::Op op;
  op.kind = machine::EventKind::poll;
  op.footprint = machine::Footprint::write;
  op.address = reinterpret_cast<std::uint64_t>(&g_tables[g.process]);
  op.pc = pc;
  machine::visible(op);
  if (auto* e = machine::last_event()) {
    e->kind = machine::EventKind::named;
    e->note = "uses the table of descriptors";
    e->address = 0;
  }
}

Description* open_descriptor(int* fd) {
  machine::note_use_of_processes();
  descriptions().reserve(1 << 16);  // pointers to them stay good
  if (descriptions().size() == 1 << 16) return nullptr;
  *fd = add(static_cast<int>(descriptions().size()));
  if (*fd < 0) return nullptr;
  descriptions().emplace_back();
  descriptions().back().descriptors = 1;
  return &descriptions().back();
}

Description* description(int fd) {
  const int number = number_of(fd);
  return number < 0 ? nullptr : &descriptions()[static_cast<std::size_t>(number)];
}

int duplicate(int fd) {
  const int copy = add(number_of(fd));
  if (copy < 0) return -1;
  ++description(fd)->descriptors;
  count_ends(*description(fd));
  return copy;
}

int close_descriptor(int fd, std::uint64_t pc) {
  use_table(pc);
  Description* d = description(fd);
  if (d == nullptr) return EBADF;
  g_tables[g.process][static_cast<std::size_t>(fd - kFirstDescriptor)] = -1;
  --d->descriptors;
  if (d->in >= 0) sync::pipe_remove_reader(d->in, pc);
  if (d->out >= 0) sync::pipe_remove_writer(d->out, pc);
  return 0;
}

}  // namespace selvage::abi
