// The standard library's types.
#include <cstdio>
#include <chrono>
#include <complex>
#include <filesystem>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>
#include "pair.hpp"
int sink;
std::string_view view = "abc";
std::size_t length(std::string_view v) { return v.size(); }
std::string_view make_view() { return "de"; }
std::thread::id owner;
std::thread worker;
using Clock = std::chrono::steady_clock;
Clock::time_point last;
std::chrono::milliseconds pause_time{1};
Clock::time_point fixed_time() { return Clock::time_point(std::chrono::seconds(3)); }
long count(Clock::time_point t) { return t.time_since_epoch().count(); }
std::optional<int> maybe;
std::optional<int> compute() { return 3; }
bool has(std::optional<int> o) { return o.has_value(); }
std::complex<double> c;
std::complex<double> make_complex() { return {1, 2}; }
double norm(std::complex<double> x) { return x.real(); }
std::pair<int, long> pair;
long second(std::pair<int, long> x) { return x.second; }
std::pair<int, long> make_pair_() { return std::pair<int, long>(1, 2); }
std::tuple<int, char> tuple;
int get0(std::tuple<int, char> x) { return std::get<0>(x); }
std::shared_ptr<int> shared;
long uses(std::shared_ptr<int> s) { return s.use_count(); }
std::shared_ptr<int> make_shared_() { return std::make_shared<int>(1); }
std::string text;
std::string make_text() { return "a text that is not short enough for the object itself"; }
std::vector<int> make_vector() { return {1, 2, 3}; }
struct Named { std::string name; std::vector<int> numbers; Named() : name(make_text()), numbers(make_vector()) {} };
alignas(Named) char room[sizeof(Named)];
Named* named() { return reinterpret_cast<Named*>(room); }
std::vector<int> vector{1, 2, 3};
std::vector<int>::iterator position;
std::unique_ptr<int> unique;
std::unique_ptr<int> make_unique_() { return std::make_unique<int>(1); }
std::span<int> span_(vector);
std::size_t extent(std::span<int> s) { return s.size(); }
std::variant<int, float> variant;
std::variant<int, float> make_variant() { return 1.0f; }
std::function<int()> call = [] { return 1; };
const std::filesystem::path g_path("a/b");
alignas(std::filesystem::path) char path_room[sizeof(std::filesystem::path)];
const Case kCases[] = {
    {"string_view-arg", [] { sink = int(length(view)); }, [] { view.remove_prefix(1); }},
    {"string_view-result", [] { view = make_view(); }, [] { sink = int(view.size()); }},
    {"string_view-compare", [] { sink = view == "abc"; }, [] { view.remove_prefix(1); }},
    {"thread-id-arg", [] { sink = owner == std::this_thread::get_id(); }, [] { std::thread::id x; std::swap(owner, x); }},
    {"thread-id-result", [] { owner = std::this_thread::get_id(); }, [] { std::thread::id x; std::swap(owner, x); }},
    {"thread-joinable", [] { sink = worker.joinable(); }, [] { std::thread t; worker.swap(t); }},
    {"thread-get_id", [] { sink = worker.get_id() == std::thread::id(); }, [] { std::thread t; worker.swap(t); }},
    {"clock-now", [] { last = Clock::now(); }, [] { last += std::chrono::seconds(1); }},
    {"time_point-arg", [] { sink = int(count(last)); }, [] { last += std::chrono::seconds(1); }},
    {"time_point-result", [] { last = fixed_time(); }, [] { sink = int(last.time_since_epoch().count()); }},
    {"duration-arithmetic", [] { sink = int((pause_time + std::chrono::milliseconds(1)).count()); }, [] { pause_time += std::chrono::milliseconds(1); }},
    {"optional-arg", [] { sink = has(maybe); }, [] { maybe.reset(); maybe.emplace(1); }},
    {"optional-result", [] { maybe = compute(); }, [] { sink = maybe.has_value(); }},
    {"complex-arg", [] { sink = int(norm(c)); }, [] { c.imag(1); }},
    {"complex-result", [] { c = make_complex(); }, [] { sink = int(c.real()); }},
    {"complex-sum", [] { sink = int((c + c).real()); }, [] { c.imag(2); }},
    {"pair-arg", [] { sink = int(second(pair)); }, [] { pair.second = 1; }},
    {"pair-result", [] { pair = make_pair_(); }, [] { sink = int(pair.second); }},
    {"tuple-arg", [] { sink = get0(tuple); }, [] { std::get<0>(tuple) = 1; }},
    {"shared_ptr-arg", [] { sink = int(uses(shared)); }, [] { shared = std::make_shared<int>(3); }},
    {"shared_ptr-result", [] { shared = make_shared_(); }, [] { sink = shared != nullptr; }},
    {"string-assigned", [] { text = make_text(); }, [] { sink = int(text.size()); }},
    {"string-placement", [] { new (room) std::string(make_text()); }, [] { sink = int(reinterpret_cast<std::string*>(room)->size()); }},
    {"string-initialiser", [] { new (room) Named; }, [] { sink = int(named()->name.size()); }},
    {"vector-initialiser", [] { new (room) Named; }, [] { sink = int(named()->numbers.size()); }},
    {"iterator-result", [] { position = vector.begin(); }, [] { ++position; }},
    {"iterator-arg", [] { sink = int(std::distance(position, position)); }, [] { ++position; }},
    {"unique_ptr-result", [] { unique = make_unique_(); }, [] { sink = unique != nullptr; }},
    {"span-arg", [] { sink = int(extent(span_)); }, [] { std::span<int> x; std::swap(span_, x); }},
    {"variant-result", [] { variant = make_variant(); }, [] { sink = int(variant.index()); }},
    {"path-library", [] { new (path_room) std::filesystem::path(g_path.parent_path()); }, [] { sink = path_room[8]; }},
    {"builtin-memcpy", [] { __builtin_memcpy(room, path_room, 24); }, [] { room[20] = 1; }},
    {"builtin-memcpy-from", [] { __builtin_memcpy(room, path_room, 24); }, [] { path_room[20] = 1; }},
    {"builtin-memset", [] { __builtin_memset(room, 0, 24); }, [] { sink = room[20]; }},
    {"builtin-memcmp", [] { sink = __builtin_memcmp(room, path_room, 24); }, [] { room[23] = 1; }},
    {"std-copy", [] { std::copy_n(path_room, 24, room); }, [] { room[23] = 1; }},
    {"asm-read", [] { int x; asm volatile("movl %1, %0" : "=r"(x) : "m"(sink)); }, [] { sink = 1; }},
    {"asm-write", [] { asm volatile("movl $1, %0" : "=m"(sink)); }, [] { sink = 1; }},
    {"asm-both", [] { asm volatile("incl %0" : "+m"(sink)); }, [] { sink = 1; }},
    {"none-asm-nothing", [] { asm volatile("nop # keep" : "+m"(sink)); }, [] { sink = 1; }},
    {"none-asm-address", [] { void* p; asm volatile("lea %1, %0" : "=r"(p) : "m"(sink)); }, [] { sink = 1; }},
    {"asm-register", [] { asm volatile("movl $1, %0" : "=r"(sink)); }, [] { sink = 1; }},
};
PAIR_MAIN
