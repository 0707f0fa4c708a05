// Plain structs of all sizes, as arguments and results, through all kinds of calls. The other access is hooked by the compiler itself.
#include <cstdio>
#include <cstdarg>
#include <new>
#include "pair.hpp"
struct P { int a, b; };
struct One { char c; };
struct T3 { char c[3]; };
struct T12 { int a, b, c; };
struct L16 { long a, b; };
struct B40 { long v[5]; };
struct B200 { long v[25]; };
struct Bits { int a : 3; int b : 7; };
struct alignas(16) V16 { int v[4]; };
struct Fl { float x, y; };
struct Mixed { double d; long l; };
union U { int i; float f; };
P p; One one; T3 t3; T12 t12; L16 l16; B40 b40; B200 b200; Bits bits; V16 v16; Fl fl; Mixed mixed; U u; P array[3]; P* pointer = &p;
int sink;
OPAQUE void use(P x) { sink = x.a; } OPAQUE void use(One x) { sink = x.c; } OPAQUE void use(T3 x) { sink = x.c[0]; } OPAQUE void use(T12 x) { sink = x.a; }
OPAQUE void use(L16 x) { sink = int(x.a); } OPAQUE void use(B40 x) { sink = int(x.v[0]); } OPAQUE void use(B200 x) { sink = int(x.v[0]); } OPAQUE void use(Bits x) { sink = x.a; }
OPAQUE void use(V16 x) { sink = x.v[0]; } OPAQUE void use(Fl x) { sink = int(x.x); } OPAQUE void use(Mixed x) { sink = int(x.l); } OPAQUE void use(U x) { sink = x.i; }
P make_p() { return {1, 2}; } One make_one() { return {1}; } T3 make_t3() { return {{1, 2, 3}}; } T12 make_t12() { return {1, 2, 3}; }
L16 make_l16() { return {1, 2}; } B40 make_b40() { return {{1}}; } B200 make_b200() { return {{1}}; } Bits make_bits() { return {1, 2}; }
V16 make_v16() { return {{1}}; } Fl make_fl() { return {1, 2}; } Mixed make_mixed() { return {1, 2}; } U make_u() { return {1}; }
int variadic(int n, ...) { va_list l; va_start(l, n); P x = va_arg(l, P); B40 y = va_arg(l, B40); va_end(l); return x.a + int(y.v[0]); }
struct Base { virtual ~Base() = default; virtual int take(P) { return 0; } virtual P give() { return {}; } };
struct Derived : Base { int take(P x) override { return x.a; } P give() override { return {3, 4}; } };
Derived derived; Base* object = &derived;
void (*function)(P) = use; P (*maker)() = make_p;
struct Holder { P first; B40 second; Holder() : first(make_p()), second(make_b40()) {} };
alignas(Holder) char room[sizeof(Holder)];
Holder* held() { return reinterpret_cast<Holder*>(room); }
template <class T> T identity(T x) { return x; }
P forwarded() { return identity(p); }
int loop() { int n = 0; for (int i = 0; i < 3; ++i) { n += object->take(array[i]); } return n; }
int recursion(P x, int n) { return n == 0 ? x.a : recursion(p, n - 1); }
struct Method { P inner; void use_it() { use(inner); } void make_it() { inner = make_p(); } int by_value(Method m) { return m.inner.a; } } method;
const P& reference() { return p; }
const Case kCases[] = {
    {"arg-8", [] { use(p); }, [] { p.b = 1; }},
    {"arg-1", [] { use(one); }, [] { one.c = 1; }},
    {"arg-3", [] { use(t3); }, [] { t3.c[2] = 1; }},
    {"arg-12", [] { use(t12); }, [] { t12.c = 1; }},
    {"arg-16", [] { use(l16); }, [] { l16.b = 1; }},
    {"arg-40", [] { use(b40); }, [] { b40.v[4] = 1; }},
    {"arg-200", [] { use(b200); }, [] { b200.v[24] = 1; }},
    {"arg-bits", [] { use(bits); }, [] { bits.b = 1; }},
    {"arg-align16", [] { use(v16); }, [] { v16.v[3] = 1; }},
    {"arg-floats", [] { use(fl); }, [] { fl.y = 1; }},
    {"arg-mixed", [] { use(mixed); }, [] { mixed.d = 1; }},
    {"arg-union", [] { use(u); }, [] { u.i = 1; }},
    {"arg-element", [] { use(array[1]); }, [] { array[1].a = 1; }},
    {"arg-pointer", [] { use(*pointer); }, [] { p.a = 1; }},
    {"arg-reference", [] { use(reference()); }, [] { p.a = 1; }},
    {"arg-member", [] { method.use_it(); }, [] { method.inner.b = 1; }},
    {"arg-second", [] { sink = variadic(0, P{1, 2}, b40); }, [] { b40.v[1] = 1; }},
    {"arg-variadic", [] { sink = variadic(0, p, B40{}); }, [] { p.b = 1; }},
    {"arg-virtual", [] { sink = object->take(p); }, [] { p.a = 1; }},
    {"arg-function-pointer", [] { function(p); }, [] { p.a = 1; }},
    {"arg-loop", [] { sink = loop(); }, [] { array[2].b = 1; }},
    {"arg-template", [] { sink = forwarded().a; }, [] { p.a = 1; }},
    {"arg-recursion", [] { sink = recursion(P{}, 1); }, [] { p.a = 1; }},
    {"arg-self", [] { sink = method.by_value(method); }, [] { method.inner.a = 1; }},
    {"result-8", [] { p = make_p(); }, [] { sink = p.b; }},
    {"result-1", [] { one = make_one(); }, [] { sink = one.c; }},
    {"result-3", [] { t3 = make_t3(); }, [] { sink = t3.c[2]; }},
    {"result-12", [] { t12 = make_t12(); }, [] { sink = t12.c; }},
    {"result-16", [] { l16 = make_l16(); }, [] { sink = int(l16.b); }},
    {"result-40", [] { b40 = make_b40(); }, [] { sink = int(b40.v[4]); }},
    {"result-200", [] { b200 = make_b200(); }, [] { sink = int(b200.v[24]); }},
    {"result-bits", [] { bits = make_bits(); }, [] { sink = bits.b; }},
    {"result-align16", [] { v16 = make_v16(); }, [] { sink = v16.v[3]; }},
    {"result-floats", [] { fl = make_fl(); }, [] { sink = int(fl.y); }},
    {"result-mixed", [] { mixed = make_mixed(); }, [] { sink = int(mixed.d); }},
    {"result-union", [] { u = make_u(); }, [] { sink = u.i; }},
    {"result-element", [] { array[2] = make_p(); }, [] { sink = array[2].a; }},
    {"result-pointer", [] { *pointer = make_p(); }, [] { sink = p.a; }},
    {"result-member", [] { method.make_it(); }, [] { sink = method.inner.b; }},
    {"result-virtual", [] { p = object->give(); }, [] { sink = p.b; }},
    {"result-function-pointer", [] { p = maker(); }, [] { sink = p.b; }},
    {"result-placement-8", [] { new (room) P(make_p()); }, [] { sink = reinterpret_cast<P*>(room)->b; }},
    {"result-placement-40", [] { new (room) B40(make_b40()); }, [] { sink = int(reinterpret_cast<B40*>(room)->v[3]); }},
    {"result-initialiser-8", [] { new (room) Holder; }, [] { sink = held()->first.a; }},
    {"result-initialiser-40", [] { new (room) Holder; }, [] { sink = int(held()->second.v[4]); }},
};
PAIR_MAIN
