// Two threads print under a lock, by a function that the compiler puts in place of its call; nothing else prints.
#include <stdio.h>

#include <cstdlib>
#include <mutex>
#include <thread>

std::mutex m;

void say(char c, int count) {
  const std::lock_guard<std::mutex> lock(m);
  for (int i = 0; i < count; ++i) putchar_unlocked(c);
}

int main(int, char** argv) {
  const int count = std::atoi(argv[1]);
  std::thread a(say, 'a', count), b(say, 'b', count);
  a.join();
  b.join();
}
