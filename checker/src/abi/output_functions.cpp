// Printing: the order in which threads write to a stream is visible, so each call is an event on it. It
// orders nothing else (no happens-before): C++ promises only that concurrent output is no data race.
#include <stdarg.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <sys/uio.h>
#include <unistd.h>
#include <wchar.h>

#include "abi/descriptors.hpp"
#include "abi/export.hpp"
#include "abi/formatted_text.hpp"
#include "abi/real.hpp"
#include "machine/machine.hpp"
#include "machine/output.hpp"

using namespace selvage::machine;  // NOLINT: a door is glue between the ABI and the machine

using selvage::abi::Accesses;
using selvage::abi::tell_printed;

namespace {

/// A scheduling point on the stream; the call itself then runs as the runtime's.
void event(const void* stream, std::uint64_t pc) {
  Op op;
  op.kind = EventKind::output;
  op.footprint = Footprint::write;
  op.address = reinterpret_cast<std::uint64_t>(stream);
  op.pc = pc;
  visible(op);
  changed();
  g.printed = true;
  Output::flush_owed();
  if (stream != stdout) g.wrote = true;
}

// Files other than the standard streams are outside the program: what is in them outlives an execution.

void check_stream(FILE* stream) {
  if (stream != stdout && stream != stderr) unsupported("output to a file");
}

/// The same for a file descriptor, as an event.
void event_on_descriptor(int fd, const char* refused, std::uint64_t pc) {
  if (fd != STDOUT_FILENO && fd != STDERR_FILENO) unsupported(refused);
  event(fd == STDOUT_FILENO ? stdout : stderr, pc);
  g.wrote = true;
}

/// The C library may allocate a buffer: that belongs to the execution.
class Library {
 public:
  explicit Library(const FILE* stream = nullptr) {
    if (stream == stdout && stdout->_IO_buf_base == nullptr && __flbf(stdout) == 0 && g.captures)
      give_buffer();
    g.in_program = true;
  }
  ~Library() { g.in_program = false; }

 private:
  /// Like the one that the C library would give it, after it has asked the kernel, at some cost, what kind of file it is.
  static void give_buffer() {
    constexpr std::size_t kSize = 4096;
    // (Of malloc() itself the compiler knows that it does not look at what is set here.)
    void* (*volatile const allocate)(std::size_t) = std::malloc;
    g.in_program = true;
    void* const buffer = allocate(kSize);
    g.in_program = false;
    if (buffer == nullptr) return;
    SELVAGE_REAL(setvbuf)(stdout, static_cast<char*>(buffer), _IOFBF, kSize);
    Output::count_from_here();
  }
};

}  // namespace

/// READS: of `access`, what is printed.
#define SELVAGE_OUTPUT(RESULT, NAME, PARAMETERS, STREAM, ARGUMENTS, READS) \
  SELVAGE_EXPORT RESULT NAME PARAMETERS {                                  \
    if (!g.in_program) return SELVAGE_REAL(NAME) ARGUMENTS;                \
    const Accesses access(SELVAGE_CALLER);                                 \
    READS;                                                                 \
    Door door;                                                             \
    check_stream(STREAM);                                                  \
    event(STREAM, SELVAGE_CALLER);                                         \
    Library library(STREAM);                                               \
    return SELVAGE_REAL(NAME) ARGUMENTS;                                   \
  }

SELVAGE_OUTPUT(size_t, fwrite, (const void* p, size_t size, size_t count, FILE* f), f, (p, size, count, f),
               access.reads(p, size* count))
SELVAGE_OUTPUT(int, fputs, (const char* s, FILE* f), f, (s, f), access.reads_text(s))
SELVAGE_OUTPUT(int, fputc, (int c, FILE* f), f, (c, f), )
SELVAGE_OUTPUT(int, putc, (int c, FILE* f), f, (c, f), )
SELVAGE_OUTPUT(int, puts, (const char* s), stdout, (s), access.reads_text(s))
SELVAGE_OUTPUT(int, putchar, (int c), stdout, (c), )
SELVAGE_OUTPUT(wint_t, fputwc, (wchar_t c, FILE* f), f, (c, f), )
SELVAGE_OUTPUT(wint_t, putwc, (wchar_t c, FILE* f), f, (c, f), )
SELVAGE_OUTPUT(wint_t, putwchar, (wchar_t c), stdout, (c), )
SELVAGE_OUTPUT(int, fputws, (const wchar_t* s, FILE* f), f, (s, f), access.reads_text(s))
SELVAGE_OUTPUT(void, perror, (const char* s), stderr, (s), if (s != nullptr) access.reads_text(s))
SELVAGE_OUTPUT(int, putw, (int word, FILE* f), f, (word, f), )
// Where the compiler does not put something else in their place.
SELVAGE_OUTPUT(size_t, fwrite_unlocked, (const void* p, size_t size, size_t count, FILE* f), f,
               (p, size, count, f), access.reads(p, size* count))
SELVAGE_OUTPUT(int, fputs_unlocked, (const char* s, FILE* f), f, (s, f), access.reads_text(s))
SELVAGE_OUTPUT(int, fputc_unlocked, (int c, FILE* f), f, (c, f), )
SELVAGE_OUTPUT(int, putc_unlocked, (int c, FILE* f), f, (c, f), )
SELVAGE_OUTPUT(int, putchar_unlocked, (int c), stdout, (c), )
SELVAGE_OUTPUT(wint_t, fputwc_unlocked, (wchar_t c, FILE* f), f, (c, f), )
SELVAGE_OUTPUT(wint_t, putwc_unlocked, (wchar_t c, FILE* f), f, (c, f), )
SELVAGE_OUTPUT(wint_t, putwchar_unlocked, (wchar_t c), stdout, (c), )
SELVAGE_OUTPUT(int, fputws_unlocked, (const wchar_t* s, FILE* f), f, (s, f), access.reads_text(s))

SELVAGE_EXPORT int fflush(FILE* f) {
  if (!g.in_program) return SELVAGE_REAL(fflush)(f);
  Door door;
  // Nothing to be written, nothing to be seen.
  const bool standard = f == nullptr || f == stdout;
  if (__fpending(standard ? stdout : f) == 0 || (standard && g.owes_flush)) return 0;
  event(standard ? stdout : f, SELVAGE_CALLER);
  if (standard && Output::flush_later()) return 0;
  Library library;
  return SELVAGE_REAL(fflush)(f);
}

namespace {

int behind(FILE* f, const char* format, va_list list) { return SELVAGE_REAL(vfprintf)(f, format, list); }
int behind(FILE* f, const wchar_t* format, va_list list) { return SELVAGE_REAL(vfwprintf)(f, format, list); }
void tell(const Accesses& access, const char* format, va_list list) { tell_printed(access, format, list); }
void tell(const Accesses& access, const wchar_t* format, va_list /*list*/) { access.reads_text(format); }

/// All that print with a format to a stream, of char or wchar_t.
template <typename C>
int print(FILE* f, const C* format, va_list list, std::uint64_t pc) {
  if (!g.in_program) return behind(f, format, list);
  tell(Accesses(pc), format, list);
  Door door;
  check_stream(f);
  event(f, pc);
  Library library(f);
  return behind(f, format, list);
}

int print(int fd, const char* format, va_list list, std::uint64_t pc) {
  if (!g.in_program) return SELVAGE_REAL(vdprintf)(fd, format, list);
  tell(Accesses(pc), format, list);
  Door door;
  event_on_descriptor(fd, "dprintf() to a file or socket", pc);
  return SELVAGE_REAL(vdprintf)(fd, format, list);
}

}  // namespace

#define SELVAGE_PRINTF_LIST(NAME, PARAMETERS, TO) \
  SELVAGE_EXPORT int NAME PARAMETERS { return print(TO, format, list, SELVAGE_CALLER); }
#define SELVAGE_PRINTF(NAME, PARAMETERS, TO)               \
  SELVAGE_EXPORT int NAME PARAMETERS {                     \
    va_list list;                                          \
    va_start(list, format);                                \
    const int n = print(TO, format, list, SELVAGE_CALLER); \
    va_end(list);                                          \
    return n;                                              \
  }
SELVAGE_PRINTF(printf, (const char* format, ...), stdout)
SELVAGE_PRINTF(fprintf, (FILE * f, const char* format, ...), f)
SELVAGE_PRINTF(dprintf, (int fd, const char* format, ...), fd)
SELVAGE_PRINTF(wprintf, (const wchar_t* format, ...), stdout)
SELVAGE_PRINTF(fwprintf, (FILE * f, const wchar_t* format, ...), f)
SELVAGE_PRINTF_LIST(vprintf, (const char* format, va_list list), stdout)
SELVAGE_PRINTF_LIST(vfprintf, (FILE * f, const char* format, va_list list), f)
SELVAGE_PRINTF_LIST(vdprintf, (int fd, const char* format, va_list list), fd)
SELVAGE_PRINTF_LIST(vwprintf, (const wchar_t* format, va_list list), stdout)
SELVAGE_PRINTF_LIST(vfwprintf, (FILE * f, const wchar_t* format, va_list list), f)
// What -D_FORTIFY_SOURCE makes of them.
SELVAGE_PRINTF(__printf_chk, (int /*flag*/, const char* format, ...), stdout)
SELVAGE_PRINTF(__fprintf_chk, (FILE * f, int /*flag*/, const char* format, ...), f)
SELVAGE_PRINTF(__dprintf_chk, (int fd, int /*flag*/, const char* format, ...), fd)
SELVAGE_PRINTF(__wprintf_chk, (int /*flag*/, const wchar_t* format, ...), stdout)
SELVAGE_PRINTF(__fwprintf_chk, (FILE * f, int /*flag*/, const wchar_t* format, ...), f)
SELVAGE_PRINTF_LIST(__vprintf_chk, (int /*flag*/, const char* format, va_list list), stdout)
SELVAGE_PRINTF_LIST(__vfprintf_chk, (FILE * f, int /*flag*/, const char* format, va_list list), f)
SELVAGE_PRINTF_LIST(__vdprintf_chk, (int fd, int /*flag*/, const char* format, va_list list), fd)
SELVAGE_PRINTF_LIST(__vwprintf_chk, (int /*flag*/, const wchar_t* format, va_list list), stdout)
SELVAGE_PRINTF_LIST(__vfwprintf_chk, (FILE * f, int /*flag*/, const wchar_t* format, va_list list), f)

SELVAGE_EXPORT ssize_t write(int fd, const void* p, size_t n) {
  if (!g.in_program) return SELVAGE_REAL(write)(fd, p, n);
  if (selvage::abi::is_ours(fd)) return selvage::abi::write_to(fd, p, n, SELVAGE_CALLER);
  Accesses(SELVAGE_CALLER).reads(p, n);
  Door door;
  event_on_descriptor(fd, "write() to a file or socket", SELVAGE_CALLER);
  return SELVAGE_REAL(write)(fd, p, n);
}
SELVAGE_EXPORT ssize_t writev(int fd, const iovec* parts, int count) {
  if (!g.in_program) return SELVAGE_REAL(writev)(fd, parts, count);
  const Accesses access(SELVAGE_CALLER);
  for (int i = 0; i < count; ++i) access.reads(parts[i].iov_base, parts[i].iov_len);
  Door door;
  event_on_descriptor(fd, "writev() to a file or socket", SELVAGE_CALLER);
  return SELVAGE_REAL(writev)(fd, parts, count);
}
