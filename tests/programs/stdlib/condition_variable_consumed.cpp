// A wait whose time is up may have used up a notification all the same: who passes it on only where it was notified loses it.
// expect: deadlock
// expect POSIX: deadlock
// expect FIXED: proved
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <pthread.h>
#include <thread>
#include <time.h>

std::mutex m;
std::condition_variable c;
bool item = false;

bool in_time(std::unique_lock<std::mutex>& held) {
#ifdef POSIX
  timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  ++until.tv_sec;
  return pthread_cond_timedwait(c.native_handle(), held.mutex()->native_handle(), &until) == 0;
#else
  return c.wait_for(held, std::chrono::seconds(1)) == std::cv_status::no_timeout;
#endif
}

int main() {
  std::thread impatient([] {
    std::unique_lock held(m);
    if (item) return;
    const bool notified = in_time(held);
#ifdef FIXED
    (void)notified;
    c.notify_one();
#else
    if (notified) c.notify_one();  // not for this one: pass it on
#endif
  });
  std::thread patient([] {
    std::unique_lock held(m);
    while (!item) c.wait(held);
  });
  {
    const std::lock_guard guard(m);
    item = true;
  }
  c.notify_one();
  impatient.join();
  patient.join();
}
