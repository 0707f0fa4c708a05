// Exceptions from such calls, noreturn, coroutines, and the like.
#include <cstdio>
#include <coroutine>
#include <exception>
#include <stdexcept>
#include <new>
#include "pair.hpp"
struct P { int a, b; }; struct B40 { long v[5]; };
P p; B40 b40; int sink; int zero;
P maybe_throw(int n) { if (n != 0) throw std::runtime_error("no"); return {1, 2}; }
B40 maybe_throw40(int n) { if (n != 0) throw 3; return {{1}}; }
int take(P x) { if (x.a == 77) throw 1; return x.b; }
[[noreturn]] void leave(P x) { throw x; }
void throwing() {
  try { p = maybe_throw(zero); sink = take(p); } catch (const std::runtime_error&) { sink = 9; }
}
void thrown() {  // nothing is written
  try { p = maybe_throw(1); } catch (...) { sink = 2; }
}
void thrown40() {
  try { b40 = maybe_throw40(1); } catch (int) { sink = 2; }
}
void nothing() {}
void leaving() { try { leave(p); } catch (P x) { sink = x.a; } }
struct Cleanup { ~Cleanup() { ++sink; } };
void with_cleanup() { Cleanup c; p = maybe_throw(zero); Cleanup d; sink += take(p); }
void in_loop() { for (int i = 0; i < 3; ++i) { if (i == 1) continue; p = maybe_throw(zero); if (take(p) == 55) break; } }
bool condition(P x) { return x.a != 0; }
int in_condition() { int n = 0; while (condition(p)) { ++n; if (n > 2) return n; } return condition(p) ? 1 : 2; }
P returned() { return p; }
P nested() { return maybe_throw(take(p) * 0); }
auto lambda = [](P x) { return x; };
struct Task {
  struct promise_type {
    P value{};
    Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_value(P x) { value = x; }
    std::suspend_always yield_value(P x) { value = x; return {}; }
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};
struct Now { bool await_ready() { return true; } void await_suspend(std::coroutine_handle<>) {} P await_resume() { return {7, 8}; } };
Task coroutine(P start) { co_yield start; p = co_await Now(); co_return maybe_throw(0); }
void run_coroutine() { Task t = coroutine(P{1, 1}); t.handle.resume(); t.handle.destroy(); }
Task reader() { co_yield p; co_return P{}; }
void read_coroutine() { Task t = reader(); t.handle.destroy(); }
const Case kCases[] = {
    {"throwing-result", throwing, [] { sink = 0; p.a = 1; }},
    {"cleanup-result", with_cleanup, [] { p.a = 1; }},
    {"loop-result", in_loop, [] { p.a = 1; }},
    {"condition-arg", [] { sink = in_condition(); }, [] { p.a = 1; }},
    {"return", [] { sink = returned().a; }, [] { p.a = 1; }},
    {"nested", [] { sink = nested().b; }, [] { p.b = 1; }},
    {"noreturn-arg", leaving, [] { p.b = 1; }},
    {"lambda", [] { sink = lambda(p).b; }, [] { p.b = 1; }},
    {"coroutine-await", run_coroutine, [] { p.a = 1; }},
    {"coroutine-yield", read_coroutine, [] { p.a = 1; }},
    // No race in either form: what is thrown is not written.
    {"none-thrown", thrown, [] { p.a = 1; }},
    {"none-thrown-40", thrown40, [] { b40.v[0] = 1; }},
    {"none-asm-barrier", [] { asm volatile("" : "+m"(p)); }, [] { p.a = 1; }},
    {"none-local", [] { P x{1, 2}; sink = take(x); x = maybe_throw(0); }, nothing},
};
PAIR_MAIN
