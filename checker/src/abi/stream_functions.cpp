// The C++ library's streams are compiled into it, where nobody sees what they read and write. All that reads from or writes to
// one begins with a sentry, whose constructor is a function of its own: who makes one writes the stream. (So do str() and its
// like, which have none.)
//
// The eight standard streams may be used by several threads at the same time, as long as they are synchronised with C's (C++20
// 29.4.1); but not while another sets how they format: that is read.
#include <ext/stdio_sync_filebuf.h>

#include <initializer_list>
#include <istream>
#include <ostream>
#include <typeinfo>

#include "abi/accesses.hpp"
#include "abi/export.hpp"

// (<iostream> would have these, but makes whoever includes it one more user of theirs: the last one flushes, and that is to be
// the program.)
namespace std {
extern ostream cout, cerr, clog;
extern istream cin;
extern wostream wcout, wcerr, wclog;
extern wistream wcin;
}  // namespace std

namespace {

using selvage::abi::Accesses;
using selvage::machine::g;

// Of std::ios_base, as the ABI of libstdc++ has it: a pointer to its table, precision, width; flags, exceptions and state.
constexpr std::ptrdiff_t kPrecision = 8, kWidth = 16, kFlagsEnd = 28, kStateEnd = 36;

/// The virtual base of a stream: where it is says the third word before the table (Itanium C++ ABI, 2.5.2).
char* base_of(const void* stream) {
  const auto* table = *static_cast<const std::ptrdiff_t* const*>(stream);
  return const_cast<char*>(static_cast<const char*>(stream)) + table[-3];
}

/// Is `base` that of one of these streams, with the buffer that it has unless the program said sync_with_stdio(false) or gave it
/// another?
template <typename C>
bool is_synchronised(const char* base, std::initializer_list<std::basic_ios<C>*> streams) {
  for (std::basic_ios<C>* each : streams) {
    if (base != reinterpret_cast<char*>(each)) continue;
    const std::basic_streambuf<C>* const buffer = each->rdbuf();
    return buffer != nullptr && typeid(*buffer) == typeid(__gnu_cxx::stdio_sync_filebuf<C>);
  }
  return false;
}

void uses(const void* stream, std::uint64_t pc) {
  if (!g.in_program) return;
  const Accesses access(pc);
  char* const base = base_of(stream);
  if (is_synchronised<char>(base, {&std::cout, &std::cerr, &std::clog, &std::cin}) ||
      is_synchronised<wchar_t>(base, {&std::wcout, &std::wcerr, &std::wclog, &std::wcin})) {
    access.reads(base + kPrecision, kFlagsEnd - kPrecision);
  } else {
    access.writes(base + kWidth, kStateEnd - kWidth);
  }
}

void looks_at(const void* stream, std::uint64_t pc) {
  if (g.in_program) Accesses(pc).reads(base_of(stream) + kWidth, kStateEnd - kWidth);
}

/// std::basic_string, as the ABI has it.
struct String {
  const void* first;
  std::size_t length;
};

struct View {
  std::size_t length;
  const void* first;
};

}  // namespace

// Under their mangled names. A string is returned where the caller says, which is then the first argument.
#define SELVAGE_OUTPUT_SENTRY(NAME)                        \
  SELVAGE_DOOR(void, NAME, (void* sentry, void* stream)) { \
    uses(stream, SELVAGE_CALLER);                          \
    SELVAGE_BEHIND(NAME)(sentry, stream);                  \
  }
#define SELVAGE_INPUT_SENTRY(NAME)                                      \
  SELVAGE_DOOR(void, NAME, (void* sentry, void* stream, bool noskip)) { \
    uses(stream, SELVAGE_CALLER);                                       \
    SELVAGE_BEHIND(NAME)(sentry, stream, noskip);                       \
  }
#define SELVAGE_GETS_TEXT(NAME, HOW)                        \
  SELVAGE_DOOR(void*, NAME, (void* result, void* stream)) { \
    HOW(stream, SELVAGE_CALLER);                            \
    return SELVAGE_BEHIND(NAME)(result, stream);            \
  }
#define SELVAGE_VIEWS_TEXT(NAME)             \
  SELVAGE_DOOR(View, NAME, (void* stream)) { \
    looks_at(stream, SELVAGE_CALLER);        \
    return SELVAGE_BEHIND(NAME)(stream);     \
  }
#define SELVAGE_SETS_TEXT(NAME)                          \
  SELVAGE_DOOR(void, NAME, (void* stream, void* text)) { \
    uses(stream, SELVAGE_CALLER);                        \
    SELVAGE_BEHIND(NAME)(stream, text);                  \
  }

SELVAGE_OUTPUT_SENTRY(_ZNSo6sentryC1ERSo)
SELVAGE_OUTPUT_SENTRY(_ZNSt13basic_ostreamIwSt11char_traitsIwEE6sentryC1ERS2_)
SELVAGE_INPUT_SENTRY(_ZNSi6sentryC1ERSib)
SELVAGE_INPUT_SENTRY(_ZNSt13basic_istreamIwSt11char_traitsIwEE6sentryC1ERS2_b)

// Of std::basic_ios: `base` is that.
#define SELVAGE_ASKS_STATE(RESULT, NAME) \
  SELVAGE_TELLS(RESULT, NAME, (char* base), (base), access.reads(base + kFlagsEnd, kStateEnd - kFlagsEnd))
SELVAGE_ASKS_STATE(bool, _ZNKSt9basic_iosIcSt11char_traitsIcEE4goodEv)
SELVAGE_ASKS_STATE(bool, _ZNKSt9basic_iosIcSt11char_traitsIcEE4failEv)
SELVAGE_ASKS_STATE(bool, _ZNKSt9basic_iosIcSt11char_traitsIcEE3eofEv)
SELVAGE_ASKS_STATE(bool, _ZNKSt9basic_iosIcSt11char_traitsIcEE3badEv)
SELVAGE_ASKS_STATE(bool, _ZNKSt9basic_iosIcSt11char_traitsIcEEcvbEv)
SELVAGE_ASKS_STATE(bool, _ZNKSt9basic_iosIcSt11char_traitsIcEEntEv)
SELVAGE_ASKS_STATE(int, _ZNKSt9basic_iosIcSt11char_traitsIcEE7rdstateEv)

// CLASS: the length of the class's name, and that.
#define SELVAGE_STRING_STREAM(CLASS, C)                                                                   \
  SELVAGE_GETS_TEXT(_ZNKSt7__cxx11##CLASS##I##C##St11char_traitsI##C##ESaI##C##EE3strEv, looks_at)        \
  SELVAGE_GETS_TEXT(_ZNKRSt7__cxx11##CLASS##I##C##St11char_traitsI##C##ESaI##C##EE3strEv, looks_at)       \
  SELVAGE_GETS_TEXT(_ZNOSt7__cxx11##CLASS##I##C##St11char_traitsI##C##ESaI##C##EE3strEv, uses)            \
  SELVAGE_VIEWS_TEXT(_ZNKSt7__cxx11##CLASS##I##C##St11char_traitsI##C##ESaI##C##EE4viewEv)                \
  SELVAGE_SETS_TEXT(                                                                                      \
      _ZNSt7__cxx11##CLASS##I##C##St11char_traitsI##C##ESaI##C##EE3strERKNS_12basic_stringI##C##S2_S3_EE) \
  SELVAGE_SETS_TEXT(                                                                                      \
      _ZNSt7__cxx11##CLASS##I##C##St11char_traitsI##C##ESaI##C##EE3strEONS_12basic_stringI##C##S2_S3_EE)
SELVAGE_STRING_STREAM(18basic_stringstream, c)
SELVAGE_STRING_STREAM(19basic_istringstream, c)
SELVAGE_STRING_STREAM(19basic_ostringstream, c)
SELVAGE_STRING_STREAM(18basic_stringstream, w)
SELVAGE_STRING_STREAM(19basic_istringstream, w)
SELVAGE_STRING_STREAM(19basic_ostringstream, w)

// Texts that go in or out. (What is in a text that comes in is written by memory functions, which tell.)
SELVAGE_TELLS(void*, _ZSt16__ostream_insertIcSt11char_traitsIcEERSt13basic_ostreamIT_T0_ES6_PKS3_l,
              (void* stream, const char* text, std::ptrdiff_t length), (stream, text, length),
              access.reads(text, static_cast<std::size_t>(length)))
SELVAGE_TELLS(void*, _ZNSo5writeEPKcl, (void* stream, const char* text, std::ptrdiff_t length),
              (stream, text, length), access.reads(text, static_cast<std::size_t>(length)))
SELVAGE_TELLS(
    void*,
    _ZStlsIcSt11char_traitsIcESaIcEERSt13basic_ostreamIT_T0_ES7_RKNSt7__cxx1112basic_stringIS4_S5_T1_EE,
    (void* stream, const String* text), (stream, text), access.reads(text, sizeof *text))
SELVAGE_TELLS(
    void*, _ZStrsIcSt11char_traitsIcESaIcEERSt13basic_istreamIT_T0_ES7_RNSt7__cxx1112basic_stringIS4_S5_T1_EE,
    (void* stream, String* text), (stream, text), access.writes(text, sizeof *text))
SELVAGE_TELLS(
    void*,
    _ZSt7getlineIcSt11char_traitsIcESaIcEERSt13basic_istreamIT_T0_ES7_RNSt7__cxx1112basic_stringIS4_S5_T1_EE,
    (void* stream, String* text), (stream, text), access.writes(text, sizeof *text))
SELVAGE_TELLS(
    void*,
    _ZSt7getlineIcSt11char_traitsIcESaIcEERSt13basic_istreamIT_T0_ES7_RNSt7__cxx1112basic_stringIS4_S5_T1_EES4_,
    (void* stream, String* text, char end), (stream, text, end), access.writes(text, sizeof *text))

// Numbers that come in.
#define SELVAGE_EXTRACTS(NAME, T)                                         \
  SELVAGE_TELLS(void*, NAME, (void* stream, T* number), (stream, number), \
                access.writes(number, sizeof *number))
SELVAGE_EXTRACTS(_ZNSirsERi, int)
SELVAGE_EXTRACTS(_ZNSirsERs, short)
SELVAGE_EXTRACTS(_ZNSi10_M_extractIbEERSiRT_, bool)
SELVAGE_EXTRACTS(_ZNSi10_M_extractItEERSiRT_, unsigned short)
SELVAGE_EXTRACTS(_ZNSi10_M_extractIjEERSiRT_, unsigned)
SELVAGE_EXTRACTS(_ZNSi10_M_extractIlEERSiRT_, long)
SELVAGE_EXTRACTS(_ZNSi10_M_extractImEERSiRT_, unsigned long)
SELVAGE_EXTRACTS(_ZNSi10_M_extractIxEERSiRT_, long long)
SELVAGE_EXTRACTS(_ZNSi10_M_extractIyEERSiRT_, unsigned long long)
SELVAGE_EXTRACTS(_ZNSi10_M_extractIfEERSiRT_, float)
SELVAGE_EXTRACTS(_ZNSi10_M_extractIdEERSiRT_, double)
SELVAGE_EXTRACTS(_ZNSi10_M_extractIeEERSiRT_, long double)
