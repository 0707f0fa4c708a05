#include "checkpoint_head.hpp"

#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "bytes.hpp"
#include "files.hpp"
#include "record.hpp"

namespace selvage::report {
namespace {

using Json = nlohmann::ordered_json;

Json texts(const std::vector<std::string>& items) {
  Json list = Json::array();
  for (const std::string& item : items) list.push_back(bytes_to_utf8(item));
  return list;
}

std::vector<std::string> texts(const Json& list) {
  std::vector<std::string> items;
  for (const Json& item : list) items.push_back(utf8_to_bytes(item.get<std::string>()));
  return items;
}

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

Options lasting_options(const Options& options) {
  const Options none;
  Options lasting = options;
  lasting.seconds = none.seconds;
  lasting.memory = none.memory;
  lasting.workers = none.workers;
  lasting.watchdog_seconds = none.watchdog_seconds;
  lasting.checkpoint = none.checkpoint;
  lasting.checkpoint_seconds = none.checkpoint_seconds;
  lasting.resume = none.resume;
  return lasting;
}

std::string to_json_text(const CheckpointHead& head) {
  return Json{{"command", texts(head.command)},
              {"environment", texts(head.environment)},
              {"options", Json::parse(to_json_text(lasting_options(head.options)))}}
      .dump();
}

std::uint64_t hash_of_prefix(CheckpointPrefix prefix) {
  prefix.own_hash = 0;
  return XXH3_64bits(&prefix, sizeof prefix);
}

CheckpointHead load_checkpoint_head(const std::string& path) {
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rbe"));
  if (!file) throw FileError(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  CheckpointPrefix prefix;
  const bool whole = std::fread(&prefix, sizeof prefix, 1, file.get()) == 1;
  if (!whole || prefix.mark != CheckpointPrefix::kMark)
    throw FileError(
        fmt::format("{} is not a checkpoint; give --resume a file that --checkpoint wrote", path));
  if (prefix.format != CheckpointPrefix::kFormat)
    throw FileError(fmt::format("{} was saved by another version of Selvage (format {}, this one has {})",
                                path, prefix.format, CheckpointPrefix::kFormat));
  const FileError damaged(fmt::format("{} is cut short or damaged", path));
  if (prefix.own_hash != hash_of_prefix(prefix) || prefix.head_size > prefix.size) throw damaged;
  std::string text(prefix.head_size, '\0');
  if (std::fread(text.data(), 1, text.size(), file.get()) != text.size()) throw damaged;
  if (XXH3_64bits(text.data(), text.size()) != prefix.head_hash) throw damaged;
  if (std::fseek(file.get(), 0, SEEK_END) != 0 ||
      static_cast<std::uint64_t>(std::ftell(file.get())) != prefix.size)
    throw damaged;
  try {
    const Json document = Json::parse(text);
    return {texts(document.at("command")), texts(document.at("environment")),
            options_from_json(document.at("options").dump())};
  } catch (const std::exception&) {
    throw damaged;
  }
}

}  // namespace selvage::report
