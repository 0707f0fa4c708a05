// What mutexes, condition variables and once flags do while a program is explored, under whichever names it calls them: those
// of POSIX (mutexes.cpp) or of C11 (c11_threads.cpp), which the C library gives the same objects.
//
// `pc`: where the program made the call. Results are POSIX's.
#pragma once

#include <pthread.h>

#include <cstdint>

namespace selvage::abi {

/// The C library has made it: that wrote it.
void mutex_made(pthread_mutex_t* m, std::uint64_t pc);
void destroy(pthread_mutex_t* m, std::uint64_t pc);
int lock(pthread_mutex_t* m, std::uint64_t pc);
int try_lock(pthread_mutex_t* m, std::uint64_t pc);
int lock_until(pthread_mutex_t* m, clockid_t clock, const timespec* until, std::uint64_t pc);
int unlock(pthread_mutex_t* m, std::uint64_t pc);

void condition_made(pthread_cond_t* c, std::uint64_t pc);
void destroy(pthread_cond_t* c, std::uint64_t pc);
int wait(pthread_cond_t* c, pthread_mutex_t* m, std::uint64_t pc);
int wait_until(pthread_cond_t* c, pthread_mutex_t* m, clockid_t clock, const timespec* until,
               std::uint64_t pc);
/// The clock that the condition variable's own waits with a time-out go by.
clockid_t clock_of(const pthread_cond_t* c);
void notify(pthread_cond_t* c, bool all, std::uint64_t pc);

void once(pthread_once_t* control, void (*routine)(), std::uint64_t pc);

}  // namespace selvage::abi
