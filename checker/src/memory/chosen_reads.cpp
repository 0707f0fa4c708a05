#include "memory/chosen_reads.hpp"

namespace selvage::memory {

void ChosenReads::new_run() {
  places_.new_run();
  locations_.clear();
  performed_.assign(race::kMaxThreads, {});
}

Performed ChosenReads::perform(const AtomicAccess& access, Clocks clocks, const Change& change) {
  Locations::Place& place = places_.at(access.address, false);
  Performed result;
  if (!place.alive) {
    places_.overlapping(access.address, access.size,
                        [&](std::uint64_t, auto&) { result.how = Performed::How::overlap; });
    if (result.how != Performed::How::done) return result;
    place.alive = true;
    place.size = access.size;
    place.location = static_cast<std::uint32_t>(locations_.size());
    locations_.push_back({access.initial, {}});
  } else if (place.size != access.size) {
    result.how = Performed::How::overlap;
    return result;
  }
  Writes& l = locations_[place.location];
  result.event = EventRef(access.thread, performed(access.thread));
  const std::size_t count = l.mo.size();
  // How many writes are newer than what is read, or than what is written.
  const std::size_t newer = count == 0 ? 0 : static_cast<std::size_t>(choose_(static_cast<int>(count + 1)));
  const std::size_t at = count - newer;
  std::optional<Value> value;
  VectorClock received, message;
  int order = access.order;
  if (access.access != Access::write) {
    result.source = at == 0 ? EventRef::initial() : l.mo[at - 1].event;
    result.read = at == 0 ? l.initial : l.mo[at - 1].value;
    if (at != 0) received.assign(l.mo[at - 1].message);
    if (access.access == Access::update) value = change(result.read);
    if (!value && access.failure_order >= 0) order = access.failure_order;
    receive(clocks, received, order);
  } else {
    value = change({});
  }
  if (value) {
    send(clocks, order, access.access == Access::write ? nullptr : &received, message);
    l.mo.insert(l.mo.begin() + static_cast<std::ptrdiff_t>(at),
                {result.event, *value, access.access == Access::update, message});
    result.wrote = true;
    result.written = *value;
    result.latest = newer == 0;
  }
  performed_[access.thread].push_back({place.location, result.source});
  return result;
}

bool ChosenReads::fence(int order, std::uint64_t /*pc*/, Clocks clocks) {
  memory::fence(clocks, order);
  return true;
}

bool ChosenReads::reads_newest(int thread, std::uint32_t since) const {
  for (std::size_t i = since; i < performed_[thread].size(); ++i) {
    const Seen& seen = performed_[thread][i];
    if (seen.write.none()) continue;
    const Writes& l = locations_[seen.location];
    Value value = l.initial;
    bool newer = seen.write.is_initial();
    for (const Write& w : l.mo) {
      if (newer && !(w.update && w.value == value)) return false;
      if (w.event == seen.write) {
        newer = true;
        value = w.value;
      }
    }
  }
  return true;
}

void ChosenReads::forget(std::uint64_t address, std::uint64_t size) {
  places_.overlapping(address, size, [](std::uint64_t, Locations::Place& place) { place.alive = false; });
}

void ChosenReads::value_is(EventRef write, const Value& value) {
  for (Writes& l : locations_) {
    for (Write& w : l.mo) {
      if (w.event == write) w.value = value;
    }
  }
}

Value ChosenReads::newest(std::uint64_t address) {
  const Locations::Place& place = places_.at(address, false);
  if (!place.alive) return {};
  const Writes& l = locations_[place.location];
  return l.mo.empty() ? l.initial : l.mo.back().value;
}

}  // namespace selvage::memory
