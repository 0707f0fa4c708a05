// The C library reads and writes on the program's behalf: two such calls on the same memory are a race, and none under a lock.
#include <gtest/gtest.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#include <mutex>
#include <thread>

#include "selvage/selvage.hpp"

namespace {

// What the calls work on: each execution begins with this.
char g_text[64] = "one two three";
char g_other[64] = "four";
wchar_t g_wide[64] = L"one two";
int g_numbers[24] = {3, 1, 2};
char* g_rest = nullptr;
time_t g_time = 1'000'000'000;
tm g_date{};
timespec g_now{};
pthread_mutex_t g_mutex;
pthread_cond_t g_condition;
pthread_rwlock_t g_rwlock;
pthread_barrier_t g_barrier;
pthread_spinlock_t g_spin;
sem_t g_semaphore;

using Call = void (*)();

struct Pair {
  const char* name;
  Call call;    ///< by one thread ...
  Call beside;  ///< ... while another does this; null: the same
};

void PrintTo(const Pair& pair, std::ostream* out) { *out << pair.name; }

void write_text() { g_text[1] = 'x'; }
void write_wide() { g_wide[1] = L'x'; }
void print(const char* format, ...) {
  va_list list;
  va_start(list, format);
  vsnprintf(g_text, sizeof g_text, format, list);
  va_end(list);
}
int compare(const void* a, const void* b) {
  return *static_cast<const int*>(a) - *static_cast<const int*>(b);
}

// A call that reads, beside a write. Its result has to be used, or there is no call.
#define READS(NAME, STATEMENT)          \
  Pair {                                \
    NAME, [] { STATEMENT; }, write_text \
  }
#define WRITES(NAME, STATEMENT)      \
  Pair {                             \
    NAME, [] { STATEMENT; }, nullptr \
  }

template <typename T>
long used(T value) {
  thread_local volatile long place = 0;
  place = reinterpret_cast<long>(reinterpret_cast<void*>(value));
  return place;
}
template <>
long used(int value) {
  thread_local volatile long place = 0;
  place = value;
  return place;
}
template <>
long used(double value) {
  return used(static_cast<int>(value));
}

class LibraryCalls : public testing::TestWithParam<Pair> {};

TEST_P(LibraryCalls, RaceWithoutALock) {
  const Pair pair = GetParam();
  const auto result = selvage::explore([pair] {
    std::thread t(pair.call), u(pair.beside != nullptr ? pair.beside : pair.call);
    t.join();
    u.join();
  });
  EXPECT_EQ(result.verdict, selvage::Verdict::data_race) << result.message;
}

TEST_P(LibraryCalls, AreOrderedByALock) {
  const Pair pair = GetParam();
  const auto result = selvage::explore([pair] {
    std::mutex m;
    const auto locked = [&m](Call call) {
      const std::lock_guard<std::mutex> lock(m);
      call();
    };
    std::thread t(locked, pair.call), u(locked, pair.beside != nullptr ? pair.beside : pair.call);
    t.join();
    u.join();
  });
  EXPECT_EQ(result.verdict, selvage::Verdict::proved) << result.message;
}

INSTANTIATE_TEST_SUITE_P(
    Reading, LibraryCalls,
    testing::Values(
        READS("strlen", used(strlen(g_text))), READS("strnlen", used(strnlen(g_text, 10))),
        READS("strcmp", used(strcmp(g_text, "one"))),
        READS("strncmp", used(strncmp(g_other, g_text, 5) + strncmp(g_text, "one", 3))),
        READS("strcasecmp", used(strcasecmp("ONE", g_text))), READS("strchr", used(strchr(g_text, 'e'))),
        READS("strrchr", used(strrchr(g_text, 'o'))), READS("strstr", used(strstr(g_text, "two"))),
        READS("strspn", used(strspn(g_text, "no"))), READS("strcspn", used(strcspn(g_text, " "))),
        READS("strpbrk", used(strpbrk(g_text, " "))), READS("memchr", used(memchr(g_text, 'e', 10))),
        READS("memcmp", used(memcmp(g_text, "one", 3))), READS("memmem", used(memmem(g_text, 20, "two", 3))),
        READS("strcpy", char to[64]; used(strcpy(to, g_text))),
        READS("strncpy", char to[64]; used(strncpy(to, g_text, 30))),
        READS("strdup", char* made = strdup(g_text); used(made); free(made)),
        READS("strndup", char* made = strndup(g_text, 5); used(made); free(made)),
        READS("snprintf", char to[64]; used(snprintf(to, sizeof to, "%d %-5s %lf", 1, g_text, 2.0))),
        READS("snprintf bounded", char to[64]; used(snprintf(to, sizeof to, "%.*s", 2, g_text))),
        READS("sscanf", int number; used(sscanf(g_text, "%d", &number))),
        READS("printf", printf("%5d%s", 1, g_text)), READS("puts", puts(g_text)),
        READS("fputs", fputs(g_text, stdout)), READS("fwrite", fwrite(g_text, 1, 3, stdout)),
        READS("format", printf(g_text, 0)), Pair{"atoi", [] { used(atoi(g_text)); }, [] { g_text[0] = '1'; }},
        Pair{"strtol", [] { used(static_cast<int>(strtol(g_text, nullptr, 36))); }, write_text},
        Pair{"strtod", [] { used(strtod(g_text, nullptr)); }, [] { g_text[0] = '1'; }},
        Pair{"wcslen", [] { used(wcslen(g_wide)); }, write_wide},
        Pair{"wcscmp", [] { used(wcscmp(g_wide, L"one")); }, write_wide}));

INSTANTIATE_TEST_SUITE_P(
    Writing, LibraryCalls,
    testing::Values(
        WRITES("memcpy", memcpy(g_text, g_other, 24)), WRITES("memset", memset(g_text, 0, 24)),
        WRITES("memmove", memmove(g_text, g_text + 1, 24)), WRITES("mempcpy", mempcpy(g_text, g_other, 24)),
        WRITES("bzero", bzero(g_text, 24)), WRITES("strcpy", strcpy(g_text, "a longer text")),
        WRITES("stpcpy", stpcpy(g_text, g_other)), WRITES("strncpy", strncpy(g_text, "text", 20)),
        WRITES("strcat", strcat(g_text, "x")), WRITES("strncat", strncat(g_text, g_other, 2)),
        WRITES("sprintf", sprintf(g_text, "text")), WRITES("snprintf", snprintf(g_text, 20, "%s", g_other)),
        WRITES("vsnprintf", print("%d", 7)),
        WRITES("sscanf", used(sscanf("12 34", "%d%d", &g_numbers[0], &g_numbers[1]))),
        WRITES("sscanf text", used(sscanf("some text", "%*s %10[a-z]", g_text))),
        WRITES("qsort", qsort(g_numbers, 24, sizeof *g_numbers, compare)),
        WRITES("strtok", char text[] = "a b"; used(strtok(text, " "))),
        WRITES("strtok_r", char text[] = "a b"; used(strtok_r(text, " ", &g_rest))),
        WRITES("strsep", char text[] = "a b"; g_rest = text; used(strsep(&g_rest, " "))),
        WRITES("wcscpy", wcscpy(g_wide, L"text")), WRITES("wmemcpy", wmemcpy(g_wide, g_wide + 8, 8)),
        WRITES("wmemset", wmemset(g_wide, L'x', 8)),
        Pair{"strtol end", [] { used(static_cast<int>(strtol("12", &g_rest, 10))); }, nullptr},
        Pair{"snprintf all of it", [] { used(snprintf(g_text, 6, "0123456789")); },
             [] { g_text[5] = 'x'; }}));

// Also in memory of the C library's own.
INSTANTIATE_TEST_SUITE_P(
    OfTimes, LibraryCalls,
    testing::Values(
        WRITES("localtime", used(localtime(&g_time)->tm_year)),
        WRITES("gmtime", used(gmtime(&g_time)->tm_year)),
        Pair{"localtime and gmtime", [] { used(localtime(&g_time)->tm_year); },
             [] { used(gmtime(&g_time)->tm_year); }},
        WRITES("localtime_r", localtime_r(&g_time, &g_date)), WRITES("gmtime_r", gmtime_r(&g_time, &g_date)),
        WRITES("asctime", tm date{}; used(asctime(&date)[0])), WRITES("ctime", used(ctime (&g_time)[0])),
        Pair{"ctime and gmtime", [] { used(ctime(&g_time)); }, [] { used(gmtime(&g_time)->tm_year); }},
        WRITES("ctime_r", used(ctime_r(&g_time, g_text))), WRITES("mktime", mktime(&g_date)),
        WRITES("strftime", tm date{}; used(static_cast<int>(strftime(g_text, sizeof g_text, "%Y", &date)))),
        Pair{"strftime reads",
             [] {
               char to[40];
               used(static_cast<int>(strftime(to, sizeof to, "%Y", &g_date)));
             },
             [] { g_date.tm_year = 7; }},
        WRITES("time", time(&g_time)), WRITES("clock_gettime", clock_gettime(CLOCK_REALTIME, &g_now)),
        WRITES("timespec_get", used(timespec_get(&g_now, TIME_UTC)))));

INSTANTIATE_TEST_SUITE_P(
    Making, LibraryCalls,
    testing::Values(WRITES("pthread_mutex_init", pthread_mutex_init(&g_mutex, nullptr)),
                    WRITES("pthread_cond_init", pthread_cond_init(&g_condition, nullptr)),
                    WRITES("pthread_rwlock_init", pthread_rwlock_init(&g_rwlock, nullptr)),
                    WRITES("pthread_barrier_init", pthread_barrier_init(&g_barrier, nullptr, 2)),
                    WRITES("pthread_spin_init", pthread_spin_init(&g_spin, 0)),
                    WRITES("sem_init", sem_init(&g_semaphore, 0, 1)),
                    Pair{"used unmade", [] { pthread_cond_init(&g_condition, nullptr); },
                         [] { pthread_cond_signal(&g_condition); }}));

// What is not touched is nobody's business.
INSTANTIATE_TEST_SUITE_P(Beside, LibraryCalls,
                         testing::Values(Pair{"strcpy", [] { strcpy(g_text, "x"); },
                                              [] { g_text[1] = 'x'; }}));

TEST(LibraryCalls, TouchNoMoreThanTheyMust) {
  const auto alone = [](Call call, Call beside) {
    return selvage::explore([=] {
             std::thread t(call), u(beside);
             t.join();
             u.join();
           }).verdict == selvage::Verdict::proved;
  };
  const Call behind = [] { g_text[20] = 'x'; };
  EXPECT_TRUE(alone([] { used(strlen(g_text)); }, behind));
  EXPECT_TRUE(alone([] { used(strchr(g_text, 'w')); }, [] { g_text[6] = 'x'; }));
  EXPECT_TRUE(alone([] { used(memchr(g_text, 'w', 64)); }, [] { g_text[6] = 'x'; }));
  EXPECT_TRUE(alone([] { used(strncmp(g_text, "one", 3)); }, [] { g_text[3] = 'x'; }));
  EXPECT_TRUE(alone([] { used(strcmp(g_text, "other")); }, [] { g_text[2] = 'x'; }));
  EXPECT_TRUE(alone([] { strcpy(g_text, g_other); }, [] { g_text[5] = 'x'; }));
  EXPECT_TRUE(alone([] { strncat(g_text, g_other, 2); }, [] { g_text[16] = 'x'; }));
  EXPECT_TRUE(alone([] { snprintf(g_text, 6, "0123456789"); }, [] { g_text[6] = 'x'; }));
  EXPECT_TRUE(alone([] { printf("%.3s", g_text); }, [] { g_text[3] = 'x'; }));
  EXPECT_TRUE(alone([] { used(sscanf("text", "%4[a-z]", g_text)); }, [] { g_text[5] = 'x'; }));
  EXPECT_TRUE(alone(
      [] {
        tm to;
        localtime_r(&g_time, &to);
      },
      [] { used(gmtime(&g_time)->tm_year); }));
  EXPECT_TRUE(alone([] { used(localtime(&g_time)->tm_year); },
                    [] {
                      tm date{};
                      used(asctime(&date));
                    }));
  EXPECT_TRUE(alone([] { used(atoi("1")); }, [] { used(atoi("1")); }));
  EXPECT_TRUE(alone([] { printf("%s", "x"); }, [] { printf("%s", "x"); }));
}

}  // namespace
