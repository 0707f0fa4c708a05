// What two threads read of each other's cells when they work in phases.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>

#include <array>
#include <barrier>
#include <thread>

#include "explore.hpp"
#include "fixed.hpp"
#include "invariant.hpp"
#include "meeting.hpp"
#include "one_barrier.hpp"
#include "private_member.hpp"
#include "racy.hpp"
#include "std_barrier.hpp"

namespace proof {

// What a meeting keeps to itself, to be looked at without its lock.
struct HeldOf {
  using Type = int Meeting::*;
  friend Type member(HeldOf);
};
template struct PrivateMember<HeldOf, &Meeting::held_>;

struct PresentOf {
  using Type = int Meeting::*;
  friend Type member(PresentOf);
};
template struct PrivateMember<PresentOf, &Meeting::present_>;

}  // namespace proof

namespace {

using testing::AllOf;
using testing::ElementsAre;

selvage::Result explore_all(int (*run)(int), int n) {
  selvage::Options options;
  options.races = selvage::Races::explore;
  options.keep_going = true;
  return selvage::explore(options, [run, n] { selvage::outcome(run(n)); });
}

TEST(BarrierPhases, ReadingTheNeighboursCellBeforeItIsWrittenIsADataRace) {
  EXPECT_THAT(explore_all(racy::run, 1),
              AllOf(selvage::FindsDataRace(), selvage::OutcomesAre(ElementsAre(1, 2))));
  EXPECT_THAT(explore_all(racy::run, 2),
              AllOf(selvage::FindsDataRace(), selvage::OutcomesAre(ElementsAre(4, 5, 6, 7))));
}

TEST(BarrierPhases, WithOneBarrierTheFirstPhaseIsRight) {
  EXPECT_THAT(explore_all(one_barrier::run, 1), selvage::Proves(selvage::OutcomeIs(2)));
}

TEST(BarrierPhases, WithOneBarrierTheNextPhaseComesTooEarly) {
  EXPECT_THAT(explore_all(one_barrier::run, 2),
              AllOf(selvage::FindsDataRace(), selvage::OutcomesAre(ElementsAre(6, 7))));
}

TEST(BarrierPhases, WithTwoBarriersNobodyReadsTheWrongPhase) {
  EXPECT_THAT(explore_all(fixed::run, 1), selvage::Proves(selvage::OutcomeIs(2)));
  EXPECT_THAT(explore_all(fixed::run, 2), selvage::Proves(selvage::OutcomeIs(6)));
}

TEST(BarrierPhases, StdBarrierSeparatesThem) {
  EXPECT_THAT(explore_all(std_barrier::run, 1), selvage::Proves(selvage::OutcomeIs(2)));
}

// Where a thread is in the proof's model.
struct Place {
  proof::Steps meetings;
  int phase = 1;
  int has_met = 0;
  int is_ready = 0;
  int last_read = 0;
};

// What Z3 proves of a model at every size (fixed.smt2) is looked at in every state of the real code:
// fixed::work with counts, and with a meeting after the reading or without it.
selvage::Result explore_with(const proof::Invariant& invariant, int n, bool meets_twice) {
  return selvage::explore(proof::every_execution(), [&invariant, n, meets_twice] {
    fixed::cell = {0, 0};
    Meeting everybody(2);
    std::array<Place, 2> places;
    const Place& a = places[0];
    const Place& b = places[1];
    const auto check_the_end = proof::in_every_state([&] {
      proof::Invariant::Values values = {{"n", n},
                                         {"ca", fixed::cell[0]},
                                         {"cb", fixed::cell[1]},
                                         {"fa", a.phase},
                                         {"fb", b.phase},
                                         {"ea", a.has_met},
                                         {"eb", b.has_met},
                                         {"da", a.is_ready},
                                         {"db", b.is_ready},
                                         {"ra", a.last_read},
                                         {"rb", b.last_read},
                                         {"h", everybody.*member(proof::HeldOf{})},
                                         {"v", everybody.*member(proof::PresentOf{})}};
      a.meetings.tell_place(&values, "pa");
      b.meetings.tell_place(&values, "pb");
      return invariant.holds(values);
    });
    const auto work = [n, meets_twice, &everybody, &places](std::size_t me) {
      Place& place = places[me];
      const auto meet = [&] { place.meetings([&] { everybody.arrive_and_wait(); }); };
      while (place.phase <= n) {
        fixed::write_cell(me, place.phase);
        place.is_ready = 1;
        meet();
        place.has_met = 1;
        place.is_ready = 0;
        place.last_read = fixed::read_cell(1 - me);
        place.is_ready = 1;
        if (meets_twice) meet();
        place.has_met = 0;
        place.is_ready = 0;
        ++place.phase;
      }
    };
    std::thread first(work, 0);
    std::thread second(work, 1);
    first.join();
    second.join();
    check_the_end();
  });
}

// The same for std_barrier.hpp; what is inside the barrier cannot be seen.
selvage::Result explore_std_barrier(const proof::Invariant& invariant, int n, bool meets) {
  return selvage::explore(proof::every_execution(), [&invariant, n, meets] {
    std_barrier::cell = {};
    std::barrier<> everybody(2);
    std::array<int, 2> phase = {1, 1};
    std::array<int, 2> next = {0, 0};  // write, meet, read
    std::array<int, 2> last_read = {0, 0};
    const auto check_the_end = proof::in_every_state([&] {
      const auto& cell = std_barrier::cell;
      return invariant.holds({{"n", n},
                              {"za", cell[0][0]},
                              {"oa", cell[0][1]},
                              {"zb", cell[1][0]},
                              {"ob", cell[1][1]},
                              {"fa", phase[0]},
                              {"fb", phase[1]},
                              {"ea", next[0]},
                              {"eb", next[1]},
                              {"ra", last_read[0]},
                              {"rb", last_read[1]}});
    });
    const auto work = [&, n, meets](std::size_t me) {
      while (phase[me] <= n) {
        std_barrier::cell_of(me, phase[me]) = phase[me];
        next[me] = 1;
        if (meets) everybody.arrive_and_wait();
        next[me] = 2;
        last_read[me] = std_barrier::cell_of(1 - me, phase[me]);
        ++phase[me];
        next[me] = 0;
      }
    };
    std::thread first(work, 0);
    std::thread second(work, 1);
    first.join();
    second.join();
    check_the_end();
  });
}

TEST(BarrierPhases, TheProofsInvariantsHoldInEveryStateOfTheCode) {
  const proof::Invariant with_two_meetings(CASE_DIRECTORY "/fixed.smt2");
  EXPECT_THAT(explore_with(with_two_meetings, 1, true), selvage::Proves());
  const proof::Invariant with_barrier(CASE_DIRECTORY "/std_barrier.smt2");
  EXPECT_THAT(explore_std_barrier(with_barrier, 1, true), selvage::Proves());
}

// The formula and the code are tied to each other: change either, and a state shows it.
TEST(BarrierPhases, TheProofsInvariantsDoNotHoldWithOneBarrierLess) {
  const proof::Invariant with_two_meetings(CASE_DIRECTORY "/fixed.smt2");
  EXPECT_THAT(explore_with(with_two_meetings, 1, false), selvage::FindsAssertion());
  const proof::Invariant with_barrier(CASE_DIRECTORY "/std_barrier.smt2");
  EXPECT_THAT(explore_std_barrier(with_barrier, 1, false), selvage::FindsAssertion());
}

TEST(BarrierPhases, OtherInvariantsDoNotHoldOfTheCode) {
  const proof::Invariant not_yet(CASE_DIRECTORY "/fixed.smt2", "(= ra fa)", "(= ra (- fa 1))");
  EXPECT_THAT(explore_with(not_yet, 1, true), selvage::FindsAssertion());
  const proof::Invariant other_kind(CASE_DIRECTORY "/std_barrier.smt2", "(= ra (- fa 1))", "(= ra (- fa 2))");
  EXPECT_THAT(explore_std_barrier(other_kind, 1, true), selvage::FindsAssertion());
}

}  // namespace
