#include "race/canonical.hpp"

#include <algorithm>
#include <bit>
#include <tuple>

namespace selvage::race {

namespace {

bool known_to_all(const Record& r, const History& history) {
  for (std::uint64_t rest = history.alive; rest != 0; rest &= rest - 1) {
    const int t = std::countr_zero(rest);
    if (t != r.thread && r.epoch > history.clocks[t]->get(r.thread)) return false;
  }
  return true;
}

/// The epochs of one thread that records have, in order.
class Epochs {
 public:
  void add(std::uint32_t epoch) {
    const auto at = std::lower_bound(epochs_.begin(), epochs_.end(), epoch);
    if (at == epochs_.end() || *at != epoch) epochs_.insert(at, epoch);
  }
  /// How many are at most `epoch`.
  [[nodiscard]] std::uint32_t rank(std::uint32_t epoch) const {
    return static_cast<std::uint32_t>(std::upper_bound(epochs_.begin(), epochs_.end(), epoch) -
                                      epochs_.begin());
  }
  /// The same for the thread's own time: later than all that came before it.
  [[nodiscard]] std::uint32_t own_rank(std::uint32_t epoch) const {
    return rank(epoch) + (!epochs_.empty() && epochs_.back() == epoch ? 0 : 1);
  }
  void clear() { epochs_.clear(); }

 private:
  std::vector<std::uint32_t> epochs_;
};

void renumber(VectorClock& clock, int own, const Epochs* epochs) {
  std::uint32_t size = 0;
  for (std::uint32_t t = 0; t < clock.size; ++t) {
    clock.at[t] = static_cast<int>(t) == own ? epochs[t].own_rank(clock.at[t]) : epochs[t].rank(clock.at[t]);
    if (clock.at[t] != 0) size = t + 1;
  }
  clock.size = size;
}

}  // namespace

void make_canonical(History& history) {
  Shadow& shadow = *history.shadow;
  static Epochs* const epochs = new Epochs[kMaxThreads];  // never destroyed; their memory is used again
  for (std::size_t t = 0; t < history.clocks.size(); ++t) epochs[t].clear();
  std::vector<Shadow::Touched>& touched = shadow.touched();
  std::size_t kept_cells = 0;
  for (const Shadow::Touched& each : touched) {
    Cell* cell = each.cell;
    auto [records, count] = shadow.records(cell);
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      if ((records[i].flags & kFree) == 0 && known_to_all(records[i], history)) continue;
      records[kept++] = records[i];
    }
    if (kept == 0 && cell->object == 0 && cell->shared == 0) {
      shadow.discard(cell);
      continue;
    }
    for (std::uint32_t i = 0; i < kept; ++i) epochs[records[i].thread].add(records[i].epoch);
    shadow.set_records(cell, records, kept);
    touched[kept_cells++] = each;
  }
  touched.resize(kept_cells);
  for (const Shadow::Touched& each : touched) {
    auto [records, count] = shadow.records(each.cell);
    for (std::uint32_t i = 0; i < count; ++i)
      records[i].epoch = epochs[records[i].thread].rank(records[i].epoch);
    if (count < 2) continue;
    std::sort(records, records + count, [](const Record& a, const Record& b) {
      return std::tie(a.thread, a.epoch, a.mask, a.flags, a.pc) <
             std::tie(b.thread, b.epoch, b.mask, b.flags, b.pc);
    });
  }
  for (std::size_t t = 0; t < history.clocks.size(); ++t) {
    if (history.clocks[t] != nullptr) renumber(*history.clocks[t], static_cast<int>(t), epochs);
  }
  for (VectorClock* clock : history.others) renumber(*clock, -1, epochs);
  std::sort(touched.begin(), touched.end(),
            [](const Shadow::Touched& a, const Shadow::Touched& b) { return a.granule < b.granule; });
}

}  // namespace selvage::race
