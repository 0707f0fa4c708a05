// memcpy and its family: accesses to whole ranges, from instrumented code or from libraries that are not.
//
// libselvage's own calls are renamed by the linker (--wrap) to the __wrap_ functions below, so that the
// runtime never meets its own doors.
#include <dlfcn.h>

#include <cstddef>
#include <cstdint>

#include "abi/export.hpp"
#include "machine/access.hpp"
#include "machine/machine.hpp"

using selvage::machine::g;
using selvage::machine::range;
using selvage::race::kRead;
using selvage::race::kWrite;

namespace {

using Copy = void* (*)(void*, const void*, std::size_t);
using Fill = void* (*)(void*, int, std::size_t);

void* first_copy(void* to, const void* from, std::size_t n);
void* first_move(void* to, const void* from, std::size_t n);
void* first_fill(void* to, int value, std::size_t n);
Copy g_copy = first_copy;
Copy g_move = first_move;
Fill g_fill = first_fill;

// dlsym itself may copy: until it has answered these simple ones serve.
void* simple_copy(void* to, const void* from, std::size_t n) {
  void* result = to;
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
  return result;
}
void* simple_move(void* to, const void* from, std::size_t n) {
  auto* t = static_cast<unsigned char*>(to);
  const auto* f = static_cast<const unsigned char*>(from);
  if (t <= f || t >= f + n) return simple_copy(to, from, n);
  while (n-- > 0) {
    t[n] = f[n];
    asm volatile("" : : : "memory");  // not to be turned into a call of memmove
  }
  return to;
}
void* simple_fill(void* to, int value, std::size_t n) {
  void* result = to;
  asm volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(value) : "memory");
  return result;
}
void* first_copy(void* to, const void* from, std::size_t n) {
  g_copy = simple_copy;
  g_copy = reinterpret_cast<Copy>(dlsym(RTLD_NEXT, "memcpy"));
  return g_copy(to, from, n);
}
void* first_move(void* to, const void* from, std::size_t n) {
  g_move = simple_move;
  g_move = reinterpret_cast<Copy>(dlsym(RTLD_NEXT, "memmove"));
  return g_move(to, from, n);
}
void* first_fill(void* to, int value, std::size_t n) {
  g_fill = simple_fill;
  g_fill = reinterpret_cast<Fill>(dlsym(RTLD_NEXT, "memset"));
  return g_fill(to, value, n);
}

std::uint64_t at(const void* p) { return reinterpret_cast<std::uint64_t>(p); }
std::size_t length(const char* s) {
  std::size_t n = 0;
  while (s[n] != 0) ++n;
  return n;
}

}  // namespace

extern "C" {
__attribute__((visibility("hidden"))) void* __wrap_memcpy(void* to, const void* from, std::size_t n) {
  return g_copy(to, from, n);
}
__attribute__((visibility("hidden"))) void* __wrap_memmove(void* to, const void* from, std::size_t n) {
  return g_move(to, from, n);
}
__attribute__((visibility("hidden"))) void* __wrap_memset(void* to, int value, std::size_t n) {
  return g_fill(to, value, n);
}
}

SELVAGE_EXPORT void* memcpy(void* to, const void* from, std::size_t n) {
  if (g.in_program) {
    range(at(from), n, kRead, SELVAGE_CALLER);
    range(at(to), n, kWrite, SELVAGE_CALLER);
  }
  return g_copy(to, from, n);
}
SELVAGE_EXPORT void* memmove(void* to, const void* from, std::size_t n) {
  if (g.in_program) {
    range(at(from), n, kRead, SELVAGE_CALLER);
    range(at(to), n, kWrite, SELVAGE_CALLER);
  }
  return g_move(to, from, n);
}
SELVAGE_EXPORT void* memset(void* to, int value, std::size_t n) {
  if (g.in_program) range(at(to), n, kWrite, SELVAGE_CALLER);
  return g_fill(to, value, n);
}
SELVAGE_EXPORT void* __tsan_memcpy(void* to, const void* from, std::size_t n) {
  if (g.in_program) {
    range(at(from), n, kRead, SELVAGE_CALLER);
    range(at(to), n, kWrite, SELVAGE_CALLER);
  }
  return g_copy(to, from, n);
}
SELVAGE_EXPORT void* __tsan_memmove(void* to, const void* from, std::size_t n) {
  if (g.in_program) {
    range(at(from), n, kRead, SELVAGE_CALLER);
    range(at(to), n, kWrite, SELVAGE_CALLER);
  }
  return g_move(to, from, n);
}
SELVAGE_EXPORT void* __tsan_memset(void* to, int value, std::size_t n) {
  if (g.in_program) range(at(to), n, kWrite, SELVAGE_CALLER);
  return g_fill(to, value, n);
}
SELVAGE_EXPORT int memcmp(const void* a, const void* b, std::size_t n) {
  if (g.in_program) {
    range(at(a), n, kRead, SELVAGE_CALLER);
    range(at(b), n, kRead, SELVAGE_CALLER);
  }
  const auto* x = static_cast<const unsigned char*>(a);
  const auto* y = static_cast<const unsigned char*>(b);
  for (std::size_t i = 0; i < n; ++i) {
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
  }
  return 0;
}
SELVAGE_EXPORT std::size_t strlen(const char* s) {
  const std::size_t n = length(s);
  if (g.in_program) range(at(s), n + 1, kRead, SELVAGE_CALLER);
  return n;
}
SELVAGE_EXPORT char* strcpy(char* to, const char* from) {
  const std::size_t n = length(from) + 1;
  if (g.in_program) {
    range(at(from), n, kRead, SELVAGE_CALLER);
    range(at(to), n, kWrite, SELVAGE_CALLER);
  }
  g_copy(to, from, n);
  return to;
}
SELVAGE_EXPORT char* strcat(char* to, const char* from) {
  const std::size_t before = length(to), n = length(from) + 1;
  if (g.in_program) {
    range(at(to), before + 1, kRead, SELVAGE_CALLER);
    range(at(from), n, kRead, SELVAGE_CALLER);
    range(at(to + before), n, kWrite, SELVAGE_CALLER);
  }
  g_copy(to + before, from, n);
  return to;
}
SELVAGE_EXPORT int strcmp(const char* a, const char* b) {
  std::size_t n = 0;
  while (a[n] != 0 && a[n] == b[n]) ++n;
  if (g.in_program) {
    range(at(a), n + 1, kRead, SELVAGE_CALLER);
    range(at(b), n + 1, kRead, SELVAGE_CALLER);
  }
  return static_cast<unsigned char>(a[n]) - static_cast<unsigned char>(b[n]);
}
