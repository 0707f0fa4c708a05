// pthread mutexes: normal, recursive and errorcheck, initialised statically and by call.
// expect: proved
// expect BUG: data-race
#include <cassert>
#include <cerrno>
#include <pthread.h>

pthread_mutex_t fixed = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t recursive, checked;
int value = 0;

void* work(void* argument) {
  pthread_mutex_lock(&fixed);
  ++value;
  pthread_mutex_unlock(&fixed);
#ifdef BUG
  ++value;
#endif
  assert(pthread_mutex_lock(&recursive) == 0 && pthread_mutex_lock(&recursive) == 0);
  pthread_mutex_unlock(&recursive);
  pthread_mutex_unlock(&recursive);
  if (argument != nullptr) assert(pthread_mutex_unlock(&checked) == EPERM);
  return argument;
}

int main() {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&recursive, &attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_init(&checked, &attributes);
  pthread_mutexattr_destroy(&attributes);
  assert(pthread_mutex_lock(&checked) == 0 && pthread_mutex_lock(&checked) == EDEADLK);
  pthread_t t;
  pthread_create(&t, nullptr, work, &value);
  work(nullptr);
  void* result = nullptr;
  pthread_join(t, &result);
  assert(result == &value && value == 2);
  pthread_mutex_unlock(&checked);
  pthread_mutex_destroy(&checked);
  pthread_mutex_destroy(&recursive);
}
