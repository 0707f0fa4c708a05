#include "machine/changes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "machine/bookkeeping.hpp"
#include "machine/call_sites.hpp"
#include "machine/fatal.hpp"
#include "machine/modules.hpp"
#include "report/site_lookup.hpp"
#include "state/archive.hpp"
#include "state/shared_memory.hpp"

namespace selvage::machine {

namespace {

/// Seen by all processes of the exploration.
struct Met {
  static constexpr std::size_t kSites = 1 << 12;
  struct Site {
    std::atomic<std::uint32_t> state;  // 0: free, 1: being written, 2: there
    std::uint8_t kind;
    std::int8_t order, failure;
    std::uint64_t calls[SiteCalls::kMost];
  };
  std::atomic<std::uint32_t> weakened, dropped;  // bit masks: the changes that something was met for
  Site sites[kSites];
};

CallSites g_call_sites;
Met* g_met = nullptr;
std::vector<report::Weakening> g_weaken;
bool g_list = false;

/// The locks that a thread only seems to hold, once for each time.
std::vector<std::uint64_t> g_seem_held[kMaxThreads];

template <typename Archive>
void seem_held(Archive& a) {
  if (!g.changing) return;
  for (auto& locks : g_seem_held) {
    auto count = static_cast<std::uint32_t>(locks.size());
    a(count);
    locks.resize(count);
    for (std::uint64_t& lock : locks) a(lock);
  }
}
const bool g_seem_held_is_state = (add_state_part({seem_held<state::Writer>, seem_held<state::Reader>,
                                                   [](RawRecords& /*records*/) { return !g.changing; }}),
                                   true);

void list(const SiteCalls& site, EventKind kind, int order, int failure) {
  const auto same = [&](const Met::Site& s) {
    return s.kind == static_cast<std::uint8_t>(kind) && s.order == order && s.failure == failure &&
           std::equal(std::begin(site.calls), std::end(site.calls), std::begin(s.calls));
  };
  for (Met::Site& s : g_met->sites) {
    std::uint32_t state = s.state.load(std::memory_order_acquire);
    if (state == 0 && s.state.compare_exchange_strong(state, 1, std::memory_order_acquire)) {
      s.kind = static_cast<std::uint8_t>(kind);
      s.order = static_cast<std::int8_t>(order);
      s.failure = static_cast<std::int8_t>(failure);
      std::copy(std::begin(site.calls), std::end(site.calls), std::begin(s.calls));
      s.state.store(2, std::memory_order_release);
      return;
    }
    while (s.state.load(std::memory_order_acquire) == 1) {
    }
    if (same(s)) return;
  }
  fatal("more sites of atomic accesses and locks than there is room for");
}

EventKind event_of(AtomicKind kind) {
  switch (kind) {
    case AtomicKind::load:
      return EventKind::atomic_load;
    case AtomicKind::store:
      return EventKind::atomic_store;
    case AtomicKind::update:
      return EventKind::atomic_rmw;
    case AtomicKind::compare_exchange:
      return EventKind::atomic_cas;
    case AtomicKind::fence:
      break;
  }
  return EventKind::fence;
}

const char* name_of_kind(AtomicKind kind) {
  switch (kind) {
    case AtomicKind::load:
      return "load";
    case AtomicKind::store:
      return "store";
    case AtomicKind::update:
      return "read-modify-write";
    case AtomicKind::compare_exchange:
      return "compare-exchange";
    case AtomicKind::fence:
      break;
  }
  return "fence";
}

int weakened(const report::Weakening& weakening, AtomicKind kind, int order) {
  const int wanted = report::part_for(kind, weakening.order);
  if (report::weaker_or_equal(wanted, order)) return wanted;
  g.ending.message = fmt::format("--weaken {}={}: the order of the {} there is {}, which is not stronger",
                                 report::to_text(weakening.where), report::order_name(weakening.order),
                                 name_of_kind(kind), report::order_name(order));
  end_execution(Ending::How::refused);
}

/// Written with `order` and `failure` (-1: none).
void change(AtomicKind kind, int* order, int* failure, std::uint64_t pc) {
  const SiteCalls site = g_call_sites.site(pc);
  if (g_list) list(site, event_of(kind), *order, failure == nullptr ? -1 : *failure);
  if (site.weaken < 0 || site.library_atomic) return;
  g_met->weakened.fetch_or(1U << site.weaken, std::memory_order_relaxed);
  const report::Weakening& weakening = g_weaken[static_cast<std::size_t>(site.weaken)];
  *order = weakened(weakening, kind, *order);
  if (failure != nullptr) *failure = report::failure_part(*failure, weakening.order);
}

/// What a reader of the trace is to know.
void record_dropped(EventKind kind, std::uint64_t lock, std::uint64_t pc) {
  if (!g.recording) return;
  Op op;
  op.kind = kind;
  op.address = lock;
  op.pc = pc;
  record_event(op, self().id);
  if (report::RawEvent* e = last_event()) e->note = "dropped";
}

}  // namespace

void begin_changes(const Options& options) {
  g.changing = !options.weaken.empty() || !options.drop_lock.empty() || options.list_sites;
  if (!g.changing) return;
  g_list = options.list_sites;
  std::size_t bytes = sizeof(Met);
  g_met = static_cast<Met*>(state::reserve_bytes(&bytes, state::Sharing::shared));
  if (bytes < sizeof(Met)) state::no_room();
  for (const std::string& text : options.weaken) g_weaken.push_back(report::weakening_from_text(text));
  for (auto& locks : g_seem_held) locks.reserve(8);
  g_call_sites.start(loaded_modules(), options.weaken, options.drop_lock);
}

void new_execution_of_changes() {
  if (!g.changing) return;
  for (auto& locks : g_seem_held) locks.clear();
}

std::string changes_not_met() {
  if (!g.changing) return {};
  const std::uint32_t weakened_ones = g_met->weakened.load(), dropped_ones = g_met->dropped.load();
  for (std::size_t i = 0; i < g.options.weaken.size(); ++i) {
    if ((weakened_ones >> i & 1) == 0) {
      return "--weaken " + g.options.weaken[i] + ": no atomic access and no fence was met at this line";
    }
  }
  for (std::size_t i = 0; i < g.options.drop_lock.size(); ++i) {
    if ((dropped_ones >> i & 1) == 0) {
      return "--drop-lock " + g.options.drop_lock[i] +
             ": no mutex or read-write lock was met being locked at this line";
    }
  }
  return {};
}

std::vector<report::RawSite> sites_met() {
  std::vector<report::RawSite> sites;
  if (!g.changing || !g_list) return sites;
  for (const Met::Site& s : g_met->sites) {
    if (s.state.load(std::memory_order_acquire) != 2) break;
    report::RawSite& site = sites.emplace_back();
    site.kind = static_cast<EventKind>(s.kind);
    site.order = s.order;
    site.failure = s.failure;
    for (const std::uint64_t call : s.calls) {
      if (call != 0) site.stack.push_back(call);
    }
  }
  return sites;
}

int changed_order(AtomicKind kind, int order, std::uint64_t pc) {
  change(kind, &order, nullptr, pc);
  return order;
}

void changed_orders(int* success, int* failure, std::uint64_t pc) {
  change(AtomicKind::compare_exchange, success, failure, pc);
}

bool drops_lock(EventKind kind, const volatile void* lock, std::uint64_t pc) {
  const std::uint32_t dropped = g.options.drop_lock.empty() ? 0 : g_call_sites.dropped_at(pc);
  if (dropped == 0 && !g_list) return false;
  const SiteCalls site = g_call_sites.site(pc);
  if (g_list) list(site, kind, -1, -1);
  if (dropped == 0 || site.library_lock) return false;
  g_met->dropped.fetch_or(dropped, std::memory_order_relaxed);
  const auto address = reinterpret_cast<std::uint64_t>(lock);
  g_seem_held[self().id].push_back(address);
  record_dropped(kind, address, pc);
  return true;
}

bool drops_unlock(EventKind kind, const volatile void* lock, std::uint64_t pc) {
  const auto address = reinterpret_cast<std::uint64_t>(lock);
  std::vector<std::uint64_t>& locks = g_seem_held[self().id];
  const auto found = std::find(locks.rbegin(), locks.rend(), address);
  if (found == locks.rend()) return false;
  locks.erase(std::next(found).base());
  record_dropped(kind, address, pc);
  return true;
}

bool holds_dropped(std::uint64_t lock) {
  const std::vector<std::uint64_t>& locks = g_seem_held[self().id];
  return std::find(locks.begin(), locks.end(), lock) != locks.end();
}

}  // namespace selvage::machine
