// A program that prints where it is: its modules, and the addresses of code and data that symbols_test.cpp
// looks up. Compiled by that test with -g.
#include <link.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <thread>
#include <vector>

int counter = 0;
std::mutex m;
thread_local long own = 3;

namespace bank {
struct Point {
  int x, y[3];
};
struct Account {
  int id;
  std::mutex guard;
  int balance;
  Point points[2];
};
Account account;
int table[4][8];
}  // namespace bank

static int print_module(dl_phdr_info* info, size_t, void*) {
  std::uint64_t low = ~0ull, high = 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD) continue;
    low = std::min<std::uint64_t>(low, info->dlpi_addr + segment.p_vaddr);
    high = std::max<std::uint64_t>(high, info->dlpi_addr + segment.p_vaddr + segment.p_memsz);
  }
  std::printf("module %lx %lx %lx %s\n", (unsigned long)info->dlpi_addr, (unsigned long)low,
              (unsigned long)high, info->dlpi_name[0] ? info->dlpi_name : "self");
  return 0;
}

static void print(const char* what, int line, const void* address) {
  std::printf("%s %d %lx\n", what, line, (unsigned long)address);
}

__attribute__((noinline)) void mark(const char* what, int line) {
  print(what, line, __builtin_return_address(0));
}

namespace shop {
template <typename T>
__attribute__((noinline)) void sell(T) {
  mark("template", __LINE__);
  std::printf(" \n");
}
}  // namespace shop

static inline __attribute__((always_inline)) void inlined() {
  mark("inlined", __LINE__);
  std::printf(" \n");
}

__attribute__((noinline)) void outer() {
  inlined();  // INLINED HERE
}

__attribute__((noinline)) void locals() {
  int first = 1;
  int values[4] = {1, 2, 3, 4};
  print("frame", 0, (const char*)__builtin_frame_address(0) + 16);  // the canonical frame address
  print("local", 0, &first);
  print("local-array", 0, &values[2]);
  mark("in-locals", __LINE__);
  std::printf("%d %d\n", first, values[2]);
}

int main() {
  static int calls = 7;
  dl_iterate_phdr(print_module, nullptr);
  shop::sell(1);
  outer();
  locals();
  auto lambda = [&]() __attribute__((noinline)) {
    mark("lambda", __LINE__);
    std::printf(" \n");
  };
  std::thread t(lambda);
  t.join();
  print("counter", 0, &counter);
  print("counter+1", 0, (char*)&counter + 1);
  print("m", 0, &m);
  print("static", 0, &calls);
  print("balance", 0, &bank::account.balance);
  print("guard", 0, &bank::account.guard);
  print("nested", 0, &bank::account.points[1].y[2]);
  print("table", 0, &bank::table[2][3]);
  print("heap", 0, new int(1));
  print("puts", 0, (const void*)&std::puts);
  return calls == 7 && own == 3 ? 0 : 1;
}
