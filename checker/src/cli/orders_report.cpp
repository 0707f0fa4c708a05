// What `selvage orders` prints and writes.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bytes.hpp"
#include "orders.hpp"
#include "text.hpp"
#include "version.hpp"

namespace selvage::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

std::string access_text(const Site& site) {
  const std::string failure = site.failure.empty() ? "" : "/" + site.failure;
  return site.what + (site.order.empty() ? "" : " " + site.order + failure);
}

// One line can be instantiated, or called, for several.
std::string accesses_text(const std::vector<Site>& sites) {
  std::vector<std::string> texts;
  for (const Site& site : sites) {
    std::string text = access_text(site);
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
  }
  return joined(texts, ", ");
}

std::string reason(const Trial& trial) {
  const std::string verdict(to_string(trial.verdict));
  if (trial.verdict == Verdict::exhausted || trial.verdict == Verdict::unsupported)
    return "not decided: " + trial.message;
  const bool said = trial.message.rfind(verdict + ":", 0) == 0 || trial.message.rfind(verdict, 0) == 0;
  return said ? trial.message : verdict + ": " + trial.message;
}

bool undecided(const Trial& trial) {
  return trial.verdict == Verdict::exhausted || trial.verdict == Verdict::unsupported;
}

struct Row {
  std::string where, what, finding;
  std::vector<std::string> below;
};

Row row_of(const OrderFinding& finding) {
  Row row{report::full_place(finding.where), accesses_text(finding.sites), {}, {}};
  const bool all_relaxed = std::all_of(finding.sites.begin(), finding.sites.end(),
                                       [](const Site& site) { return site.order == "relaxed"; });
  row.finding = !finding.weakest.empty()  ? joined(finding.weakest, " or ") + " will do"
                : finding.refuted.empty() ? (all_relaxed ? "as weak as can be" : "nothing weaker to try")
                : std::all_of(finding.refuted.begin(), finding.refuted.end(), undecided) ? "not decided"
                                                                                         : "needed";
  for (const Trial& trial : finding.refuted) {
    row.below.push_back(fmt::format("{}: {}", trial.changed, report::to_printable(reason(trial), true)));
    row.below.push_back("  " + trial.command);
  }
  return row;
}

Row row_of(const LockFinding& finding) {
  Row row{report::full_place(finding.where), accesses_text(finding.sites), {}, {}};
  if (finding.without.verdict == Verdict::proved) {
    row.finding = "not needed";
    row.below = {"all verifies without it:", "  " + finding.without.command};
    return row;
  }
  row.finding = undecided(finding.without) ? "not decided" : "needed";
  row.below = {"without it: " + report::to_printable(reason(finding.without), true),
               "  " + finding.without.command};
  return row;
}

std::string table(const std::string& heading, const std::vector<Row>& rows) {
  if (rows.empty()) return {};
  std::size_t where = 0, what = 0;
  for (const Row& row : rows) {
    where = std::max(where, report::width(row.where));
    what = std::max(what, report::width(row.what));
  }
  const auto padded = [](const std::string& text, std::size_t to) {
    return text + std::string(to - std::min(to, report::width(text)) + 2, ' ');
  };
  std::string text = "\n" + heading + "\n";
  for (const Row& row : rows) {
    text += "  " + padded(row.where, where) + padded(row.what, what) + row.finding + "\n";
    for (const std::string& line : row.below) text += "      " + line + "\n";
  }
  return text;
}

template <typename Items, typename Writer>
Json list(const Items& items, Writer writer) {
  Json all = Json::array();
  for (const auto& item : items) all.push_back(writer(item));
  return all;
}

Json text(const std::string& bytes) { return report::to_valid_utf8(bytes); }

Json site(const Site& s) {
  return {{"what", s.what}, {"order", s.order}, {"failure", s.failure}, {"function", text(s.where.function)}};
}

Json trial(const Trial& t) {
  return {{"order", t.changed},
          {"verdict", to_string(t.verdict)},
          {"message", text(t.message)},
          {"command", text(t.command)}};
}

}  // namespace

std::string orders_text(const OrdersFound& found, std::size_t columns) {
  report::TextOptions options;
  options.columns = columns;
  std::string text = report::text_report(found.as_written, options);
  if (found.as_written.verdict != Verdict::proved) {
    return text +
           "\nThe program is not proved as it is, so there is nothing to say about its orders and locks.\n";
  }
  std::vector<Row> orders, locks;
  for (const OrderFinding& finding : found.orders) orders.push_back(row_of(finding));
  for (const LockFinding& finding : found.locks) locks.push_back(row_of(finding));
  text += table("Is this order needed? (each weakened by itself, with all others as written)", orders);
  text += table("Is this lock needed? (each dropped by itself)", locks);
  if (orders.empty() && locks.empty()) text += "\nNo atomic access, fence or lock was met.\n";
  if (found.left_out != 0) {
    text += fmt::format("\nLeft out: {} in the standard library's own code.\n",
                        found.left_out == 1 ? "1 site" : fmt::format("{} sites", found.left_out));
  }
  return text;
}

std::string orders_json(const OrdersFound& found) {
  const Result& result = found.as_written;
  const Json document = {{"selvage", report::kVersion},
                         {"program", text(result.program)},
                         {"model", text(result.model)},
                         {"verdict", to_string(result.verdict)},
                         {"message", text(result.message)},
                         {"executions", result.executions},
                         {"orders", list(found.orders,
                                         [](const OrderFinding& finding) {
                                           return Json{{"file", text(finding.where.file)},
                                                       {"line", finding.where.line},
                                                       {"accesses", list(finding.sites, site)},
                                                       {"weakest", finding.weakest},
                                                       {"refuted", list(finding.refuted, trial)}};
                                         })},
                         {"locks", list(found.locks,
                                        [](const LockFinding& finding) {
                                          return Json{{"file", text(finding.where.file)},
                                                      {"line", finding.where.line},
                                                      {"accesses", list(finding.sites, site)},
                                                      {"needed", finding.without.verdict != Verdict::proved &&
                                                                     !undecided(finding.without)},
                                                      {"verdict", to_string(finding.without.verdict)},
                                                      {"message", text(finding.without.message)},
                                                      {"command", text(finding.without.command)}};
                                        })},
                         {"left_out", found.left_out}};
  return document.dump(2) + "\n";
}

}  // namespace selvage::cli
