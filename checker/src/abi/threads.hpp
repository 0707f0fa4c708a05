// Threads of the program while it is explored, under whichever names it calls for them: POSIX's (threads.cpp) or C11's
// (c11_threads.cpp), which the C library gives the same descriptors.
//
// `pc`: where the program made the call. Results are POSIX's.
#pragma once

#include <pthread.h>

#include <cstdint>

namespace selvage::abi {

/// Real threads started outside an exploration: what they do cannot be controlled.
extern int g_threads_before;

/// Starts a thread that runs routine(argument), and writes its name.
void create(pthread_t* thread, const pthread_attr_t* attributes, void* (*routine)(void*), void* argument,
            std::uint64_t pc);
/// Waits for its end. `result` may be null. (C11's threads return an int.)
int join(pthread_t thread, void** result, std::uint64_t pc);
int join(pthread_t thread, int* result, std::uint64_t pc);
void detach(pthread_t thread, std::uint64_t pc);
/// Ends the running thread, once all destructors of its frames have run.
[[noreturn]] void exit_thread(void* result);
void yield(std::uint64_t pc);

/// The key is the program's: its values are destroyed when threads of the execution end.
void key_made(pthread_key_t key, void (*destructor)(void*));
void key_deleted(pthread_key_t key);

}  // namespace selvage::abi
