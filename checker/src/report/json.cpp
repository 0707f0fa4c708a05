#include "json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "bytes.hpp"
#include "version.hpp"

namespace selvage::report {
namespace {

using Json = nlohmann::ordered_json;  // the order of the fields is part of the format

Json text(const std::string& bytes) { return to_valid_utf8(bytes); }

Json place(const SourceLocation& where) {
  return {{"file", text(where.file)}, {"line", where.line}, {"function", text(where.function)}};
}

template <typename Items, typename Writer>
Json list(const Items& items, Writer writer) {
  Json all = Json::array();
  for (const auto& item : items) {
    all.push_back(writer(item));
  }
  return all;
}

Json trace_event(const TraceEvent& event) {
  return {{"thread", event.thread},
          {"event", text(event.text)},
          {"file", text(event.where.file)},
          {"line", event.where.line},
          {"function", text(event.where.function)}};
}

Json race_access(const RaceAccess& access) {
  return {{"thread", access.thread},
          {"write", access.write},
          {"atomic", access.atomic},
          {"size", access.size},
          {"event", access.event},
          {"stack", list(access.stack, place)},
          {"holding", list(access.holding, text)}};
}

Json violation(const Violation& found) {
  return {{"kind", to_string(found.kind)},
          {"message", text(found.message)},
          {"threads", found.threads},
          {"location", place(found.location)},
          {"schedule", text(found.schedule)},
          {"preemptions", found.preemptions},
          {"trace", list(found.trace, trace_event)},
          {"accesses", list(found.accesses, race_access)},
          {"output", text(found.output)}};
}

Json outcome(const Outcome& reached) {
  return {{"value", text(reached.value)},
          {"executions", reached.executions},
          {"schedule", text(reached.schedule)}};
}

}  // namespace

std::string json_report(const Result& result) {
  const Json document = {{"selvage", kVersion},
                         {"program", text(result.program)},
                         {"search", text(result.search)},
                         {"model", text(result.model)},
                         {"weaken", list(result.weaken, text)},
                         {"drop_lock", list(result.drop_lock, text)},
                         {"verdict", to_string(result.verdict)},
                         {"message", text(result.message)},
                         {"complete", result.complete},
                         {"caveat", text(result.caveat)},
                         {"only_sc", text(result.only_sc)},
                         {"executions", result.executions},
                         {"blocked", result.blocked},
                         {"bounded", result.bounded},
                         {"events", result.events},
                         {"states", result.states},
                         {"transitions", result.transitions},
                         {"memory", result.memory},
                         {"seconds", std::isfinite(result.seconds) ? result.seconds : 0.0},
                         {"covered", result.covered >= 0 ? Json(result.covered) : Json(nullptr)},
                         {"symmetry", list(result.symmetry, text)},
                         {"outcomes", list(result.outcomes, outcome)},
                         {"violations", list(result.violations, violation)}};
  return document.dump(2) + "\n";
}

}  // namespace selvage::report
