// The wire format between the explored process and the reporter: one JSON document each way.
//
// Records that come by the thousand (events, regions) are arrays of fixed length, the rest are objects.
// Strings may hold any bytes (what the program printed), so that every string travels as bytes_to_utf8.
#include "record.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <type_traits>

#include "bytes.hpp"
#include "names.hpp"

namespace selvage::report {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void malformed(const std::string& what) {
  throw std::runtime_error("malformed record: " + what);
}

// --- writing ---

Json text(const std::string& bytes) { return bytes_to_utf8(bytes); }

double finite(double value) { return std::isfinite(value) ? value : 0; }

Json write(const std::string& bytes) { return text(bytes); }

Json write(const RawEvent& event) {
  return Json::array({event.thread, static_cast<unsigned>(event.kind), event.address, event.size, event.order,
                      event.has_read, event.has_write, event.read, event.written, event.reads_from,
                      event.second, event.result, text(event.note), event.stack, event.frames});
}

Json write(const RawRegion& region) {
  return Json::array(
      {static_cast<unsigned>(region.kind), region.low, region.high, region.thread, region.stack});
}

Json write(const RawAccess& access) {
  return Json::array({access.thread, access.write, access.atomic, access.address, access.size, access.event,
                      access.holding});
}

Json write(const RawSite& site) {
  return Json::array({static_cast<unsigned>(site.kind), site.order, site.failure, site.stack});
}

Json write(const RawViolation& violation);
Json write(const Module& module);
Json write(const Outcome& outcome);

template <typename Item>
Json write_all(const std::vector<Item>& items) {
  Json list = Json::array();
  for (const Item& item : items) {
    list.push_back(write(item));
  }
  return list;
}

Json write(const RawViolation& violation) {
  return {{"kind", to_string(violation.kind)},
          {"message", text(violation.message)},
          {"threads", violation.threads},
          {"stack", violation.stack},
          {"schedule", text(violation.schedule)},
          {"preemptions", violation.preemptions},
          {"trace", write_all(violation.trace)},
          {"accesses", write_all(violation.accesses)},
          {"regions", write_all(violation.regions)},
          {"output", text(violation.output)}};
}

Json write(const Module& module) {
  return Json::array({text(module.path), module.base, module.low, module.high});
}

Json write(const Outcome& outcome) {
  return Json::array({text(outcome.value), outcome.executions, text(outcome.schedule)});
}

// --- reading ---

const Json& at(const Json& object, const char* key) {
  if (!object.is_object() || !object.contains(key)) {
    malformed(std::string("no field '") + key + "'");
  }
  return object.at(key);
}

void expect_length(const Json& array, std::size_t length, const char* what) {
  if (!array.is_array() || array.size() != length) {
    malformed(std::string(what) + " is not a list of " + std::to_string(length));
  }
}

void read(const Json& from, bool& to) {
  if (!from.is_boolean()) {
    malformed("a truth value is expected");
  }
  to = from.get<bool>();
}

void read(const Json& from, double& to) {
  if (!from.is_number()) {
    malformed("a number is expected");
  }
  to = from.get<double>();
}

void read(const Json& from, std::string& to) {
  if (!from.is_string()) {
    malformed("a string is expected");
  }
  to = utf8_to_bytes(from.get_ref<const std::string&>());
}

// nlohmann converts silently where a number does not fit; here that is an error.
template <typename Integer>
requires std::is_integral_v<Integer>
void read(const Json& from, Integer& to) {
  if (from.is_number_unsigned()) {
    const auto value = from.get<std::uint64_t>();
    if (value <= static_cast<std::uint64_t>(std::numeric_limits<Integer>::max())) {
      to = static_cast<Integer>(value);
      return;
    }
  } else if (from.is_number_integer() && std::is_signed_v<Integer>) {
    const auto value = from.get<std::int64_t>();
    if (value >= static_cast<std::int64_t>(std::numeric_limits<Integer>::min())) {
      to = static_cast<Integer>(value);
      return;
    }
  }
  malformed("an integer in range is expected, not " + from.dump());
}

void read(const Json& from, Verdict& to) {
  std::string name;
  read(from, name);
  to = verdict_from_string(name);
}

template <typename Item>
void read(const Json& from, std::vector<Item>& to);

void read(const Json& from, EventKind& to) {
  unsigned kind = 0;
  read(from, kind);
  if (kind > static_cast<unsigned>(EventKind::poll_wait)) {
    malformed("unknown kind of event");
  }
  to = static_cast<EventKind>(kind);
}

void read(const Json& from, RawSite& to) {
  expect_length(from, 4, "a site");
  read(from.at(0), to.kind);
  read(from.at(1), to.order);
  read(from.at(2), to.failure);
  read(from.at(3), to.stack);
}

void read(const Json& from, RawEvent& to) {
  expect_length(from, 15, "an event");
  read(from.at(0), to.thread);
  read(from.at(1), to.kind);
  read(from.at(2), to.address);
  read(from.at(3), to.size);
  read(from.at(4), to.order);
  read(from.at(5), to.has_read);
  read(from.at(6), to.has_write);
  read(from.at(7), to.read);
  read(from.at(8), to.written);
  read(from.at(9), to.reads_from);
  read(from.at(10), to.second);
  read(from.at(11), to.result);
  read(from.at(12), to.note);
  read(from.at(13), to.stack);
  read(from.at(14), to.frames);
}

void read(const Json& from, RawRegion& to) {
  expect_length(from, 5, "a region");
  unsigned kind = 0;
  read(from.at(0), kind);
  if (kind > static_cast<unsigned>(RawRegion::Kind::shared)) {
    malformed("unknown kind of region");
  }
  to.kind = static_cast<RawRegion::Kind>(kind);
  read(from.at(1), to.low);
  read(from.at(2), to.high);
  read(from.at(3), to.thread);
  read(from.at(4), to.stack);
}

void read(const Json& from, RawAccess& to) {
  expect_length(from, 7, "an access");
  read(from.at(0), to.thread);
  read(from.at(1), to.write);
  read(from.at(2), to.atomic);
  read(from.at(3), to.address);
  read(from.at(4), to.size);
  read(from.at(5), to.event);
  read(from.at(6), to.holding);
}

void read(const Json& from, RawViolation& to) {
  read(at(from, "kind"), to.kind);
  read(at(from, "message"), to.message);
  read(at(from, "threads"), to.threads);
  read(at(from, "stack"), to.stack);
  read(at(from, "schedule"), to.schedule);
  read(at(from, "preemptions"), to.preemptions);
  read(at(from, "trace"), to.trace);
  read(at(from, "accesses"), to.accesses);
  read(at(from, "regions"), to.regions);
  read(at(from, "output"), to.output);
  for (const RawAccess& access : to.accesses) {
    if (access.event >= to.trace.size() && !to.trace.empty()) {
      malformed("an access names an event beyond the trace");
    }
  }
}

void read(const Json& from, Module& to) {
  expect_length(from, 4, "a module");
  read(from.at(0), to.path);
  read(from.at(1), to.base);
  read(from.at(2), to.low);
  read(from.at(3), to.high);
}

void read(const Json& from, Outcome& to) {
  expect_length(from, 3, "an outcome");
  read(from.at(0), to.value);
  read(from.at(1), to.executions);
  read(from.at(2), to.schedule);
}

template <typename Item>
void read(const Json& from, std::vector<Item>& to) {
  if (!from.is_array()) {
    malformed("a list is expected");
  }
  to.clear();
  to.reserve(from.size());
  for (const Json& item : from) {
    read(item, to.emplace_back());
  }
}

// Everything that parsing may throw becomes one kind of exception.
template <typename Record, typename Reader>
Record parse(const std::string& source, Reader reader) {
  try {
    Record record;
    reader(Json::parse(source), record);
    return record;
  } catch (const Json::exception& error) {
    malformed(error.what());
  } catch (const std::invalid_argument& error) {
    malformed(error.what());
  }
}

}  // namespace

std::string to_json_text(const RawResult& result) {
  const Json document = {{"verdict", to_string(result.verdict)},
                         {"message", text(result.message)},
                         {"complete", result.complete},
                         {"executions", result.executions},
                         {"blocked", result.blocked},
                         {"bounded", result.bounded},
                         {"events", result.events},
                         {"states", result.states},
                         {"transitions", result.transitions},
                         {"memory", result.memory},
                         {"seconds", finite(result.seconds)},
                         {"covered", finite(result.covered)},
                         {"symmetry", write_all(result.symmetry)},
                         {"outcomes", write_all(result.outcomes)},
                         {"violations", write_all(result.violations)},
                         {"modules", write_all(result.modules)},
                         {"sites", write_all(result.sites)},
                         {"weaken", write_all(result.weaken)},
                         {"drop_lock", write_all(result.drop_lock)},
                         {"caveat", text(result.caveat)},
                         {"beyond_sc", result.beyond_sc},
                         {"units", result.units},
                         {"whole_units", result.whole_units},
                         {"out_of_budget", result.out_of_budget},
                         {"refused", text(result.refused)}};
  return document.dump() + "\n";
}

RawResult raw_result_from_json(const std::string& source) {
  return parse<RawResult>(source, [](const Json& from, RawResult& to) {
    read(at(from, "verdict"), to.verdict);
    read(at(from, "message"), to.message);
    read(at(from, "complete"), to.complete);
    read(at(from, "executions"), to.executions);
    read(at(from, "blocked"), to.blocked);
    read(at(from, "bounded"), to.bounded);
    read(at(from, "events"), to.events);
    read(at(from, "states"), to.states);
    read(at(from, "transitions"), to.transitions);
    read(at(from, "memory"), to.memory);
    read(at(from, "seconds"), to.seconds);
    read(at(from, "covered"), to.covered);
    read(at(from, "symmetry"), to.symmetry);
    read(at(from, "outcomes"), to.outcomes);
    read(at(from, "violations"), to.violations);
    read(at(from, "modules"), to.modules);
    read(at(from, "sites"), to.sites);
    read(at(from, "weaken"), to.weaken);
    read(at(from, "drop_lock"), to.drop_lock);
    read(at(from, "caveat"), to.caveat);
    read(at(from, "beyond_sc"), to.beyond_sc);
    read(at(from, "units"), to.units);
    read(at(from, "whole_units"), to.whole_units);
    read(at(from, "out_of_budget"), to.out_of_budget);
    read(at(from, "refused"), to.refused);
  });
}

std::string to_json_text(const Options& options) {
  const Json document = {{"search", to_string(options.search)},
                         {"races", to_string(options.races)},
                         {"model", text(options.model)},
                         {"executions", options.executions},
                         {"seconds", finite(options.seconds)},
                         {"seed", options.seed},
                         {"memory", options.memory},
                         {"visited", options.visited},
                         {"checkpoint", text(options.checkpoint)},
                         {"checkpoint_seconds", finite(options.checkpoint_seconds)},
                         {"resume", text(options.resume)},
                         {"workers", options.workers},
                         {"jobs", options.jobs},
                         {"symmetry", options.symmetry},
                         {"preemptions", options.preemptions},
                         {"keep_going", options.keep_going},
                         {"report_leaks", options.report_leaks},
                         {"max_events", options.max_events},
                         {"max_timeouts", options.max_timeouts},
                         {"crash_children", options.crash_children},
                         {"watchdog_seconds", finite(options.watchdog_seconds)},
                         {"capture_output", options.capture_output},
                         {"expected", write_all(options.expected)},
                         {"weaken", write_all(options.weaken)},
                         {"drop_lock", write_all(options.drop_lock)},
                         {"list_sites", options.list_sites},
                         {"program", text(options.program)},
                         {"replay_schedule", text(options.replay_schedule)}};
  return document.dump();
}

Options options_from_json(const std::string& source) {
  return parse<Options>(source, [](const Json& from, Options& to) {
    std::string name;
    read(at(from, "search"), name);
    to.search = search_from_string(name);
    read(at(from, "races"), name);
    to.races = races_from_string(name);
    read(at(from, "model"), to.model);
    read(at(from, "executions"), to.executions);
    read(at(from, "seconds"), to.seconds);
    read(at(from, "seed"), to.seed);
    read(at(from, "memory"), to.memory);
    read(at(from, "visited"), to.visited);
    read(at(from, "checkpoint"), to.checkpoint);
    read(at(from, "checkpoint_seconds"), to.checkpoint_seconds);
    read(at(from, "resume"), to.resume);
    read(at(from, "workers"), to.workers);
    read(at(from, "jobs"), to.jobs);
    read(at(from, "symmetry"), to.symmetry);
    read(at(from, "preemptions"), to.preemptions);
    read(at(from, "keep_going"), to.keep_going);
    read(at(from, "report_leaks"), to.report_leaks);
    read(at(from, "max_events"), to.max_events);
    read(at(from, "max_timeouts"), to.max_timeouts);
    read(at(from, "crash_children"), to.crash_children);
    read(at(from, "watchdog_seconds"), to.watchdog_seconds);
    read(at(from, "capture_output"), to.capture_output);
    read(at(from, "expected"), to.expected);
    read(at(from, "weaken"), to.weaken);
    read(at(from, "drop_lock"), to.drop_lock);
    read(at(from, "list_sites"), to.list_sites);
    read(at(from, "program"), to.program);
    read(at(from, "replay_schedule"), to.replay_schedule);
  });
}

}  // namespace selvage::report
