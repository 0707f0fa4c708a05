// Objects of sizes that no hook of clang's has. The other access is hooked by the compiler itself, or is of such a size, too.
#include <array>
#include <complex>
#include <cstdio>
#include <string>
#include <thread>
#include "pair.hpp"
int sink;
long double quad = 1;
long double quads[2] = {1, 2};
std::complex<long double> both;
struct T3 { char c[3]; };
struct T6 { short s[3]; };
T3 t3, u3; T6 t6, u6;
std::array<char, 5> a5, b5;
struct Tail { unsigned a : 10; unsigned b : 14; char c; } tail;  // a and b are one load of 3 bytes
typedef float Wide __attribute__((vector_size(32)));
Wide wide;
__int128 large;
OPAQUE void use(long double x) { sink = int(x); }
OPAQUE void use(T3 x) { sink = x.c[0]; }
OPAQUE long double give() { return 3; }
OPAQUE T3 give3() { return {{1, 2, 3}}; }
OPAQUE int first(long double x, T3 y) { return int(x) + y.c[0]; }
OPAQUE Wide* at() { return &wide; }
void local() {
  long double x = give();
  T3 y = give3();
  y.c[0] = char(first(x, y));
  x = first(x, y);
}
const Case kCases[] = {
    {"long-double-both", [] { quad = quad + 1; }, [] { quad = quad + 1; }},
    {"long-double-read", [] { sink = int(quad); }, [] { quad = 3; }},
    {"long-double-write", [] { quad = 3; }, [] { sink = int(quad); }},
    {"long-double-arg", [] { use(quad); }, [] { quad = 2; }},
    {"long-double-result", [] { quad = give(); }, [] { sink = int(quad); }},
    {"long-double-element", [] { quads[1] += 1; }, [] { quads[1] += 1; }},
    {"none-long-double-elements", [] { quads[0] += 1; }, [] { quads[1] += 1; }},
    {"long-double-bytes", [] { quad = 3; }, [] { reinterpret_cast<char*>(&quad)[9] = 1; }},
    {"complex-long-double", [] { both = both + both; }, [] { both.imag(1); }},
    {"three-copied", [] { t3 = u3; }, [] { t3.c[2] = 1; }},
    {"three-copied-from", [] { t3 = u3; }, [] { u3.c[2] = 1; }},
    {"three-arg", [] { use(t3); }, [] { t3.c[2] = 1; }},
    {"three-result", [] { t3 = give3(); }, [] { t3.c[2] = 1; }},
    {"six-copied", [] { t6 = u6; }, [] { t6.s[2] = 1; }},
    {"five-copied", [] { a5 = b5; }, [] { b5[4] = 1; }},
    {"bit-fields-read", [] { sink = int(tail.b); }, [] { tail.b = 3; }},
    {"bit-fields-both", [] { tail.a = 1; }, [] { tail.b = 3; }},
    {"none-bit-fields-neighbour", [] { tail.a = 1; }, [] { tail.c = 3; }},
    {"wide-read", [] { sink = int((*at())[7] + (*at() + *at())[6]); }, [] { wide[7] = 1; }},
    {"wide-write", [] { *at() = *at() * 2; }, [] { sink = int(wide[7]); }},
    {"sixteen", [] { large += 1; }, [] { sink = int(large); }},
    {"none-local", local, local},
};
PAIR_MAIN
