// Vectorised loops with an `if` in them: loads and stores under a mask, of which only some lanes touch memory. Takes -mavx2 to be so.
#include <cstdio>
#include "pair.hpp"
int sink;
int from[64], to[64], odd[64];
OPAQUE void copy_chosen(int* __restrict target, const int* __restrict source, const int* __restrict condition, int n) {
  for (int i = 0; i < n; ++i) {
    if (condition[i] != 0) target[i] = source[i] + 1;
  }
}
const bool ready = [] { for (int i = 0; i < 64; ++i) odd[i] = i % 2; return true; }();
// One member of each struct: a vector of whole structs must not look like an access to the others.
struct Item { int value, seen; } items[256];
OPAQUE int total() { int sum = 0; for (const Item& item : items) sum += item.value; return sum; }
OPAQUE void mark() { for (Item& item : items) item.seen = 1; }
const Case kCases[] = {
    {"masked-store", [] { copy_chosen(to, from, odd, 64); }, [] { to[61] = 1; }},
    {"none-masked-store", [] { copy_chosen(to, from, odd, 64); }, [] { to[60] = 1; }},
    {"masked-load", [] { copy_chosen(to, from, odd, 64); }, [] { from[63] = 1; }},
    {"none-masked-load", [] { copy_chosen(to, from, odd, 64); }, [] { from[62] = 1; }},
    {"none-member", [] { sink = total(); }, mark},
    {"members", [] { sink = total(); }, [] { items[255].value = 1; }},
    {"condition", [] { copy_chosen(to, from, odd, 64); }, [] { odd[62] = 1; }},
};
PAIR_MAIN
