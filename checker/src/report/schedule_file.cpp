#include "schedule_file.hpp"

#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <nlohmann/json.hpp>

#include "bytes.hpp"
#include "names.hpp"

namespace selvage::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;
constexpr const char* kMark = "selvage-schedule";

std::string hash_of(const std::string& content) {
  const XXH128_hash_t hash = XXH3_128bits(content.data(), content.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

// nlohmann::json (not ordered_json) sorts the keys: the same text whatever order an editor left them in.
std::string checksum_of(const Json& document) {
  nlohmann::json rest = nlohmann::json::parse(document.dump());
  rest.erase("checksum");
  return hash_of(rest.dump());
}

Json texts(const std::vector<std::string>& items) {
  Json list = Json::array();
  for (const std::string& item : items) {
    list.push_back(bytes_to_utf8(item));
  }
  return list;
}

Json parse(const std::string& path) {
  std::string content;
  try {
    content = read_file(path);
  } catch (const FileError& error) {
    throw ScheduleError(fmt::format("{}; give --replay a file that --save-schedule wrote", error.what()));
  }
  if (content.empty()) {
    throw ScheduleError(fmt::format("{} is empty; save the schedule again", path));
  }
  Json document = Json::parse(content, nullptr, false);
  if (document.is_discarded() && content.find(kMark) != std::string::npos) {
    throw ScheduleError(
        fmt::format("{} is cut short or damaged (not valid JSON); save the schedule again", path));
  }
  if (!document.is_object() || !document.contains(kMark)) {
    throw ScheduleError(
        fmt::format("{} is not a schedule file; give --replay a file that --save-schedule wrote", path));
  }
  return document;
}

}  // namespace

std::string hash_of_file(const std::string& path) { return hash_of(read_file(path)); }

std::string schedule_document(const ScheduleFile& file) {
  Json document = {{kMark, kFormat},
                   {"program", bytes_to_utf8(file.program)},
                   {"program_hash", file.program_hash},
                   {"arguments", texts(file.arguments)},
                   {"races", to_string(file.races)},
                   {"leaks", file.report_leaks ? "report" : "ignore"},
                   {"model", bytes_to_utf8(file.model)},
                   {"max_timeouts", file.max_timeouts},
                   {"max_events", file.max_events},
                   {"expected", texts(file.expected)},
                   {"weaken", texts(file.weaken)},
                   {"drop_lock", texts(file.drop_lock)},
                   {"verdict", to_string(file.verdict)},
                   {"schedule", bytes_to_utf8(file.schedule)}};
  document["checksum"] = checksum_of(document);
  return document.dump(2) + "\n";
}

void save_schedule(const std::string& path, const ScheduleFile& file) {
  write_file(path, schedule_document(file));
}

ScheduleFile load_schedule(const std::string& path) {
  const Json document = parse(path);
  const Json& format = document.at(kMark);
  if (format.is_number_integer() && format.get<std::int64_t>() > kFormat) {
    throw ScheduleError(
        fmt::format("{} has schedule format {}, which is newer than this version of Selvage reads ({}); "
                    "use the version that saved it",
                    path, format.dump(), kFormat));
  }
  const std::string checksum = document.value("checksum", Json()).is_string() ? document["checksum"] : "";
  if (checksum != checksum_of(document)) {
    throw ScheduleError(fmt::format(
        "{} is corrupted (its checksum does not match its content); save the schedule again", path));
  }
  try {
    if (format != kFormat) {
      throw std::invalid_argument("its format is " + format.dump());
    }
    const auto text = [&](const char* key) { return utf8_to_bytes(document.at(key).get<std::string>()); };
    ScheduleFile file;
    file.program = text("program");
    file.program_hash = text("program_hash");
    const auto list = [&](const char* key) {
      std::vector<std::string> items;
      for (const Json& item : document.at(key)) items.push_back(utf8_to_bytes(item.get<std::string>()));
      return items;
    };
    file.arguments = list("arguments");
    file.expected = list("expected");
    if (document.contains("weaken"))
      file.weaken = list("weaken");  // files from before there were changes have none
    if (document.contains("drop_lock")) file.drop_lock = list("drop_lock");
    file.races = races_from_string(text("races"));
    file.report_leaks = text("leaks") == "report";
    file.model = text("model");
    file.max_timeouts = document.at("max_timeouts").get<unsigned>();
    file.max_events = document.at("max_events").get<std::uint64_t>();
    file.verdict = verdict_from_string(text("verdict"));
    file.schedule = text("schedule");
    return file;
  } catch (const std::exception& error) {
    // The checksum is right, so that this was written by something other than save_schedule.
    throw ScheduleError(
        fmt::format("{} is not a valid schedule file ({}); save the schedule again", path, error.what()));
  }
}

void check_schedule_fits(const ScheduleFile& file, const std::string& path, const std::string& program,
                         const std::vector<std::string>& arguments) {
  if (hash_of_file(program) != file.program_hash) {
    throw ScheduleError(
        fmt::format("{} was saved from another program or another build of it ({}), not from {}; "
                    "run the search on {} again and save its schedule",
                    path, file.program, program, program));
  }
  if (arguments != file.arguments) {
    std::string list;
    for (const std::string& argument : file.arguments) {
      list += " '" + argument + "'";
    }
    throw ScheduleError(fmt::format("{} was saved from a run with {}; give the program the same arguments",
                                    path, list.empty() ? "no arguments" : "the arguments" + list));
  }
}

}  // namespace selvage::report
