// A synchronisation object is destroyed while another thread may still be using it: nothing but a flag, set
// before the last use, says that it is not.
// expect: proved
// expect COND: data-race
// expect SEMAPHORE: data-race
// expect MUTEX: data-race
#include <pthread.h>
#include <semaphore.h>

#include <atomic>
#include <thread>

pthread_cond_t c = PTHREAD_COND_INITIALIZER;
pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
sem_t s;
std::atomic<int> flag;

int main() {
  sem_init(&s, 0, 0);
  std::thread t([] {
#if defined(COND)
    flag = 1;
    pthread_cond_signal(&c);
#elif defined(SEMAPHORE)
    flag = 1;
    sem_post(&s);
#elif defined(MUTEX)
    pthread_mutex_lock(&m);
    flag = 1;
    pthread_mutex_unlock(&m);
#else
    sem_post(&s);
#endif
  });
#if defined(COND)
  while (flag != 1) {
  }
  pthread_cond_destroy(&c);
#elif defined(SEMAPHORE)
  while (flag != 1) {
  }
  sem_destroy(&s);
#elif defined(MUTEX)
  while (flag != 1) {
  }
  pthread_mutex_destroy(&m);
#else
  sem_wait(&s);  // orders the post before the end
  sem_destroy(&s);
#endif
  t.join();
}
