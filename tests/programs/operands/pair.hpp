// Two threads, one access each, with a mutex around both or without it.
#pragma once
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

inline std::mutex g_mutex;
inline bool g_locked = false;

struct Guard {
  Guard() { if (g_locked) g_mutex.lock(); }
  ~Guard() { if (g_locked) g_mutex.unlock(); }
  Guard(const Guard&) = delete;
};

/// What of its arguments such a function reads is not known where it is called.
#define OPAQUE [[gnu::weak]]

using Step = void (*)();
struct Case { const char* name; Step one; Step other; };

inline void locked(Step step) { Guard guard; step(); }

inline int run_case(const Case* cases, int count, int argc, char** argv) {
  if (argc < 3) {
    for (int i = 0; i < count; ++i) { std::fputs(cases[i].name, stdout); std::fputs("\n", stdout); }
    return 0;
  }
  g_locked = std::strcmp(argv[2], "locked") == 0;
  for (int i = 0; i < count; ++i) {
    if (std::strcmp(cases[i].name, argv[1]) != 0) continue;
    std::thread other(locked, cases[i].other);
    locked(cases[i].one);
    other.join();
    return 0;
  }
  return 9;
}
#define PAIR_MAIN \
  int main(int argc, char** argv) { return run_case(kCases, sizeof kCases / sizeof *kCases, argc, argv); }
