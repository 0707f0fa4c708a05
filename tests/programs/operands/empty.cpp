// Empty classes carry no data: another object may lie at their address. -fno-exceptions as well.
#include <cstdio>
#include <functional>
#include <new>
#include "pair.hpp"
struct Tag {}; struct Less { bool operator()(int a, int b) const { return a < b; } };
struct Both { [[no_unique_address]] Tag tag; int n; } both;
struct Derived : Tag { int n; } derived;
struct P { int a, b; } p;
int sink;
int use(Tag) { return 1; } Tag make() { return {}; } P make_p() { return {1, 2}; } int use(P x) { return x.a; }
const int kTable[2] = {1, 2}; const P kConst{1, 2};
thread_local P t_p;
__attribute__((no_sanitize_thread)) void unseen() { p = make_p(); sink = use(p); }  // not heeded
const Case kCases[] = {
    {"none-empty-member-arg", [] { use(both.tag); }, [] { both.n = 1; }},
    {"none-empty-member-result", [] { both.tag = make(); }, [] { both.n = 1; }},
    {"none-empty-base-arg", [] { use(static_cast<Tag&>(derived)); }, [] { derived.n = 1; }},
    {"none-const-arg", [] { sink = use(kConst); }, [] { p.a = kConst.a; }},
    {"none-thread_local", [] { t_p = make_p(); use(t_p); }, [] { t_p = make_p(); use(t_p); }},
    {"no_sanitize", unseen, [] { p.b = 1; }},
    {"arg", [] { sink = use(p); }, [] { p.a = 1; }},
    {"result", [] { p = make_p(); }, [] { sink = p.b; }},
};
PAIR_MAIN
