#include "orders.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>

#include "change.hpp"
#include "exit_status.hpp"
#include "explore_program.hpp"
#include "files.hpp"
#include "print.hpp"
#include "shell.hpp"
#include "text.hpp"

namespace selvage::cli {
namespace {

using report::AtomicKind;

constexpr int kRelaxed = 0, kAcquire = 2, kRelease = 3, kAcqRel = 4, kSeqCst = 5;

AtomicKind kind_of(const Site& site) {
  return site.what == "load"               ? AtomicKind::load
         : site.what == "store"            ? AtomicKind::store
         : site.what == "compare-exchange" ? AtomicKind::compare_exchange
         : site.what == "fence"            ? AtomicKind::fence
                                           : AtomicKind::update;
}

int order_of(const std::string& name) {
  for (int order = kRelaxed; order <= kSeqCst; ++order) {
    if (report::order_name(order) == name) return order;
  }
  return kSeqCst;
}

// What the accesses of a line come to have where it is given `order`; nothing where that would strengthen
// one.
std::optional<std::vector<int>> effect(const std::vector<Site>& sites, int order) {
  std::vector<int> orders;
  for (const Site& site : sites) {
    const int part = report::part_for(kind_of(site), order);
    if (!report::weaker_or_equal(part, order_of(site.order))) return std::nullopt;
    orders.push_back(part);
    if (!site.failure.empty()) orders.push_back(report::failure_part(order_of(site.failure), order));
  }
  return orders;
}

// The orders to try, weakest first; of those that come to the same only the weakest. None that changes
// nothing.
std::vector<int> candidates(const std::vector<Site>& sites) {
  std::vector<int> as_written;
  for (const Site& site : sites) {
    as_written.push_back(order_of(site.order));
    if (!site.failure.empty()) as_written.push_back(order_of(site.failure));
  }
  std::vector<int> orders;
  std::vector<std::vector<int>> effects = {as_written};
  for (const int order : {kRelaxed, kAcquire, kRelease, kAcqRel, kSeqCst}) {
    const auto what = effect(sites, order);
    if (!what || std::find(effects.begin(), effects.end(), *what) != effects.end()) continue;
    effects.push_back(*what);
    orders.push_back(order);
  }
  return orders;
}

bool strictly_weaker(int a, int b) { return a != b && report::weaker_or_equal(a, b); }

class Hunt {
 public:
  explicit Hunt(const OrdersRequest& request)
      : request_(request), changed_(request.options), target_(target_of(request.program)) {}

  std::optional<OrdersFound> run() {
    OrdersFound found;
    Options options = request_.options;
    options.list_sites = true;
    const auto as_written = explore(options);
    if (!as_written) return std::nullopt;
    found.as_written = *as_written;
    if (found.as_written.verdict != Verdict::proved) return found;
    // A change that makes a program print something else is no matter of taste, whether or not it asserts anything.
    if (changed_.expected.empty()) {
      for (const Outcome& outcome : found.as_written.outcomes) changed_.expected.push_back(outcome.value);
    }
    std::map<std::pair<std::string, unsigned>, std::vector<Site>> atomics, locks;
    for (const Site& site : found.as_written.sites) {
      if (site.library || site.where.file.empty() || site.where.line == 0) {
        ++found.left_out;
        continue;
      }
      (site.order.empty() ? locks : atomics)[{site.where.file, site.where.line}].push_back(site);
    }
    for (const auto& [line, sites] : atomics) found.orders.push_back(order_needed(sites));
    for (const auto& [line, sites] : locks) {
      Options without = changed_;
      without.drop_lock = {place(sites)};
      found.locks.push_back(
          {sites.front().where, sites, attempt(without, "--drop-lock", without.drop_lock.front())});
    }
    if (abandoned_) return std::nullopt;
    found.undecided = undecided_;
    return found;
  }

 private:
  static std::string place(const std::vector<Site>& sites) {
    return fmt::format("{}:{}", sites.front().where.file, sites.front().where.line);
  }

  // A weaker order allows everything that a stronger one does: what fails fails with all weaker ones, too.
  OrderFinding order_needed(const std::vector<Site>& sites) {
    OrderFinding finding{sites.front().where, sites, {}, {}};
    std::vector<int> verified;
    std::vector<std::pair<int, Trial>> refuted;
    for (const int order : candidates(sites)) {
      const bool enough =
          std::any_of(verified.begin(), verified.end(), [&](int v) { return strictly_weaker(v, order); });
      if (enough) continue;
      Options weaker = changed_;
      weaker.weaken = {place(sites) + "=" + report::order_name(order)};
      Trial trial = attempt(weaker, "--weaken", weaker.weaken.front());
      trial.changed = report::order_name(order);
      if (trial.verdict == Verdict::proved) {
        verified.push_back(order);
      } else {
        refuted.emplace_back(order, std::move(trial));
      }
    }
    for (const int order : verified) finding.weakest.push_back(report::order_name(order));
    for (const auto& [order, trial] : refuted) {
      const bool next = std::none_of(refuted.begin(), refuted.end(), [o = order](const auto& other) {
        return strictly_weaker(o, other.first);
      });
      if (next) finding.refuted.push_back(trial);
    }
    return finding;
  }

  Trial attempt(const Options& options, const std::string& option, const std::string& change) {
    Trial trial;
    if (abandoned_ || interrupted_) {
      trial.message = "interrupted";
      trial.command = command(request_.options, option, change);
      return trial;
    }
    try {
      const auto result = explore(options);
      if (!result) {
        abandoned_ = true;
        return trial;
      }
      trial.verdict = result->verdict;
      trial.message = result->message;
      interrupted_ = result->message.starts_with("the search was interrupted");
    } catch (const Refused& refused) {
      trial.message = refused.what();
    }
    // Only what ended with another outcome takes the outcomes to be shown again.
    const Options& shown = trial.verdict == Verdict::assertion ? changed_ : request_.options;
    trial.command = command(shown, option, change);
    undecided_ = undecided_ || trial.verdict == Verdict::exhausted || trial.verdict == Verdict::unsupported;
    return trial;
  }

  std::optional<Result> explore(const Options& options) {
    return explore_program(target_, request_.arguments, options, request_.json == "-");
  }

  std::string command(const Options& options, const std::string& option, const std::string& change) const {
    const Options usual;
    std::vector<std::string> words = {request_.command, "run", "--model", "rc11"};
    const auto add = [&](const char* name, const std::string& value) {
      words.insert(words.end(), {name, value});
    };
    for (const std::string& outcome : options.expected) add("--expect", outcome);
    if (!options.report_leaks) add("--leaks", "ignore");
    if (options.max_events != usual.max_events) add("--max-events", std::to_string(options.max_events));
    if (options.max_timeouts != usual.max_timeouts)
      add("--max-timeouts", std::to_string(options.max_timeouts));
    words.insert(words.end(), {option, change, request_.program});
    words.insert(words.end(), request_.arguments.begin(), request_.arguments.end());
    return shell_line(words);
  }

  const OrdersRequest& request_;
  Options changed_;  ///< what is explored with a change
  Target target_;
  bool undecided_ = false, interrupted_ = false, abandoned_ = false;
};

}  // namespace

int orders_command(const OrdersRequest& request) {
  ::signal(SIGPIPE, SIG_IGN);
  if (!request.json.empty() && request.json != "-") report::check_writable(request.json);
  const std::optional<OrdersFound> found = Hunt(request).run();
  if (!found) return kUndecided;
  if (!request.json.empty() && request.json != "-") report::write_file(request.json, orders_json(*found));
  std::FILE* const human = request.json == "-" ? stderr : stdout;
  print(human, orders_text(*found, 110), "the report");
  if (request.json == "-") print(stdout, orders_json(*found), "the JSON document to stdout");
  if (found->as_written.verdict != Verdict::proved) return exit_status(found->as_written.verdict);
  return found->undecided ? kUndecided : kProved;
}

}  // namespace selvage::cli
