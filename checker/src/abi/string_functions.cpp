// The C library's functions on strings: what they read and write.
//
// Where a function stops early, what it reads ends there (C17 7.24), however much the library may look at.
#include <signal.h>
#include <string.h>

#include <cstdio>
#include <cstdlib>

#include "abi/accesses.hpp"
#include "abi/export.hpp"

namespace {

using selvage::abi::Accesses;
using selvage::machine::Door;
using selvage::machine::g;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// How many characters it takes to tell the two apart, or to see that they are equal.
template <typename C, typename Equal>
std::size_t to_compare(const C* a, const C* b, std::size_t most, Equal equal) {
  std::size_t n = 0;
  while (n < most) {
    const C x = a[n], y = b[n];
    ++n;
    if (x == 0 || y == 0 || !equal(x, y)) break;
  }
  return n;
}

template <typename C>
bool same(C x, C y) {
  return x == y;
}
bool same_letter(char x, char y) { return lower(x) == lower(y); }

constexpr std::size_t kAll = ~std::size_t{0};

/// How many characters it takes to find `c`, or that it is not there.
template <typename C>
std::size_t to_find(const C* s, C c) {
  std::size_t n = 0;
  while (s[n] != c && s[n] != 0) ++n;
  return n + 1;
}
std::size_t to_find_in(const void* s, int c, std::size_t most) {
  const auto* bytes = static_cast<const unsigned char*>(s);
  std::size_t n = 0;
  while (n < most && bytes[n++] != static_cast<unsigned char>(c)) {
  }
  return n;
}
bool is_in(const char* set, char c) {
  while (*set != 0 && *set != c) ++set;
  return *set != 0;
}
/// How many of the first characters are in the set, or are not.
std::size_t span(const char* s, const char* set, bool in) {
  std::size_t n = 0;
  while (s[n] != 0 && is_in(set, s[n]) == in) ++n;
  return n;
}
/// How many characters it takes to find the text `part`.
template <typename Equal>
std::size_t to_find_text(const char* s, const char* part, Equal equal) {
  const std::size_t size = Accesses::length(part);
  for (std::size_t at = 0;; ++at) {
    std::size_t n = 0;
    while (n < size && s[at + n] != 0 && equal(s[at + n], part[n])) ++n;
    if (n == size) return at + n;
    if (s[at + n] == 0) return at + n + 1;
  }
}

/// A token that begins at `s` or behind separators: all up to its end is read, and what ends it is overwritten.
void cut_token(const Accesses& access, const char* s, const char* separators, bool skip) {
  access.reads_text(separators);
  if (s == nullptr) return;
  const std::size_t before = skip ? span(s, separators, true) : 0;
  const std::size_t end = before + span(s + before, separators, false);
  access.reads(s, end + 1);
  if (s[end] != 0) access.writes(s + end, 1);
}

/// What strtok() remembers, and nobody sees.
char strtok_position;

}  // namespace

// clang-format off
SELVAGE_TELLS(std::size_t, strnlen, (const char* s, std::size_t n), (s, n), access.reads_text(s, n))
SELVAGE_TELLS(int, strncmp, (const char* a, const char* b, std::size_t n), (a, b, n), {
  const std::size_t size = to_compare(a, b, n, same<char>);
  access.reads(a, size);
  access.reads(b, size);
})
SELVAGE_TELLS(int, strcasecmp, (const char* a, const char* b), (a, b), {
  const std::size_t size = to_compare(a, b, kAll, same_letter);
  access.reads(a, size);
  access.reads(b, size);
})
SELVAGE_TELLS(int, strncasecmp, (const char* a, const char* b, std::size_t n), (a, b, n), {
  const std::size_t size = to_compare(a, b, n, same_letter);
  access.reads(a, size);
  access.reads(b, size);
})
SELVAGE_TELLS(int, strcoll, (const char* a, const char* b), (a, b), access.reads_text(a); access.reads_text(b))
SELVAGE_TELLS(std::size_t, strxfrm, (char* to, const char* from, std::size_t n), (to, from, n),
              access.reads_text(from); access.writes(to, n))

SELVAGE_TELLS(char*, strchr, (const char* s, int c), (s, c), access.reads(s, to_find(s, static_cast<char>(c))))
SELVAGE_TELLS(char*, strchrnul, (const char* s, int c), (s, c), access.reads(s, to_find(s, static_cast<char>(c))))
SELVAGE_TELLS(char*, index, (const char* s, int c), (s, c), access.reads(s, to_find(s, static_cast<char>(c))))
SELVAGE_TELLS(char*, strrchr, (const char* s, int c), (s, c), access.reads_text(s))
SELVAGE_TELLS(char*, rindex, (const char* s, int c), (s, c), access.reads_text(s))
SELVAGE_TELLS(void*, memchr, (const void* s, int c, std::size_t n), (s, c, n), access.reads(s, to_find_in(s, c, n)))
SELVAGE_TELLS(void*, rawmemchr, (const void* s, int c), (s, c), access.reads(s, to_find_in(s, c, kAll)))
SELVAGE_TELLS(void*, memrchr, (const void* s, int c, std::size_t n), (s, c, n), access.reads(s, n))
SELVAGE_TELLS(void*, memmem, (const void* s, std::size_t n, const void* part, std::size_t m), (s, n, part, m),
              access.reads(s, n); access.reads(part, m))
SELVAGE_TELLS(char*, strstr, (const char* s, const char* part), (s, part),
              access.reads_text(part); access.reads(s, to_find_text(s, part, same<char>)))
SELVAGE_TELLS(char*, strcasestr, (const char* s, const char* part), (s, part),
              access.reads_text(part); access.reads(s, to_find_text(s, part, same_letter)))
SELVAGE_TELLS(std::size_t, strspn, (const char* s, const char* set), (s, set),
              access.reads_text(set); access.reads(s, span(s, set, true) + 1))
SELVAGE_TELLS(std::size_t, strcspn, (const char* s, const char* set), (s, set),
              access.reads_text(set); access.reads(s, span(s, set, false) + 1))
SELVAGE_TELLS(char*, strpbrk, (const char* s, const char* set), (s, set),
              access.reads_text(set); access.reads(s, span(s, set, false) + 1))

SELVAGE_TELLS(char*, stpcpy, (char* to, const char* from), (to, from),
              access.reads_text(from); access.writes(to, Accesses::length(from) + 1))
SELVAGE_TELLS(char*, strncpy, (char* to, const char* from, std::size_t n), (to, from, n),
              access.reads_text(from, n); access.writes(to, n))
SELVAGE_TELLS(char*, stpncpy, (char* to, const char* from, std::size_t n), (to, from, n),
              access.reads_text(from, n); access.writes(to, n))
SELVAGE_TELLS(char*, strncat, (char* to, const char* from, std::size_t n), (to, from, n), {
  access.reads_text(to);
  access.reads_text(from, n);
  std::size_t size = 0;
  while (size < n && from[size] != 0) ++size;
  access.writes(to + Accesses::length(to), size + 1);
})
SELVAGE_TELLS(void*, mempcpy, (void* to, const void* from, std::size_t n), (to, from, n),
              access.reads(from, n); access.writes(to, n))
SELVAGE_TELLS(void*, memccpy, (void* to, const void* from, int c, std::size_t n), (to, from, c, n),
              access.reads(from, to_find_in(from, c, n)); access.writes(to, to_find_in(from, c, n)))
SELVAGE_TELLS(void, bcopy, (const void* from, void* to, std::size_t n), (from, to, n),
              access.reads(from, n); access.writes(to, n))
SELVAGE_TELLS(void, bzero, (void* to, std::size_t n), (to, n), access.writes(to, n))
SELVAGE_TELLS(void, explicit_bzero, (void* to, std::size_t n), (to, n), access.writes(to, n))
SELVAGE_TELLS(int, bcmp, (const void* a, const void* b, std::size_t n), (a, b, n), access.reads(a, n); access.reads(b, n))
// A new text. Nobody has it yet, but who gets it has to get it in order.
#define SELVAGE_NEW_TEXT(NAME, PARAMETERS, ARGUMENTS, SIZE)                          \
  SELVAGE_DOOR(char*, NAME, PARAMETERS) {                                            \
    if (!g.in_program) return SELVAGE_BEHIND(NAME) ARGUMENTS;                        \
    const Accesses access(SELVAGE_CALLER);                                           \
    access.reads(s, SIZE);                                                           \
    char* const made = SELVAGE_BEHIND(NAME) ARGUMENTS;                               \
    if (made != nullptr) access.writes(made, Accesses::length(made) + 1);            \
    return made;                                                                     \
  }
SELVAGE_NEW_TEXT(strdup, (const char* s), (s), Accesses::length(s) + 1)
SELVAGE_NEW_TEXT(__strdup, (const char* s), (s), Accesses::length(s) + 1)
SELVAGE_NEW_TEXT(strndup, (const char* s, std::size_t n), (s, n), Accesses::within(s, n))
SELVAGE_NEW_TEXT(__strndup, (const char* s, std::size_t n), (s, n), Accesses::within(s, n))

SELVAGE_TELLS(char*, strtok_r, (char* s, const char* separators, char** rest), (s, separators, rest), {
  if (s == nullptr) access.reads(rest, sizeof *rest);
  cut_token(access, s != nullptr ? s : *rest, separators, true);
  access.writes(rest, sizeof *rest);
})
SELVAGE_TELLS(char*, __strtok_r, (char* s, const char* separators, char** rest), (s, separators, rest), {
  if (s == nullptr) access.reads(rest, sizeof *rest);
  cut_token(access, s != nullptr ? s : *rest, separators, true);
  access.writes(rest, sizeof *rest);
})
SELVAGE_TELLS(char*, strsep, (char** rest, const char* separators), (rest, separators), {
  access.reads(rest, sizeof *rest);
  cut_token(access, *rest, separators, false);
  access.writes(rest, sizeof *rest);
})
// Two threads that use it at a time are a race, whatever the strings.
SELVAGE_TELLS(char*, strtok, (char* s, const char* separators), (s, separators), {
  access.writes(&strtok_position, 1);
  cut_token(access, s, separators, true);
})

// What -D_FORTIFY_SOURCE makes of some. (They end the program where there is not as much room.)
SELVAGE_TELLS(void*, __memcpy_chk, (void* to, const void* from, std::size_t n, std::size_t room), (to, from, n, room),
              access.reads(from, n); access.writes(to, n))
SELVAGE_TELLS(void*, __memmove_chk, (void* to, const void* from, std::size_t n, std::size_t room), (to, from, n, room),
              access.reads(from, n); access.writes(to, n))
SELVAGE_TELLS(void*, __mempcpy_chk, (void* to, const void* from, std::size_t n, std::size_t room), (to, from, n, room),
              access.reads(from, n); access.writes(to, n))
SELVAGE_TELLS(void*, __memset_chk, (void* to, int c, std::size_t n, std::size_t room), (to, c, n, room), access.writes(to, n))
SELVAGE_TELLS(char*, __strcpy_chk, (char* to, const char* from, std::size_t room), (to, from, room),
              access.reads_text(from); access.writes(to, Accesses::length(from) + 1))
SELVAGE_TELLS(char*, __stpcpy_chk, (char* to, const char* from, std::size_t room), (to, from, room),
              access.reads_text(from); access.writes(to, Accesses::length(from) + 1))
SELVAGE_TELLS(char*, __strncpy_chk, (char* to, const char* from, std::size_t n, std::size_t room), (to, from, n, room),
              access.reads_text(from, n); access.writes(to, n))
SELVAGE_TELLS(char*, __strcat_chk, (char* to, const char* from, std::size_t room), (to, from, room),
              access.reads_text(to); access.reads_text(from);
              access.writes(to + Accesses::length(to), Accesses::length(from) + 1))
SELVAGE_TELLS(char*, __strncat_chk, (char* to, const char* from, std::size_t n, std::size_t room), (to, from, n, room),
              access.reads_text(to); access.reads_text(from, n);
              access.writes(to + Accesses::length(to), Accesses::within(from, n) + 1))

// Wide characters.
SELVAGE_TELLS(std::size_t, wcslen, (const wchar_t* s), (s), access.reads_text(s))
SELVAGE_TELLS(std::size_t, wcsnlen, (const wchar_t* s, std::size_t n), (s, n), access.reads_text(s, n))
SELVAGE_TELLS(int, wcscmp, (const wchar_t* a, const wchar_t* b), (a, b), {
  const std::size_t size = to_compare(a, b, kAll, same<wchar_t>) * sizeof *a;
  access.reads(a, size);
  access.reads(b, size);
})
SELVAGE_TELLS(int, wcsncmp, (const wchar_t* a, const wchar_t* b, std::size_t n), (a, b, n), {
  const std::size_t size = to_compare(a, b, n, same<wchar_t>) * sizeof *a;
  access.reads(a, size);
  access.reads(b, size);
})
SELVAGE_TELLS(wchar_t*, wcschr, (const wchar_t* s, wchar_t c), (s, c), access.reads(s, to_find(s, c) * sizeof *s))
SELVAGE_TELLS(wchar_t*, wcscpy, (wchar_t* to, const wchar_t* from), (to, from),
              access.reads_text(from); access.writes(to, (Accesses::length(from) + 1) * sizeof *to))
SELVAGE_TELLS(wchar_t*, wcsncpy, (wchar_t* to, const wchar_t* from, std::size_t n), (to, from, n),
              access.reads_text(from, n); access.writes(to, n * sizeof *to))
SELVAGE_TELLS(wchar_t*, wcscat, (wchar_t* to, const wchar_t* from), (to, from),
              access.reads_text(to); access.reads_text(from);
              access.writes(to + Accesses::length(to), (Accesses::length(from) + 1) * sizeof *to))
SELVAGE_TELLS(wchar_t*, wmemcpy, (wchar_t* to, const wchar_t* from, std::size_t n), (to, from, n),
              access.reads(from, n * sizeof *to); access.writes(to, n * sizeof *to))
SELVAGE_TELLS(wchar_t*, wmempcpy, (wchar_t* to, const wchar_t* from, std::size_t n), (to, from, n),
              access.reads(from, n * sizeof *to); access.writes(to, n * sizeof *to))
SELVAGE_TELLS(wchar_t*, wmemmove, (wchar_t* to, const wchar_t* from, std::size_t n), (to, from, n),
              access.reads(from, n * sizeof *to); access.writes(to, n * sizeof *to))
SELVAGE_TELLS(wchar_t*, wmemset, (wchar_t* to, wchar_t c, std::size_t n), (to, c, n), access.writes(to, n * sizeof *to))
SELVAGE_TELLS(int, wmemcmp, (const wchar_t* a, const wchar_t* b, std::size_t n), (a, b, n),
              access.reads(a, n * sizeof *a); access.reads(b, n * sizeof *b))

// Texts for numbers that have none, in memory of the thread's own. (The C library allocates that, and frees it when the thread
// ends; a thread of the machine does not end there.)
SELVAGE_DOOR(char*, strerror, (int error)) {
  if (!g.in_program || strerrordesc_np(error) != nullptr) return SELVAGE_BEHIND(strerror)(error);
  Door door;
  thread_local char text[32];
  std::snprintf(text, sizeof text, "Unknown error %d", error);
  return text;
}
SELVAGE_DOOR(char*, strsignal, (int signal)) {
  if (!g.in_program || sigdescr_np(signal) != nullptr) return SELVAGE_BEHIND(strsignal)(signal);
  Door door;
  thread_local char text[32];
  const bool real_time = signal >= SIGRTMIN && signal <= SIGRTMAX;
  std::snprintf(text, sizeof text, "%s signal %d", real_time ? "Real-time" : "Unknown",
                real_time ? signal - SIGRTMIN : signal);
  return text;
}

// Numbers: up to the first character that is no part of one.
#define SELVAGE_NUMBER(RESULT, NAME, PARAMETERS, ARGUMENTS, UP_TO)         \
  SELVAGE_TELLS(RESULT, NAME, PARAMETERS, ARGUMENTS, {                     \
    char* last = nullptr;                                                  \
    static_cast<void>(UP_TO);                                              \
    access.reads(s, static_cast<std::size_t>(last - s) + 1);               \
    if (end != nullptr) access.writes(end, sizeof *end);                   \
  })
SELVAGE_NUMBER(long, strtol, (const char* s, char** end, int base), (s, end, base), SELVAGE_BEHIND(strtol)(s, &last, base))
SELVAGE_NUMBER(unsigned long, strtoul, (const char* s, char** end, int base), (s, end, base),
               SELVAGE_BEHIND(strtoul)(s, &last, base))
SELVAGE_NUMBER(long long, strtoll, (const char* s, char** end, int base), (s, end, base),
               SELVAGE_BEHIND(strtoll)(s, &last, base))
SELVAGE_NUMBER(unsigned long long, strtoull, (const char* s, char** end, int base), (s, end, base),
               SELVAGE_BEHIND(strtoull)(s, &last, base))
SELVAGE_NUMBER(float, strtof, (const char* s, char** end), (s, end), SELVAGE_BEHIND(strtof)(s, &last))
SELVAGE_NUMBER(double, strtod, (const char* s, char** end), (s, end), SELVAGE_BEHIND(strtod)(s, &last))
SELVAGE_NUMBER(long double, strtold, (const char* s, char** end), (s, end), SELVAGE_BEHIND(strtold)(s, &last))
#undef SELVAGE_NUMBER
#define SELVAGE_NUMBER(RESULT, NAME, UP_TO)                      \
  SELVAGE_TELLS(RESULT, NAME, (const char* s), (s), {            \
    char* last = nullptr;                                        \
    static_cast<void>(UP_TO);                                    \
    access.reads(s, static_cast<std::size_t>(last - s) + 1);     \
  })
SELVAGE_NUMBER(int, atoi, SELVAGE_BEHIND(strtol)(s, &last, 10))
SELVAGE_NUMBER(long, atol, SELVAGE_BEHIND(strtol)(s, &last, 10))
SELVAGE_NUMBER(long long, atoll, SELVAGE_BEHIND(strtoll)(s, &last, 10))
SELVAGE_NUMBER(double, atof, SELVAGE_BEHIND(strtod)(s, &last))

// All elements are moved, by code that nobody sees; the comparison is the program's.
using Compare = int (*)(const void*, const void*);
using CompareWith = int (*)(const void*, const void*, void*);
SELVAGE_TELLS(void, qsort, (void* first, std::size_t count, std::size_t size, Compare compare), (first, count, size, compare),
              access.writes(first, count * size))
SELVAGE_TELLS(void, qsort_r, (void* first, std::size_t count, std::size_t size, CompareWith compare, void* with),
              (first, count, size, compare, with), access.writes(first, count * size))
// clang-format on
