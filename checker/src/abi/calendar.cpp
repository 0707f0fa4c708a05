// The C library's conversions of times: what they read and write. Some of them return what is in memory of the library's own,
// where the next call of any thread writes (C17 7.27.3).
#include <time.h>

#include "abi/accesses.hpp"
#include "abi/export.hpp"

namespace {

using selvage::abi::Accesses;
using selvage::machine::g;

void wrote(const Accesses& access, const tm* result) { access.writes(result, sizeof *result); }
void wrote(const Accesses& access, const char* text) { access.writes(text, Accesses::length(text) + 1); }

}  // namespace

// What is written is known only when it has been: it is told after that.
#define SELVAGE_CONVERTS(RESULT, NAME, PARAMETERS, ARGUMENTS, READS) \
  SELVAGE_DOOR(RESULT, NAME, PARAMETERS) {                           \
    if (!g.in_program) return SELVAGE_BEHIND(NAME) ARGUMENTS;        \
    const Accesses access(SELVAGE_CALLER);                           \
    READS;                                                           \
    auto* const result = SELVAGE_BEHIND(NAME) ARGUMENTS;             \
    if (result != nullptr) wrote(access, result);                    \
    return result;                                                   \
  }
// clang-format off
SELVAGE_CONVERTS(tm*, localtime, (const time_t* t), (t), access.reads(t, sizeof *t))
SELVAGE_CONVERTS(tm*, gmtime, (const time_t* t), (t), access.reads(t, sizeof *t))
SELVAGE_CONVERTS(tm*, localtime_r, (const time_t* t, tm* to), (t, to), access.reads(t, sizeof *t))
SELVAGE_CONVERTS(tm*, gmtime_r, (const time_t* t, tm* to), (t, to), access.reads(t, sizeof *t))
SELVAGE_CONVERTS(char*, asctime, (const tm* t), (t), access.reads(t, sizeof *t))
SELVAGE_CONVERTS(char*, asctime_r, (const tm* t, char* to), (t, to), access.reads(t, sizeof *t))
SELVAGE_CONVERTS(char*, ctime_r, (const time_t* t, char* to), (t, to), access.reads(t, sizeof *t))
// clang-format on

// asctime(localtime(t)), and so it writes where both do.
SELVAGE_DOOR(char*, ctime, (const time_t* t)) {
  if (!g.in_program) return SELVAGE_BEHIND(ctime)(t);
  const Accesses access(SELVAGE_CALLER);
  access.reads(t, sizeof *t);
  wrote(access, SELVAGE_BEHIND(localtime)(t));
  char* const result = SELVAGE_BEHIND(ctime)(t);
  if (result != nullptr) wrote(access, result);
  return result;
}

// These bring the fields into their ranges.
SELVAGE_TELLS(time_t, mktime, (tm * t), (t), access.reads(t, sizeof *t); access.writes(t, sizeof *t))
SELVAGE_TELLS(time_t, timegm, (tm * t), (t), access.reads(t, sizeof *t); access.writes(t, sizeof *t))

SELVAGE_DOOR(std::size_t, strftime, (char* to, std::size_t most, const char* format, const tm* t)) {
  if (!g.in_program) return SELVAGE_BEHIND(strftime)(to, most, format, t);
  const Accesses access(SELVAGE_CALLER);
  access.reads_text(format);
  access.reads(t, sizeof *t);
  const std::size_t length = SELVAGE_BEHIND(strftime)(to, most, format, t);
  // (Where it does not fit, or is empty, what is there is indeterminate.)
  if (most != 0) access.writes(to, length == 0 ? 1 : length + 1);
  return length;
}
