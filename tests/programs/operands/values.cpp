// What goes through such calls must arrive unchanged: the output is compared with that of a build without the plugin.
#include <chrono>
#include <complex>
#include <csetjmp>
#include <cstdarg>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <numeric>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <vector>
template <int N> struct S { unsigned char v[N]; };
template <int N> struct Aligned { alignas(N) int v[2 * N / 4]; };
template <class T> T g_value;
template <class T> T g_other;
template <class T> T* volatile g_pointer = &g_value<T>;
template <int N> unsigned sum(S<N> s) { unsigned n = 0; for (int i = 0; i < N; ++i) n = n * 31 + s.v[i]; return n; }
template <int N> S<N> make(int seed) { S<N> s; for (int i = 0; i < N; ++i) s.v[i] = static_cast<unsigned char>(seed + i); return s; }
template <int N> S<N> make_or_throw(int seed) { if (seed == 13) throw seed; return make<N>(seed); }
template <int N> unsigned many(int a, S<N> x, double d, S<N> y, S<1> z, S<N> w) { return sum(x) + 3 * sum(y) + 5 * sum(w) + sum(z) + a + unsigned(d); }
template <int N> unsigned variadic(int n, ...) { va_list l; va_start(l, n); unsigned r = 0; for (int i = 0; i < n; ++i) r = r * 7 + sum(va_arg(l, S<N>)); va_end(l); return r; }
template <int N> struct Holder { S<N> a; S<N> b; Holder(int n) : a(make<N>(n)), b(make_or_throw<N>(n + 1)) {} };
template <int N> S<N> pass(S<N> s) { s.v[0] ^= 1; return s; }
template <int N> void test() {
  g_value<S<N>> = make<N>(N);
  std::printf("%d: %u", N, sum(g_value<S<N>>));
  *g_pointer<S<N>> = make<N>(3);
  std::printf(" %u", sum(*g_pointer<S<N>>));
  g_other<S<N>> = pass(g_value<S<N>>);
  g_value<S<N>> = pass(g_value<S<N>>);
  std::printf(" %u %u", sum(g_other<S<N>>), many<N>(1, g_value<S<N>>, 2.5, g_other<S<N>>, g_value<S<1>>, *g_pointer<S<N>>));
  std::printf(" %u", variadic<N>(2, g_value<S<N>>, g_other<S<N>>));
  auto holder = std::make_unique<Holder<N>>(7);
  std::printf(" %u %u", sum(holder->a), sum(holder->b));
  for (int i = 11; i < 15; ++i) {
    try { g_value<S<N>> = make_or_throw<N>(i); std::printf(" %u", sum(g_value<S<N>>)); }
    catch (int n) { std::printf(" !%d %u", n, sum(g_value<S<N>>)); }
  }
  try { Holder<N> h(12); } catch (int n) { std::printf(" %d", n); }
  std::vector<S<N>> v(3, g_value<S<N>>);
  for (auto& x : v) x = pass(x);
  v[1] = pass(v[0]);
  std::printf(" %u\n", sum(v[1]) + sum(v[2]));
}
template <int... N> void tests(std::integer_sequence<int, N...>) { (test<N + 1>(), ...); }
struct Base { virtual ~Base() = default; virtual S<40> get(S<12> s) { return make<40>(s.v[3]); } };
struct Left { virtual ~Left() = default; virtual S<24> other(S<3> s) = 0; int pad = 1; };
struct Derived : Base, Left { S<40> get(S<12> s) override { return make<40>(s.v[1] * 2); } S<24> other(S<3> s) override { return make<24>(s.v[2]); } };
struct VBase { virtual S<7> thunked(S<33> s) { return make<7>(s.v[0]); } virtual ~VBase() = default; };
struct VDerived : virtual VBase { int x = 2; S<7> thunked(S<33> s) override { return make<7>(s.v[9] + x); } };
struct Pinned {  // looks at its own address: the return slot must stay
  Pinned* self; long pad[6]; Pinned() : self(this), pad() {}
};
Pinned make_pinned() { return Pinned(); }
struct PinHolder { Pinned p; PinHolder() : p(make_pinned()) {} };
struct Noisy { std::string s; Noisy(std::string x) : s(std::move(x)) {} Noisy(const Noisy& o) : s(o.s + "c") {} Noisy(Noisy&& o) noexcept : s(std::move(o.s) + "m") {} Noisy& operator=(const Noisy&) = default; };
Noisy make_noisy(Noisy n) { n.s += "!"; return n; }
std::string text(Noisy n) { return n.s; }
Noisy g_noisy{"g"};
[[noreturn]] void leave(S<20> s) { throw std::runtime_error(std::to_string(sum(s))); }
std::jmp_buf g_jump;
[[gnu::noinline]] void jump(S<16> s) { std::longjmp(g_jump, int(sum(s) % 100 + 1)); }
std::optional<std::pair<int, std::string_view>> g_optional;
std::optional<std::pair<int, std::string_view>> find(std::string_view s) { if (s.empty()) return {}; return std::pair(int(s.size()), s); }
std::complex<double> g_complex(1, 2);
std::complex<float> g_cf(1, 2);
std::tuple<int, char, double> g_tuple;
std::tuple<int, char, double> make_tuple_(std::tuple<int, char, double> t) { std::get<0>(t)++; return t; }
std::chrono::system_clock::time_point g_time;
std::shared_ptr<int> g_shared;
std::shared_ptr<int> copy(std::shared_ptr<int> p) { return p; }
volatile S<8> g_volatile;
long double g_ld; __int128 g_int128; _Complex double g_c;
int main() {
  tests(std::make_integer_sequence<int, 48>());
  test<100>(); test<200>(); test<4096>(); test<5000>();
  g_value<Aligned<32>>.v[3] = 4;
  auto aligned = [](int, Aligned<32> a, Aligned<64> b) { return a.v[3] + b.v[1] + int(reinterpret_cast<std::uintptr_t>(&a) % 32 + reinterpret_cast<std::uintptr_t>(&b) % 64); };
  std::printf("%d\n", aligned(1, g_value<Aligned<32>>, g_value<Aligned<64>>));
  Derived d; Base* b = &d; Left* l = &d; VDerived vd; VBase* vb = &vd;
  g_value<S<12>> = make<12>(5); g_value<S<3>> = make<3>(9); g_value<S<33>> = make<33>(2);
  g_value<S<40>> = b->get(g_value<S<12>>); g_value<S<24>> = l->other(g_value<S<3>>); g_value<S<7>> = vb->thunked(g_value<S<33>>);
  std::printf("%u %u %u\n", sum(g_value<S<40>>), sum(g_value<S<24>>), sum(g_value<S<7>>));
  auto pinned = std::make_unique<PinHolder>(); std::unique_ptr<Pinned> plain(new Pinned(make_pinned()));
  std::printf("%d %d\n", pinned->p.self == &pinned->p, plain->self == plain.get());
  Noisy n = make_noisy(g_noisy); g_noisy = make_noisy(n); std::printf("%s %s %s\n", n.s.c_str(), g_noisy.s.c_str(), text(g_noisy).c_str());
  try { leave(g_value<S<20>>); } catch (const std::exception& e) { std::printf("%s\n", e.what()); }
  g_value<S<16>> = make<16>(1);
  if (const int r = setjmp(g_jump)) std::printf("jumped %d\n", r); else jump(g_value<S<16>>);
  g_optional = find("abc"); std::printf("%d\n", g_optional->first); g_optional = find(""); std::printf("%d\n", g_optional.has_value());
  g_complex = g_complex * std::conj(g_complex) + std::exp(g_complex); g_cf = std::pow(g_cf, g_cf); std::printf("%.6f %.6f %.4f\n", g_complex.real(), g_complex.imag(), double(std::abs(g_cf)));
  g_tuple = make_tuple_(g_tuple); g_tuple = make_tuple_(g_tuple); std::printf("%d\n", std::get<0>(g_tuple));
  g_time = std::chrono::system_clock::from_time_t(1000); g_time += std::chrono::hours(2); std::printf("%ld\n", long(std::chrono::system_clock::to_time_t(g_time)));
  g_shared = std::make_shared<int>(3); g_shared = copy(g_shared); std::printf("%ld\n", g_shared.use_count());
  g_ld = 2; g_int128 = 3; g_c = g_c * g_c; std::printf("%d\n", int(g_ld) + int(g_int128));
  std::map<std::string, std::vector<std::string>> m; std::regex r("(a+)(b*)"); std::smatch match;
  for (std::string s : {"aab", "abb", "c", "aaa"}) if (std::regex_match(s, match, r)) m[match[1].str()].push_back(match[2].str());
  for (auto& [k, v] : m) std::printf("%s %zu %s\n", k.c_str(), v.size(), v[0].c_str());
  std::function<S<9>(S<9>)> f = pass<9>; for (int i = 0; i < 3; ++i) g_value<S<9>> = f(g_value<S<9>>); std::printf("%u\n", sum(g_value<S<9>>));
  std::thread t; std::thread::id id = t.get_id(); std::printf("%d\n", id == std::thread::id()); t = std::thread([] { g_value<S<5>> = pass(g_value<S<5>>); }); std::printf("%d\n", t.joinable()); t.join();
}
