// What compare-exchanges are given and give back, and the operands of libatomic's functions.
#include <atomic>
#include <cstdio>
#include "pair.hpp"
struct Two { long a, b; };
struct Three { long a, b, c; };
std::atomic<int> number{5}; std::atomic<long> wide{5}; std::atomic<Two> two{}; std::atomic<Three> three{};
int expected = 1; long wide_expected = 1; Two two_expected{1, 1}; Three value, three_expected{1, 1, 1};
int sink, raw;
void add(int& to) { asm("lock; incl %0" : "+m"(to) : : "cc"); }
OPAQUE long last(const Three& t) { return t.c; }
const Case kCases[] = {
    {"expected-read", [] { number.compare_exchange_strong(expected, 3); }, [] { expected = 2; }},
    {"expected-weak", [] { number.compare_exchange_weak(expected, 3); }, [] { expected = 2; }},
    {"expected-written", [] { number.compare_exchange_strong(expected, 3); }, [] { sink = expected; }},
    {"expected-long", [] { wide.compare_exchange_strong(wide_expected, 3); }, [] { wide_expected = 2; }},
    {"expected-two", [] { two.compare_exchange_strong(two_expected, Two{1, 2}); }, [] { two_expected.b = 2; }},
    {"expected-three", [] { three.compare_exchange_strong(three_expected, Three{1, 2, 3}); }, [] { three_expected.c = 2; }},
    {"stored", [] { three.store(value); }, [] { value.c = 2; }},
    {"loaded", [] { value = three.load(); }, [] { sink = int(last(value)); }},
    {"exchanged", [] { value = three.exchange(Three{1, 2, 3}); }, [] { sink = int(last(value)); }},
    {"assembly", [] { add(raw); }, [] { raw = 2; }},
    {"assembly-result", [] { asm("lock; cmpxchgl %2, %1" : "+a"(expected), "+m"(raw) : "r"(3) : "cc"); }, [] { expected = 2; }},
    {"assembly-result-local", [] { int mine = 0; asm("lock; cmpxchgl %2, %1" : "+a"(expected), "+m"(mine) : "r"(3) : "cc"); }, [] { expected = 2; }},
    {"none-assembly", [] { add(raw); }, [] { add(raw); }},
    {"none-atomic", [] { three.store(Three{1, 2, 3}); wide = 3; }, [] { sink = int(three.load().c + wide); }},
    {"none-local", [] { int mine = 7; number.compare_exchange_strong(mine, 3); }, [] { int mine = 7; number.compare_exchange_strong(mine, 3); }},
};
PAIR_MAIN
