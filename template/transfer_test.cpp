// What two transfers at once can end with: every interleaving of their steps is run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <selvage/selvage.hpp>
#include <string>
#include <thread>

#include "fixed.hpp"
#include "racy.hpp"

namespace {

using selvage::CanReach;
using selvage::FindsDataRace;
using selvage::OutcomeIs;
using selvage::Proves;

// Alice has 100, and two threads each move 60 of it to Bob: one of them must be refused. This runs once for
// each interleaving, so it makes all that it needs, and ends by saying what came out.
template <typename Bank>
void two_transfers_at_once() {
  Bank bank;
  std::thread other([&bank] { bank.transfer(60); });
  bank.transfer(60);
  other.join();
  const auto [alice, bob] = bank.balances();
  selvage::outcome("Alice has " + std::to_string(alice) + " and Bob has " + std::to_string(bob));
}

// A data race ends the search. With this it goes on, to all that the race can lead to.
selvage::Options beyond_the_race() {
  selvage::Options options;
  options.races = selvage::Races::explore;
  return options;
}

TEST(TransfersWithoutALock, AreADataRace) {
  EXPECT_THAT(selvage::explore(two_transfers_at_once<racy::Bank>), FindsDataRace());
}

TEST(TransfersWithoutALock, CanPayTwiceWhatWasTakenOnce) {
  EXPECT_THAT(selvage::explore(beyond_the_race(), two_transfers_at_once<racy::Bank>),
              CanReach("Alice has 40 and Bob has 120"));
}

TEST(TransfersWithALock, PayWhatWasTaken) {
  EXPECT_THAT(selvage::explore(two_transfers_at_once<fixed::Bank>),
              Proves(OutcomeIs("Alice has 40 and Bob has 60")));
}

}  // namespace
