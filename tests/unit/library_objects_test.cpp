// What is compiled into the C++ library reads and writes on the program's behalf, too: streams, the nodes of maps and lists.
#include <gtest/gtest.h>

#include <iostream>
#include <list>
#include <locale>
#include <map>
#include <memory_resource>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>

#include "selvage/selvage.hpp"

namespace {

/// What the threads share: each execution makes its own.
struct Shared {
  std::ostringstream out{"a", std::ios::ate};
  std::istringstream in{"1 2 text"};
  std::wostringstream wide;
  std::map<int, int> map{{5, 5}};
  std::set<int> set;
  std::list<int> list{1, 2};
  std::list<int> other{3};
  std::string text = "some text that is too long for the string itself";
  std::locale locale;
  std::pmr::unsynchronized_pool_resource pool;
  int number = 0;
  long total = 0;
};

using Call = void (*)(Shared&);

struct Pair {
  const char* name;
  Call call;    ///< by one thread, first ...
  Call beside;  ///< ... while another does this; null: the same
};

void PrintTo(const Pair& pair, std::ostream* out) { *out << pair.name; }

selvage::Result of(const Pair& pair, bool locked) {
  const Call beside = pair.beside != nullptr ? pair.beside : pair.call;
  return selvage::explore([=] {
    Shared shared;
    std::mutex m;
    const auto run = [&](Call call) {
      std::unique_lock<std::mutex> lock(m, std::defer_lock);
      if (locked) lock.lock();
      call(shared);
    };
    std::thread first(run, pair.call), second(run, beside);
    first.join();
    second.join();
  });
}

class LibraryObjects : public testing::TestWithParam<Pair> {};

TEST_P(LibraryObjects, RaceWithoutALock) {
  const auto result = of(GetParam(), false);
  EXPECT_EQ(result.verdict, selvage::Verdict::data_race) << result.message;
}

TEST_P(LibraryObjects, AreOrderedByALock) {
  const auto result = of(GetParam(), true);
  EXPECT_EQ(result.verdict, selvage::Verdict::proved) << result.message;
}

INSTANTIATE_TEST_SUITE_P(
    Streams, LibraryObjects,
    testing::Values(Pair{"number", [](Shared& s) { s.out << 1; }, nullptr},
                    Pair{"floating", [](Shared& s) { s.out << 1.5; }, nullptr},
                    Pair{"text", [](Shared& s) { s.out << "text"; }, nullptr},
                    Pair{"character", [](Shared& s) { s.out << 'c'; }, nullptr},
                    Pair{"put", [](Shared& s) { s.out.put('c'); }, nullptr},
                    Pair{"write", [](Shared& s) { s.out.write("ab", 2); }, nullptr},
                    Pair{"wide", [](Shared& s) { s.wide << 1; }, nullptr},
                    Pair{"asked for its text",
                         [](Shared& s) { s.total += static_cast<long>(s.out.str().size()); },
                         [](Shared& s) { s.out << 1; }},
                    Pair{"asked whether it is good", [](Shared& s) { s.number = s.out.good() ? 1 : 0; },
                         [](Shared& s) { s.out << 1; }},
                    Pair{"gets a text", [](Shared& s) { s.out.str("x"); }, [](Shared& s) { s.out << 1; }},
                    Pair{"read",
                         [](Shared& s) {
                           int n = 0;
                           s.in >> n;
                         },
                         nullptr},
                    Pair{"read to",
                         [](Shared& s) {
                           std::istringstream in("7");
                           in >> s.number;
                         },
                         nullptr},
                    Pair{"read long",
                         [](Shared& s) {
                           std::istringstream in("7");
                           in >> s.total;
                         },
                         nullptr},
                    Pair{"getline",
                         [](Shared& s) {
                           std::string line;
                           std::getline(s.in, line);
                         },
                         nullptr},
                    Pair{"line written",
                         [](Shared& s) {
                           std::istringstream in("x");
                           std::getline(in, s.text);
                         },
                         [](Shared& s) { s.number = static_cast<int>(s.text.size()); }},
                    Pair{"string printed",
                         [](Shared& s) {
                           std::ostringstream out;
                           out << s.text;
                         },
                         [](Shared& s) { s.text[3] = 'x'; }},
                    Pair{"string printed, length",
                         [](Shared& s) {
                           std::ostringstream out;
                           out << s.text;
                         },
                         [](Shared& s) { s.text.resize(4); }},
                    Pair{"how it formats", [](Shared&) { std::cout << 1 << '\n'; },
                         [](Shared&) { std::cout << std::hex; }}));

INSTANTIATE_TEST_SUITE_P(
    Nodes, LibraryObjects,
    testing::Values(Pair{"map found", [](Shared& s) { s.number = static_cast<int>(s.map.count(7)); },
                         [](Shared& s) { s.map[7] = 1; }},
                    Pair{"map inserted", [](Shared& s) { s.map[7] = 1; },
                         [](Shared& s) { s.number = static_cast<int>(s.map.count(7)); }},
                    Pair{"map begin", [](Shared& s) { s.number = s.map.begin()->first; },
                         [](Shared& s) { s.map[1] = 1; }},
                    Pair{"set found", [](Shared& s) { s.number = static_cast<int>(s.set.count(7)); },
                         [](Shared& s) { s.set.insert(7); }},
                    Pair{"map erased", [](Shared& s) { s.number = static_cast<int>(s.map.count(7)); },
                         [](Shared& s) { s.map.erase(5); }},
                    Pair{"list looked at", [](Shared& s) { s.number = *s.list.rbegin(); },
                         [](Shared& s) { s.list.push_back(7); }},
                    Pair{"list erased", [](Shared& s) { s.number = *s.list.begin(); },
                         [](Shared& s) { s.list.pop_front(); }},
                    Pair{"list reversed", [](Shared& s) { s.number = *s.list.begin(); },
                         [](Shared& s) { s.list.reverse(); }},
                    Pair{"list spliced", [](Shared& s) { s.number = *s.other.begin(); },
                         [](Shared& s) { s.list.splice(s.list.end(), s.other, s.other.begin()); }}));

INSTANTIATE_TEST_SUITE_P(
    Others, LibraryObjects,
    testing::Values(Pair{"hash",
                         [](Shared& s) { s.total = static_cast<long>(std::hash<std::string>{}(s.text)); },
                         [](Shared& s) { s.text[9] = 'x'; }},
                    Pair{"locale", [](Shared& s) { s.locale = std::locale::classic(); }, nullptr},
                    Pair{"pool", [](Shared& s) { s.pool.deallocate(s.pool.allocate(8), 8); }, nullptr}));

INSTANTIATE_TEST_SUITE_P(
    Strings, LibraryObjects,
    testing::Values(Pair{"push_back", [](Shared& s) { s.text.push_back('x'); }, nullptr},
                    Pair{"append", [](Shared& s) { s.text += "x"; },
                         [](Shared& s) { s.number = static_cast<int>(s.text.size()); }},
                    Pair{"find", [](Shared& s) { s.number = static_cast<int>(s.text.find('q')); },
                         [](Shared& s) { s.text[9] = 'x'; }},
                    Pair{"view",
                         [](Shared& s) { s.number = static_cast<int>(std::string_view(s.text).find('q')); },
                         [](Shared& s) { s.text[9] = 'x'; }},
                    Pair{"copy", [](Shared& s) { const std::string copy = s.text; },
                         [](Shared& s) { s.text[9] = 'x'; }}));

TEST(LibraryObjects, StandardStreamsThatAreNotSynchronisedRace) {
  for (const bool locked : {false, true}) {
    const auto result = selvage::explore([locked] {
      std::ios_base::sync_with_stdio(false);
      std::mutex m;
      const auto print = [&] {
        std::unique_lock<std::mutex> lock(m, std::defer_lock);
        if (locked) lock.lock();
        std::cout << 1;
      };
      std::thread first(print), second(print);
      first.join();
      second.join();
    });
    EXPECT_EQ(result.verdict, locked ? selvage::Verdict::proved : selvage::Verdict::data_race)
        << result.message;
  }
}

// What may be done at the same time.
TEST(LibraryObjects, AreNotTakenToRace) {
  const auto together = [](Call one, Call other) { return of({"", one, other}, false); };
  const auto proved = selvage::Verdict::proved;
  EXPECT_EQ(
      together([](Shared&) { std::cout << 1 << "text" << std::string("s") << std::endl; }, nullptr).verdict,
      proved);
  EXPECT_EQ(together(
                [](Shared&) {
                  std::ostringstream out;
                  out << 1;
                },
                nullptr)
                .verdict,
            proved);
  EXPECT_EQ(together(
                [](Shared& s) {
                  std::ostringstream out;
                  out << s.text;
                },
                nullptr)
                .verdict,
            proved);
  EXPECT_EQ(together([](Shared& s) { (void)s.map.count(7); }, [](Shared& s) { (void)s.map.find(5)->second; })
                .verdict,
            proved);
  EXPECT_EQ(together(
                [](Shared& s) {
                  for (const auto& each : s.map) (void)each.second;
                },
                nullptr)
                .verdict,
            proved);
  EXPECT_EQ(together([](Shared& s) { s.map[5] = 6; }, [](Shared& s) { (void)s.map.size(); }).verdict, proved);
  EXPECT_EQ(together(
                [](Shared& s) {
                  for (const int each : s.list) (void)each;
                },
                nullptr)
                .verdict,
            proved);
  EXPECT_EQ(together([](Shared& s) { s.text[1] = 'x'; }, [](Shared& s) { s.text[30] = 'x'; }).verdict,
            proved);
  EXPECT_EQ(together([](Shared& s) { (void)s.out.str(); }, nullptr).verdict, proved);
}

}  // namespace
