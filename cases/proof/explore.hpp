// Explorations of real code that look at a proof's invariant in every state.
//
// A model counts how often each thread has completed its step; real code need not. Here the test keeps these
// counts, as `a` and `b`, around the real step.
#pragma once

#include <selvage/selvage.hpp>

#include <array>
#include <string>
#include <thread>

#include "invariant.hpp"

namespace proof {

/// To be called in the body of an exploration: has `holds` looked at in every state, until the body returns.
/// The state at the end is for the caller to check with the function that this returns, for nobody goes on
/// after it.
template <typename Holds>
auto in_every_state(Holds holds) {
  selvage::invariant(holds, "that of the proof");
  return [holds] { selvage::check(holds(), "that of the proof, at the end"); };
}

/// How often a thread has done its step, and whether it is in it. Outside it is at place 0 of its model.
struct Steps {
  int done = 0;
  bool inside = false;

  template <typename Step>
  void operator()(Step&& step) {
    inside = true;
    step();
    inside = false;
    ++done;
  }
  void tell_place(Invariant::Values* values, const std::string& place) const {
    if (!inside) (*values)[place] = 0;
  }
};

/// To be called in the body of an exploration: does `first` in one thread and `second` in another, as many
/// `times`, and returns when both have ended. `visible()` returns the other variables that can be seen in the
/// code.
template <typename Visible, typename First, typename Second>
void in_two_threads(const Invariant& invariant, Visible visible, std::array<int, 2> times, First first,
                    Second second) {
  // Static, because the invariant is looked at until the body returns, which is after this function.
  static std::array<Steps, 2> steps;
  steps = {};
  const auto check_the_end = in_every_state([&invariant, visible] {
    Invariant::Values values = visible();
    values["a"] = steps[0].done;
    values["b"] = steps[1].done;
    steps[0].tell_place(&values, "pa");
    steps[1].tell_place(&values, "pb");
    return invariant.holds(values);
  });
  const auto repeat = [times](std::size_t thread, auto& step) {
    for (int i = 0; i < times[thread]; ++i) steps[thread](step);
  };
  std::thread one([&] { repeat(0, first); });
  std::thread other([&] { repeat(1, second); });
  one.join();
  other.join();
  check_the_end();
}

/// Options for code that may be racy: the accesses become events, and the search goes on.
inline selvage::Options every_execution() {
  selvage::Options options;
  options.races = selvage::Races::explore;
  options.keep_going = true;
  return options;
}

}  // namespace proof
