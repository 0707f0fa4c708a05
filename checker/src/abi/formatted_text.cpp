// The functions that print into and scan a text in memory, and what the arguments of all such functions point to.
#include "abi/formatted_text.hpp"

#include <stdio.h>

#include "abi/export.hpp"

namespace selvage::abi {

namespace {

enum class Length : unsigned char { none, byte, half, word, most, real };

/// One conversion of a format: what is between % and its letter.
struct Conversion {
  bool numbered = false;       ///< has the number of its argument
  bool width_given = false;    ///< by an argument
  bool most_given = false;     ///< the same of the precision
  long width = -1, most = -1;  ///< -1: none
  bool suppressed = false;     ///< scanf: nothing is assigned
  bool allocates = false;      ///< scanf: the text is put in new memory
  Length length = Length::none;
  char letter = 0;  ///< 0: the format ends here
};

long number(const char*& at) {
  long n = 0;
  for (; *at >= '0' && *at <= '9'; ++at) n = n < 1'000'000'000 ? n * 10 + (*at - '0') : n;
  return n;
}

/// The next conversion, `at` is then behind it; a letter of 0 where there is none.
Conversion next_conversion(const char*& at, bool scans) {
  Conversion c;
  while (*at != 0 && *at != '%') ++at;
  if (*at == 0) return c;
  ++at;
  const auto is_flag = [scans](char f) {
    return !scans && (f == '-' || f == '+' || f == ' ' || f == '#' || f == '0' || f == '\'' || f == 'I');
  };
  for (; is_flag(*at); ++at) {
  }
  if (scans && *at == '*') {
    c.suppressed = true;
    ++at;
  }
  if (!scans && *at == '*') {
    c.width_given = true;
    ++at;
  } else if (*at >= '0' && *at <= '9') {
    c.width = number(at);
  }
  if (*at == '$') c.numbered = true;
  if (!scans && *at == '.') {
    ++at;
    if (*at == '*') {
      c.most_given = true;
      ++at;
    } else {
      c.most = number(at);
    }
  }
  if (scans && (*at == 'm' || *at == '\'')) {
    c.allocates = *at == 'm';
    ++at;
  }
  for (;; ++at) {
    if (*at == 'h')
      c.length = c.length == Length::half ? Length::byte : Length::half;
    else if (*at == 'l' || *at == 'j' || *at == 'z' || *at == 'Z' || *at == 't' || *at == 'q')
      c.length = Length::word;
    else if (*at == 'L')
      c.length = Length::real;
    else
      break;
  }
  c.letter = *at;
  if (*at != 0) ++at;
  return c;
}

std::size_t bytes_of(Length length, std::size_t plain) {
  switch (length) {
    case Length::byte:
      return 1;
    case Length::half:
      return 2;
    case Length::word:
      return 8;
    case Length::real:
      return 16;
    default:
      return plain;
  }
}

void tell_text(const Accesses& access, const void* text, bool wide, long most) {
  if (text == nullptr) return;
  if (wide) {
    const auto* s = static_cast<const wchar_t*>(text);
    most < 0 ? access.reads_text(s) : access.reads_text(s, static_cast<std::size_t>(most));
  } else {
    const auto* s = static_cast<const char*>(text);
    most < 0 ? access.reads_text(s) : access.reads_text(s, static_cast<std::size_t>(most));
  }
}

/// Behind a set of characters, as in %[a-z].
void skip_set(const char*& at) {
  if (*at == '^') ++at;
  if (*at == ']') ++at;
  while (*at != 0 && *at != ']') ++at;
  if (*at != 0) ++at;
}

}  // namespace

void tell_printed(const Accesses& access, const char* format, va_list list) {
  access.reads_text(format);
  va_list arguments;
  va_copy(arguments, list);
  for (const char* at = format;;) {
    Conversion c = next_conversion(at, false);
    if (c.letter == 0 || c.numbered) break;
    if (c.width_given) static_cast<void>(va_arg(arguments, int));
    if (c.most_given) c.most = va_arg(arguments, int);
    switch (c.letter) {
      case '%':
      case 'm':
        break;
      case 's':
      case 'S':
        tell_text(access, va_arg(arguments, const void*), c.letter == 'S' || c.length == Length::word,
                  c.most);
        break;
      case 'n':
        access.writes(va_arg(arguments, void*), bytes_of(c.length, sizeof(int)));
        break;
      case 'e':
      case 'f':
      case 'g':
      case 'a':
      case 'E':
      case 'F':
      case 'G':
      case 'A':
        if (c.length == Length::real) {
          static_cast<void>(va_arg(arguments, long double));
        } else {
          static_cast<void>(va_arg(arguments, double));
        }
        break;
      default:
        if (c.length == Length::word || c.length == Length::real || c.letter == 'p') {
          static_cast<void>(va_arg(arguments, long));
        } else {
          static_cast<void>(va_arg(arguments, int));
        }
    }
  }
  va_end(arguments);
}

void tell_scanned(const Accesses& access, const char* format, va_list list, int assigned) {
  va_list arguments;
  va_copy(arguments, list);
  for (const char* at = format;;) {
    const Conversion c = next_conversion(at, true);
    if (c.letter == '[') skip_set(at);
    if (c.letter == 0 || c.numbered) break;
    if (c.letter == '%' || c.suppressed) continue;
    if (c.letter != 'n' && assigned-- <= 0) break;
    void* const to = va_arg(arguments, void*);
    const bool wide = c.length == Length::word || c.letter == 'S' || c.letter == 'C';
    switch (c.letter) {
      case 's':
      case 'S':
      case '[':
        if (c.allocates) {
          access.writes(to, sizeof(void*));
        } else if (wide) {
          access.writes(to, (Accesses::length(static_cast<wchar_t*>(to)) + 1) * sizeof(wchar_t));
        } else {
          access.writes(to, Accesses::length(static_cast<char*>(to)) + 1);
        }
        break;
      case 'c':
      case 'C':
        access.writes(to, c.allocates ? sizeof(void*)
                                      : static_cast<std::size_t>(c.width < 0 ? 1 : c.width) *
                                            (wide ? sizeof(wchar_t) : 1));
        break;
      case 'e':
      case 'f':
      case 'g':
      case 'a':
      case 'E':
      case 'F':
      case 'G':
      case 'A':
        access.writes(to, bytes_of(c.length, sizeof(float)));
        break;
      default:
        access.writes(to, c.letter == 'p' ? sizeof(void*) : bytes_of(c.length, sizeof(int)));
    }
  }
  va_end(arguments);
}

}  // namespace selvage::abi

using selvage::abi::Accesses;
using selvage::machine::g;

namespace {

constexpr std::size_t kNoBound = ~std::size_t{0};

using PrintTo = int (*)(char* to, std::size_t room, const char* format, va_list list);

/// Tells what printing into `to`, which has room for `room` bytes, reads and writes. How long the text is is found out first.
void tell_print(PrintTo print, char* to, std::size_t room, const char* format, va_list list,
                std::uint64_t pc) {
  if (!g.in_program) return;
  const Accesses access(pc);
  tell_printed(access, format, list);
  va_list arguments;
  va_copy(arguments, list);
  const int size = print(nullptr, 0, format, arguments);
  va_end(arguments);
  if (size >= 0 && room > 0)
    access.writes(to, static_cast<std::size_t>(size) < room ? static_cast<std::size_t>(size) + 1 : room);
}

}  // namespace

SELVAGE_DOOR(int, vsnprintf, (char* to, std::size_t room, const char* format, va_list list)) {
  tell_print(SELVAGE_BEHIND(vsnprintf), to, room, format, list, SELVAGE_CALLER);
  return SELVAGE_BEHIND(vsnprintf)(to, room, format, list);
}
SELVAGE_DOOR(int, vsprintf, (char* to, const char* format, va_list list)) {
  tell_print(SELVAGE_BEHIND(vsnprintf), to, kNoBound, format, list, SELVAGE_CALLER);
  return SELVAGE_BEHIND(vsprintf)(to, format, list);
}
SELVAGE_DOOR(int, __vsnprintf_chk,
             (char* to, std::size_t room, int flag, std::size_t there, const char* format, va_list list)) {
  tell_print(SELVAGE_BEHIND(vsnprintf), to, room, format, list, SELVAGE_CALLER);
  return SELVAGE_BEHIND(__vsnprintf_chk)(to, room, flag, there, format, list);
}
SELVAGE_DOOR(int, __vsprintf_chk, (char* to, int flag, std::size_t there, const char* format, va_list list)) {
  tell_print(SELVAGE_BEHIND(vsnprintf), to, kNoBound, format, list, SELVAGE_CALLER);
  return SELVAGE_BEHIND(__vsprintf_chk)(to, flag, there, format, list);
}

// The variadic ones; CALL has the arguments as `list`.
#define SELVAGE_VARIADIC(NAME, PARAMETERS, ROOM, CALL)                             \
  SELVAGE_DOOR(int, NAME, PARAMETERS) {                                            \
    va_list list;                                                                  \
    va_start(list, format);                                                        \
    tell_print(SELVAGE_BEHIND(vsnprintf), to, ROOM, format, list, SELVAGE_CALLER); \
    const int size = CALL;                                                         \
    va_end(list);                                                                  \
    return size;                                                                   \
  }
SELVAGE_VARIADIC(snprintf, (char* to, std::size_t room, const char* format, ...), room,
                 SELVAGE_BEHIND(vsnprintf)(to, room, format, list))
SELVAGE_VARIADIC(sprintf, (char* to, const char* format, ...), kNoBound,
                 SELVAGE_BEHIND(vsprintf)(to, format, list))
SELVAGE_VARIADIC(__snprintf_chk,
                 (char* to, std::size_t room, int flag, std::size_t there, const char* format, ...), room,
                 SELVAGE_BEHIND(__vsnprintf_chk)(to, room, flag, there, format, list))
SELVAGE_VARIADIC(__sprintf_chk, (char* to, int flag, std::size_t there, const char* format, ...), kNoBound,
                 SELVAGE_BEHIND(__vsprintf_chk)(to, flag, there, format, list))

namespace {

/// A new text. Nobody has it yet, but who gets it has to get it in order.
int tell_new(char** to, const char* format, va_list list, int (*print)(char**, const char*, va_list),
             std::uint64_t pc) {
  if (!g.in_program) return print(to, format, list);
  const Accesses access(pc);
  tell_printed(access, format, list);
  access.writes(to, sizeof *to);
  const int size = print(to, format, list);
  if (size >= 0) access.writes(*to, static_cast<std::size_t>(size) + 1);
  return size;
}

}  // namespace

SELVAGE_DOOR(int, vasprintf, (char** to, const char* format, va_list list)) {
  return tell_new(to, format, list, SELVAGE_BEHIND(vasprintf), SELVAGE_CALLER);
}
SELVAGE_DOOR(int, asprintf, (char** to, const char* format, ...)) {
  va_list list;
  va_start(list, format);
  const int size = tell_new(to, format, list, SELVAGE_BEHIND(vasprintf), SELVAGE_CALLER);
  va_end(list);
  return size;
}

// %a is another thing in old programs: each name has its own function behind it.
namespace {

using Scan = int (*)(const char* text, const char* format, va_list list);

int tell_scan(Scan scan, const char* text, const char* format, va_list list, std::uint64_t pc) {
  if (!g.in_program) return scan(text, format, list);
  const Accesses access(pc);
  access.reads_text(text);
  access.reads_text(format);
  va_list arguments;
  va_copy(arguments, list);
  const int assigned = scan(text, format, list);
  tell_scanned(access, format, arguments, assigned);
  va_end(arguments);
  return assigned;
}

}  // namespace

#define SELVAGE_SCAN(NAME, LIST_NAME)                                                              \
  SELVAGE_DOOR(int, LIST_NAME, (const char* text, const char* format, va_list list)) {             \
    return tell_scan(SELVAGE_BEHIND(LIST_NAME), text, format, list, SELVAGE_CALLER);               \
  }                                                                                                \
  SELVAGE_DOOR(int, NAME, (const char* text, const char* format, ...)) {                           \
    va_list list;                                                                                  \
    va_start(list, format);                                                                        \
    const int assigned = tell_scan(SELVAGE_BEHIND(LIST_NAME), text, format, list, SELVAGE_CALLER); \
    va_end(list);                                                                                  \
    return assigned;                                                                               \
  }
SELVAGE_SCAN(sscanf, vsscanf)
SELVAGE_SCAN(__isoc99_sscanf, __isoc99_vsscanf)
