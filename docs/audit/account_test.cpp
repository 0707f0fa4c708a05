// The scenario of docs/audit.md as a test.
#include <gtest/gtest.h>

#include <selvage/gtest.hpp>
#include <thread>

#include "account.hpp"

namespace {

TEST(Account, IsNeverOverdrawn) {
  const auto result = selvage::explore([] {
    Account account(1);
    bool got[2] = {false, false};
    std::thread first([&] { got[0] = account.withdraw(1); });
    std::thread second([&] { got[1] = account.withdraw(1); });
    first.join();
    second.join();
    selvage::check(got[0] != got[1], "one of two gets the coin");
    selvage::outcome(account.coins());
  });
  EXPECT_THAT(result, selvage::Proves(selvage::OutcomeIs(0)));
}

}  // namespace
