// Inline assembly that is an atomic step: it is explored as one, orders what comes before and after it, and is no data race with
// another such step. An instruction that fails to exchange hands nothing on.
// graphs: unsupported
// expect: proved
// expect PLAIN: data-race
// expect BETWEEN: assertion
// expect UNLOCKED: data-race
// expect FAILED: data-race
// expect FORGOTTEN: livelock
#include <cassert>
#include <thread>

int taken = 0, counter = 0, guarded = 0, steps = 0, claimed = 0, handed_over = 0;
unsigned long long wide = 0;

int exchange(int* place, int value) {
  asm volatile("xchgl %0, %1" : "+r"(value), "+m"(*place)::"memory");
  return value;
}
int fetch_add(int* place, int value) {
  asm volatile("lock; xaddl %0, %1" : "+r"(value), "+m"(*place)::"memory", "cc");
  return value;
}
bool compare_exchange(int* place, int expected, int desired) {
  unsigned char done;
  asm volatile("lock\n\tcmpxchgl %3, %0\n\tsete %b1" : "+m"(*place), "=q"(done), "+a"(expected) : "r"(desired) : "memory", "cc");
  return done != 0;
}
void add_wide(unsigned long long* place, unsigned long long value) {
  asm volatile("lock addq %[value], %[place]" : [place] "+m"(*place) : [value] "r"(value) : "cc");
}

void both() {
#ifndef UNLOCKED
  while (exchange(&taken, 1) != 0) {
  }
#endif
  ++guarded;
#if !defined UNLOCKED && !defined FORGOTTEN
  exchange(&taken, 0);
#endif
  fetch_add(&counter, 1);
  add_wide(&wide, 1ULL << 40);
  fetch_add(&steps, 1);
#ifdef BETWEEN
  assert(fetch_add(&steps, 1) % 2 == 1);
#else
  fetch_add(&steps, 1);
#endif
}

int main() {
  std::thread other([] {
    both();
    handed_over = 1;
    compare_exchange(&claimed, 0, 1);
  });
  both();
#ifdef FAILED
  // Says that nobody has claimed it by changing nothing: what failed to exchange 2 has not seen what comes before that of 0.
  if (!compare_exchange(&claimed, 2, 3)) assert(handed_over <= 1);
#else
  if (!compare_exchange(&claimed, 0, 2)) assert(handed_over == 1);
#endif
#ifdef PLAIN
  ++counter;
#endif
  other.join();
  assert(counter == 2 && guarded == 2 && wide == 2ULL << 40 && steps == 4);
}
