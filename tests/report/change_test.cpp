// Changes to a program in words, and which orders are weaker than which.
#include "change.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>

namespace selvage::report {
namespace {

constexpr int kRelaxed = 0, kConsume = 1, kAcquire = 2, kRelease = 3, kAcqRel = 4, kSeqCst = 5;

TEST(Change, LinesAndOrdersAreRead) {
  const Weakening weakening = weakening_from_text("src/a b:c=d.cpp:12=acq_rel");
  EXPECT_EQ(weakening.where.file, "src/a b:c=d.cpp");
  EXPECT_EQ(weakening.where.line, 12U);
  EXPECT_EQ(weakening.order, kAcqRel);
  EXPECT_EQ(to_text(line_from_text("x.hpp:3")), "x.hpp:3");
}

TEST(Change, AnythingElseIsRefusedInOneLine) {
  for (const char* text :
       {"", "x", "x.cpp", "x.cpp:", ":3", "x.cpp:0", "x.cpp:-1", "x.cpp:3a", "x.cpp:99999999999"}) {
    EXPECT_THROW(line_from_text(text), std::invalid_argument) << text;
  }
  for (const char* text :
       {"", "x.cpp:3", "x.cpp:3=", "x.cpp:3=weak", "x.cpp=relaxed", "x.cpp:3=consume", "=relaxed"}) {
    try {
      weakening_from_text(text);
      ADD_FAILURE() << text;
    } catch (const std::invalid_argument& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
  }
}

TEST(Change, AFileIsNamedByTheEndOfItsPath) {
  EXPECT_TRUE(means({"/a/b/c.cpp", 1}, "/a/b/c.cpp"));
  EXPECT_TRUE(means({"b/c.cpp", 1}, "/a/b/c.cpp"));
  EXPECT_TRUE(means({"./c.cpp", 1}, "/a/b/c.cpp"));
  EXPECT_FALSE(means({"x/c.cpp", 1}, "/a/b/c.cpp"));
  EXPECT_FALSE(means({"/b/c.cpp", 1}, "/a/b/c.cpp"));
  EXPECT_FALSE(means({".cpp", 1}, "/a/b/c.cpp"));
  EXPECT_FALSE(means({"c.cpp", 1}, ""));
  const auto above = std::filesystem::current_path().parent_path() / "c.cpp";
  EXPECT_TRUE(means({"../c.cpp", 1}, above.string()));
}

TEST(Change, OrdersAreALattice) {
  for (const int order : {kRelaxed, kConsume, kAcquire, kRelease, kAcqRel, kSeqCst}) {
    EXPECT_TRUE(weaker_or_equal(kRelaxed, order));
    EXPECT_TRUE(weaker_or_equal(order, order));
    EXPECT_TRUE(weaker_or_equal(order, kSeqCst));
    EXPECT_EQ(weaker_or_equal(kSeqCst, order), order == kSeqCst);
  }
  EXPECT_TRUE(weaker_or_equal(kAcquire, kAcqRel));
  EXPECT_TRUE(weaker_or_equal(kRelease, kAcqRel));
  EXPECT_TRUE(weaker_or_equal(kAcquire, kConsume)) << "consume is acquire, as compilers have it";
  EXPECT_FALSE(weaker_or_equal(kAcquire, kRelease));
  EXPECT_FALSE(weaker_or_equal(kRelease, kAcquire));
  EXPECT_FALSE(weaker_or_equal(kAcqRel, kAcquire));
  EXPECT_FALSE(weaker_or_equal(kAcquire, kRelaxed));
}

TEST(Change, AnAccessTakesThePartThatItCanHave) {
  EXPECT_EQ(part_for(AtomicKind::load, kRelease), kRelaxed);
  EXPECT_EQ(part_for(AtomicKind::load, kAcqRel), kAcquire);
  EXPECT_EQ(part_for(AtomicKind::store, kAcquire), kRelaxed);
  EXPECT_EQ(part_for(AtomicKind::store, kAcqRel), kRelease);
  for (const int order : {kRelaxed, kAcquire, kRelease, kAcqRel, kSeqCst}) {
    EXPECT_EQ(part_for(AtomicKind::update, order), order);
    EXPECT_EQ(part_for(AtomicKind::compare_exchange, order), order);
    EXPECT_EQ(part_for(AtomicKind::fence, order), order);
  }
}

TEST(Change, AFailureOrderIsNeverStrengthened) {
  EXPECT_EQ(failure_part(kSeqCst, kAcqRel), kAcquire);
  EXPECT_EQ(failure_part(kSeqCst, kRelease), kRelaxed);
  EXPECT_EQ(failure_part(kRelaxed, kAcqRel), kRelaxed);
  EXPECT_EQ(failure_part(kAcquire, kSeqCst), kAcquire);
  EXPECT_EQ(failure_part(kAcquire, kRelaxed), kRelaxed);
}

TEST(Change, InWords) {
  EXPECT_EQ(in_words({}, {}), "");
  EXPECT_EQ(in_words({"spin.cpp:12=relaxed"}, {}), "with the order at spin.cpp:12 weakened to relaxed");
  EXPECT_EQ(in_words({"a.cpp:1=relaxed", "b.cpp:2=acquire"}, {"c.cpp:3"}),
            "with the order at a.cpp:1 weakened to relaxed, the order at b.cpp:2 weakened to acquire and the "
            "lock at c.cpp:3 "
            "dropped");
}

}  // namespace
}  // namespace selvage::report
