#include "interpreter.hpp"

#include <pthread.h>
#include <semaphore.h>
#include <time.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <selvage/selvage.hpp>
#include <shared_mutex>
#include <thread>

namespace differential {

namespace {

struct Shared {
  std::atomic<int> atomics[kAtomics]{};
  struct alignas(16) Plain {
    int value = 0;
  } plains[kPlains];
  std::mutex mutexes[kMutexes];
  std::condition_variable condition;
  std::shared_mutex rwlock;
  sem_t semaphore{};
};

// The orders as constants, since a compiler may take any other for seq_cst.

int load(std::atomic<int>& a, int order) {
  switch (order) {
    case 0:
      return a.load(std::memory_order_relaxed);
    case 2:
      return a.load(std::memory_order_acquire);
    default:
      return a.load(std::memory_order_seq_cst);
  }
}
void store(std::atomic<int>& a, int value, int order) {
  switch (order) {
    case 0:
      a.store(value, std::memory_order_relaxed);
      break;
    case 3:
      a.store(value, std::memory_order_release);
      break;
    default:
      a.store(value, std::memory_order_seq_cst);
      break;
  }
}
int add(std::atomic<int>& a, int value, int order) {
  switch (order) {
    case 0:
      return a.fetch_add(value, std::memory_order_relaxed);
    case 2:
      return a.fetch_add(value, std::memory_order_acquire);
    case 3:
      return a.fetch_add(value, std::memory_order_release);
    case 4:
      return a.fetch_add(value, std::memory_order_acq_rel);
    default:
      return a.fetch_add(value, std::memory_order_seq_cst);
  }
}
int exchange(std::atomic<int>& a, int value, int order) {
  switch (order) {
    case 0:
      return a.exchange(value, std::memory_order_relaxed);
    case 2:
      return a.exchange(value, std::memory_order_acquire);
    case 3:
      return a.exchange(value, std::memory_order_release);
    case 4:
      return a.exchange(value, std::memory_order_acq_rel);
    default:
      return a.exchange(value, std::memory_order_seq_cst);
  }
}
bool compare_exchange(std::atomic<int>& a, int expected, int desired, int order) {
  switch (order) {
    case 0:
      return a.compare_exchange_strong(expected, desired, std::memory_order_relaxed);
    case 2:
      return a.compare_exchange_strong(expected, desired, std::memory_order_acquire);
    case 3:
      return a.compare_exchange_strong(expected, desired, std::memory_order_release);
    case 4:
      return a.compare_exchange_strong(expected, desired, std::memory_order_acq_rel);
    default:
      return a.compare_exchange_strong(expected, desired, std::memory_order_seq_cst);
  }
}
void fence(int order) {
  switch (order) {
    case 2:
      std::atomic_thread_fence(std::memory_order_acquire);
      break;
    case 3:
      std::atomic_thread_fence(std::memory_order_release);
      break;
    case 4:
      std::atomic_thread_fence(std::memory_order_acq_rel);
      break;
    default:
      std::atomic_thread_fence(std::memory_order_seq_cst);
      break;
  }
}

/// So far away that only a time-out that is explored ever comes.
const timespec kFar{4'000'000'000, 0};

void wait(Shared& shared, int mutex) {
  std::unique_lock lock(shared.mutexes[mutex], std::adopt_lock);
  shared.condition.wait(lock);
  lock.release();
}

void run(const Code& code, Shared& shared, int* registers) {
  for (std::size_t pc = 0; pc < code.size(); ++pc) {
    const Instruction& i = code[pc];
    switch (i.action) {
      case Action::load:
        registers[i.reg] = load(shared.atomics[i.object], i.order);
        break;
      case Action::store:
        store(shared.atomics[i.object], i.value, i.order);
        break;
      case Action::add:
        registers[i.reg] = add(shared.atomics[i.object], i.value, i.order);
        break;
      case Action::exchange:
        registers[i.reg] = exchange(shared.atomics[i.object], i.value, i.order);
        break;
      case Action::cas:
        registers[i.reg] = compare_exchange(shared.atomics[i.object], i.expected, i.value, i.order) ? 1 : 0;
        break;
      case Action::await:
        while (load(shared.atomics[i.object], i.order) != i.value) {
        }
        break;
      case Action::fence:
        fence(i.order);
        break;
      case Action::read:
        registers[i.reg] = shared.plains[i.object].value;
        break;
      case Action::write:
        shared.plains[i.object].value = i.value;
        break;
      case Action::skip_unless:
        if (registers[i.reg] != i.value) pc += i.skip;
        break;
      case Action::lock:
        shared.mutexes[i.object].lock();
        break;
      case Action::unlock:
        shared.mutexes[i.object].unlock();
        break;
      case Action::try_lock:
        registers[i.reg] = shared.mutexes[i.object].try_lock() ? 1 : 0;
        if (registers[i.reg] == 0) pc += i.skip;
        break;
      case Action::timed_lock:
        registers[i.reg] =
            pthread_mutex_timedlock(shared.mutexes[i.object].native_handle(), &kFar) == 0 ? 1 : 0;
        if (registers[i.reg] == 0) pc += i.skip;
        break;
      case Action::wait:
        wait(shared, i.mutex);
        break;
      case Action::wait_while:
        while (shared.plains[i.object].value != i.value) wait(shared, i.mutex);
        break;
      case Action::timed_wait:
        registers[i.reg] = pthread_cond_timedwait(shared.condition.native_handle(),
                                                  shared.mutexes[i.mutex].native_handle(), &kFar) == 0
                               ? 0
                               : 1;
        break;
      case Action::notify_one:
        shared.condition.notify_one();
        break;
      case Action::notify_all:
        shared.condition.notify_all();
        break;
      case Action::sem_wait:
        sem_wait(&shared.semaphore);
        break;
      case Action::sem_try:
        registers[i.reg] = sem_trywait(&shared.semaphore) == 0 ? 1 : 0;
        break;
      case Action::sem_timed:
        registers[i.reg] = sem_timedwait(&shared.semaphore, &kFar) == 0 ? 1 : 0;
        break;
      case Action::sem_post:
        sem_post(&shared.semaphore);
        break;
      case Action::read_lock:
        shared.rwlock.lock_shared();
        break;
      case Action::write_lock:
        shared.rwlock.lock();
        break;
      case Action::try_read_lock:
        registers[i.reg] = shared.rwlock.try_lock_shared() ? 1 : 0;
        if (registers[i.reg] == 0) pc += i.skip;
        break;
      case Action::try_write_lock:
        registers[i.reg] = shared.rwlock.try_lock() ? 1 : 0;
        if (registers[i.reg] == 0) pc += i.skip;
        break;
      case Action::rw_unlock:
        shared.rwlock.unlock_shared();
        break;  // libstdc++: whichever way it is held
    }
  }
}

}  // namespace

void interpret(const std::vector<Code>& code, int semaphore) {
  Shared shared;
  sem_init(&shared.semaphore, 0, static_cast<unsigned>(semaphore));
  struct alignas(64) Own {
    int registers[kRegisters]{};
  } own[kThreads];
  {
    std::thread threads[kThreads];
    for (std::size_t t = 0; t < code.size(); ++t) {
      threads[t] = std::thread([&code, &shared, &own, t] { run(code[t], shared, own[t].registers); });
    }
    for (std::thread& t : threads) {
      if (t.joinable()) t.join();
    }
  }
  Ending ending;
  for (int k = 0; k < kAtomics; ++k) ending.atomics[k] = shared.atomics[k].load(std::memory_order_relaxed);
  for (int k = 0; k < kPlains; ++k) ending.plains[k] = shared.plains[k].value;
  for (int t = 0; t < kThreads; ++t) {
    for (int r = 0; r < kRegisters; ++r) ending.registers[t][r] = own[t].registers[r];
  }
  selvage::outcome(to_text(ending));
}

}  // namespace differential
