// pthread once and keys: values a thread, with destructors; attributes and names.
// expect: proved
// expect BUG: leak
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <pthread.h>

pthread_once_t once = PTHREAD_ONCE_INIT;
pthread_key_t key;
int made = 0;

void make() {
  ++made;
#ifdef BUG
  pthread_key_create(&key, nullptr);  // nobody frees the values
#else
  pthread_key_create(&key, std::free);
#endif
}

void* work(void*) {
  pthread_once(&once, make);
  assert(pthread_getspecific(key) == nullptr);
  void* mine = std::malloc(8);
  pthread_setspecific(key, mine);
  assert(pthread_getspecific(key) == mine);
  return nullptr;
}

int main() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 1 << 20);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_JOINABLE);
  pthread_t t;
  pthread_create(&t, &attributes, work, nullptr);
  pthread_attr_destroy(&attributes);
  char name[16] = "";
  pthread_setname_np(t, "worker");
  pthread_getname_np(t, name, sizeof name);
  assert(std::strcmp(name, "worker") == 0);
  pthread_once(&once, make);
  pthread_join(t, nullptr);
  assert(made == 1 && pthread_equal(pthread_self(), pthread_self()));
  pthread_key_delete(key);
}
