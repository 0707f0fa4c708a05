// The graph of states and the store of their pieces, by themselves.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "state/blobs.hpp"
#include "state/graph.hpp"

namespace {

using selvage::state::Blobs;
using selvage::state::Graph;
using selvage::state::kNoState;
using selvage::state::StateId;
using selvage::state::Step;

TEST(Blobs, EqualBytesHaveEqualNumbers) {
  Blobs blobs(selvage::state::Sharing::own);
  std::vector<selvage::state::BlobId> ids;
  for (int i = 0; i < 5000; ++i) {
    const std::string text = std::string(static_cast<std::size_t>(i % 300), 'x') + std::to_string(i);
    ids.push_back(blobs.intern(text.data(), text.size()));
  }
  for (int i = 0; i < 5000; ++i) {
    const std::string text = std::string(static_cast<std::size_t>(i % 300), 'x') + std::to_string(i);
    const auto id = ids[static_cast<std::size_t>(i)];
    EXPECT_EQ(blobs.intern(text.data(), text.size()), id);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(blobs.data(id)), blobs.size(id)), text);
  }
}

TEST(Blobs, EveryByteCounts) {
  for (std::size_t size : {1U, 7U, 8U, 31U, 128U, 129U, 256U, 300U}) {
    std::string text(size, 'a');
    const std::string other = text;
    for (std::size_t at = 0; at < size; ++at) {
      text[at] = 'b';
      EXPECT_FALSE(selvage::state::same_bytes(reinterpret_cast<const unsigned char*>(text.data()),
                                              reinterpret_cast<const unsigned char*>(other.data()), size));
      text[at] = 'a';
    }
    EXPECT_TRUE(selvage::state::same_bytes(reinterpret_cast<const unsigned char*>(text.data()),
                                           reinterpret_cast<const unsigned char*>(other.data()), size));
  }
}

/// A graph written down as "from -thread-> to": states are added in the order of their numbers.
class Drawn {
 public:
  explicit Drawn(std::vector<std::uint64_t> enabled, std::vector<bool> time_passes = {}) {
    for (std::size_t i = 0; i < enabled.size(); ++i) {
      bool added = false;
      Step step;
      step.thread = 0;
      graph_.add({i + 1, i + 1}, i == 0 ? kNoState : 0, step,
                 {enabled[i], i < time_passes.size() && time_passes[i]}, &added);
      EXPECT_TRUE(added);
    }
  }
  Drawn& step(StateId from, int thread, StateId to, bool chooses = false) {
    Step step;
    step.thread = static_cast<std::int8_t>(thread);
    if (chooses) step.choices.push_back(1);
    graph_.add_step(from, to, step);
    return *this;
  }
  Graph::Cycle cycle() const { return graph_.fair_cycle(); }

 private:
  Graph graph_;
};

constexpr std::uint64_t kZero = 1, kOne = 2, kBoth = 3;

TEST(FairCycle, NoneWhereTheProgramEnds) {
  EXPECT_EQ(Drawn({kZero, kZero}).step(0, 0, 1).step(1, 0, kNoState).cycle().entry, kNoState);
}

TEST(FairCycle, AThreadThatSpinsAloneForEver) {
  const auto cycle = Drawn({kZero, kZero}).step(0, 0, 1).step(1, 0, 1).cycle();
  EXPECT_EQ(cycle.entry, 1U);
  ASSERT_EQ(cycle.round.size(), 1U);
  EXPECT_EQ(cycle.round[0].thread, 0);
}

TEST(FairCycle, NoneWhereAnotherCouldAlwaysMoveAndWouldEndIt) {
  EXPECT_EQ(Drawn({kBoth, kZero}).step(0, 0, 0).step(0, 1, 1).step(1, 0, kNoState).cycle().entry, kNoState);
}

// ... even where it can move only now and then: a fair schedule lets it, some time (strong fairness).
TEST(FairCycle, NoneWhereAnotherCouldMoveAgainAndAgain) {
  EXPECT_EQ(Drawn({kBoth, kZero, kZero})
                .step(0, 0, 1)
                .step(0, 1, 2)
                .step(1, 0, 0)
                .step(2, 0, kNoState)
                .cycle()
                .entry,
            kNoState);
}

TEST(FairCycle, TwoThatKeepStepAlthoughEachCouldLeave) {
  // 0 -0-> 1 -1-> 0 for ever; each may also leave.
  const auto cycle = Drawn({kBoth, kBoth, kZero})
                         .step(0, 0, 1)
                         .step(0, 1, 2)
                         .step(1, 0, 2)
                         .step(1, 1, 0)
                         .step(2, 0, kNoState)
                         .cycle();
  EXPECT_NE(cycle.entry, kNoState);
  const auto steps_of_zero = std::count_if(cycle.round.begin(), cycle.round.end(),
                                           [](const Step& step) { return step.thread == 0; });
  EXPECT_EQ(steps_of_zero, static_cast<std::ptrdiff_t>(cycle.round.size() / 2));
}

// Part of a component may be fair where the whole is not.
TEST(FairCycle, InsideAComponentLessTheStatesWhereSomebodyElseCouldMove) {
  // Threads 0 and 2 go round from 1 to 2; 3 belongs to the component, too, and only there thread 1 can move.
  constexpr std::uint64_t kTwo = 4;
  const auto cycle = Drawn({kZero, kZero | kTwo, kZero | kTwo, kBoth})
                         .step(0, 0, 1)
                         .step(1, 0, 2)
                         .step(1, 2, 3)
                         .step(2, 0, 1)
                         .step(2, 2, 1)
                         .step(3, 0, 1)
                         .step(3, 1, kNoState)
                         .cycle();
  ASSERT_NE(cycle.entry, kNoState);
  EXPECT_TRUE(cycle.entry == 1 || cycle.entry == 2);
  for (const Step& step : cycle.round) EXPECT_NE(step.thread, 1);
}

TEST(FairCycle, AChoiceLeadsOut) {
  EXPECT_EQ(Drawn({kZero}).step(0, 0, 0, true).step(0, 0, kNoState).cycle().entry, kNoState);
}

TEST(FairCycle, AllThatCanBeChosenStays) {
  const auto cycle = Drawn({kZero, kZero}).step(0, 0, 0, true).step(0, 0, 1, true).step(1, 0, 0).cycle();
  EXPECT_NE(cycle.entry, kNoState);
}

// The chosen step of state 1 leads out, so thread 0 gets out some time, and with it thread 1's reason to wait.
TEST(FairCycle, OneOfSeveralChoicesLeadsOut) {
  EXPECT_EQ(Drawn({kZero, kZero, kZero})
                .step(0, 0, 1)
                .step(1, 0, 0, true)
                .step(1, 0, 2, true)
                .step(2, 0, kNoState)
                .cycle()
                .entry,
            kNoState);
}

TEST(FairCycle, NoneWhereTimePasses) {
  EXPECT_EQ(Drawn({kOne, kOne}, {false, true}).step(0, 1, 1).step(1, 1, 1).cycle().entry, kNoState);
}

}  // namespace
