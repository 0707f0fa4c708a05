// What an exploration may change in the program: a memory order weakened at one line, a lock dropped at one.
#pragma once

#include <string>
#include <vector>

namespace selvage::report {

/// FILE:LINE. FILE is a path, or the end of one: "spin.cpp" and "src/spin.cpp" both mean
/// /home/me/src/spin.cpp.
struct LineOf {
  std::string file;
  unsigned line = 0;
};

/// FILE:LINE=ORDER.
struct Weakening {
  LineOf where;
  int order = 0;  ///< as std::memory_order
};

/// Throw std::invalid_argument, with one line that says what is wrong, for anything else.
LineOf line_from_text(const std::string& text);
Weakening weakening_from_text(const std::string& text);
std::string to_text(const LineOf& where);

/// Is `path`, which is absolute, the file that the user means?
bool means(const LineOf& where, const std::string& path);

// --- memory orders, as std::memory_order ---

enum class AtomicKind : unsigned char { load, store, update, compare_exchange, fence };

std::string order_name(int order);
/// Does `a` ask for nothing that `b` does not give?
bool weaker_or_equal(int a, int b);
/// What is left of `order` for an access of this kind: a load cannot release, a store cannot acquire.
int part_for(AtomicKind kind, int order);
/// The failure order of a compare-exchange that was written with `failure` and is now to have `order`.
int failure_part(int failure, int order);

/// "with the order at spin.cpp:12 weakened to relaxed and the lock at queue.cpp:7 dropped"; empty where
/// nothing is.
std::string in_words(const std::vector<std::string>& weaken, const std::vector<std::string>& drop_lock);

}  // namespace selvage::report
