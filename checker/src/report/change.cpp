#include "change.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <stdexcept>

namespace selvage::report {
namespace {

constexpr std::array<const char*, 6> kNames{"relaxed", "consume", "acquire", "release", "acq_rel", "seq_cst"};
constexpr int kRelaxed = 0, kConsume = 1, kAcquire = 2, kRelease = 3, kAcqRel = 4, kSeqCst = 5;

}  // namespace

LineOf line_from_text(const std::string& text) {
  const auto colon = text.rfind(':');
  LineOf where;
  if (colon != std::string::npos && colon > 0) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, where.line);
    if (error == std::errc() && stop == end && where.line > 0) {
      where.file = text.substr(0, colon);
      return where;
    }
  }
  throw std::invalid_argument(fmt::format("'{}' is not of the form FILE:LINE", text));
}

Weakening weakening_from_text(const std::string& text) {
  const auto equals = text.rfind('=');
  if (equals == std::string::npos) {
    throw std::invalid_argument(fmt::format("'{}' is not of the form FILE:LINE=ORDER", text));
  }
  const std::string name = text.substr(equals + 1);
  for (const int order : {kRelaxed, kAcquire, kRelease, kAcqRel, kSeqCst}) {
    if (name == kNames[static_cast<std::size_t>(order)])
      return {line_from_text(text.substr(0, equals)), order};
  }
  throw std::invalid_argument(
      fmt::format("'{}' is none of the orders relaxed, acquire, release, acq_rel, seq_cst", name));
}

std::string to_text(const LineOf& where) { return fmt::format("{}:{}", where.file, where.line); }

bool means(const LineOf& where, const std::string& path) {
  namespace fs = std::filesystem;
  const std::string file = fs::path(where.file).lexically_normal().string();
  if (file == path) return true;
  const std::string ending = "/" + file;
  if (path.size() >= ending.size() && path.compare(path.size() - ending.size(), ending.size(), ending) == 0) {
    return true;
  }
  return fs::path(where.file).is_relative() &&
         (fs::current_path() / where.file).lexically_normal().string() == path;
}

std::string order_name(int order) {
  return order >= 0 && order <= kSeqCst ? kNames[static_cast<std::size_t>(order)] : "unknown";
}

bool weaker_or_equal(int a, int b) {
  if (a == kConsume) a = kAcquire;
  if (b == kConsume) b = kAcquire;
  if (a == b || a == kRelaxed) return true;
  if (b == kAcqRel) return a == kAcquire || a == kRelease;
  return b == kSeqCst;
}

int part_for(AtomicKind kind, int order) {
  if (kind == AtomicKind::load && order == kRelease) return kRelaxed;
  if (kind == AtomicKind::load && order == kAcqRel) return kAcquire;
  if (kind == AtomicKind::store && order == kAcquire) return kRelaxed;
  if (kind == AtomicKind::store && order == kAcqRel) return kRelease;
  return order;
}

int failure_part(int failure, int order) {
  const int part = part_for(AtomicKind::load, order);
  return weaker_or_equal(part, failure) ? part : failure;
}

std::string in_words(const std::vector<std::string>& weaken, const std::vector<std::string>& drop_lock) {
  std::vector<std::string> parts;
  for (const std::string& text : weaken) {
    const auto equals = text.rfind('=');
    parts.push_back(
        equals == std::string::npos
            ? text
            : fmt::format("the order at {} weakened to {}", text.substr(0, equals), text.substr(equals + 1)));
  }
  for (const std::string& text : drop_lock) parts.push_back(fmt::format("the lock at {} dropped", text));
  std::string words;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    words += (i == 0 ? "with " : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  }
  return words;
}

}  // namespace selvage::report
