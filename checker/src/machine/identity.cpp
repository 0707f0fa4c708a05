// What a search's process must have in common with another that is to go on from its checkpoint, and what the
// explorer adds to a checkpoint.
#include <fcntl.h>
#include <sys/syscall.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstdio>

#include "machine/explorer.hpp"
#include "machine/modules.hpp"
#include "machine/raw_syscall.hpp"
#include "report/checkpoint_head.hpp"

namespace selvage::machine {

namespace {

std::string hex(const XXH128_hash_t& hash) {
  char text[40];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return text;
}

std::string hex(std::uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof text, "%llx", static_cast<unsigned long long>(value));
  return text;
}

std::string hash_of_file(const std::string& path) {
  const long file =
      raw_syscall(SYS_openat, AT_FDCWD, reinterpret_cast<long>(path.c_str()), O_RDONLY | O_CLOEXEC);
  if (file < 0) return "none";
  const auto state = std::make_unique<XXH3_state_t>();
  XXH3_128bits_reset(state.get());
  std::vector<unsigned char> buffer(1 << 18);
  for (long got = 0; (got = raw_syscall(SYS_read, file, reinterpret_cast<long>(buffer.data()),
                                        static_cast<long>(buffer.size()))) > 0;) {
    XXH3_128bits_update(state.get(), buffer.data(), static_cast<std::size_t>(got));
  }
  raw_syscall(SYS_close, file);
  return hex(XXH3_128bits_digest(state.get()));
}

}  // namespace

/// Lines, each of what it is about, a colon, and what must be the same: the objects that are loaded and
/// where, the bytes in their data and in libc's heap, and what was asked for.
std::string Explorer::identity() const {
  std::string text;
  for (const report::Module& module : loaded_modules()) {
    text += module.path + ": " + hex(module.base) + " " + hash_of_file(module.path) + "\n";
  }
  for (const Segments::Range& range : g.segments.ranges()) {
    const auto hash = XXH3_128bits(reinterpret_cast<const void*>(range.low), range.high - range.low);
    text += "memory at 0x" + hex(range.low) + ": " + hex(range.high - range.low) + " " + hex(hash) + "\n";
  }
  const std::string head =
      report::to_json_text(report::CheckpointHead{job_.command, job_.environment, job_.options});
  text += "what was started: " + hex(XXH3_128bits(head.data(), head.size())) + "\n";
  return text;
}

SearchHost::Saving Explorer::saving() {
  return {[this](state::Writer& to) {
            to(std::bit_cast<std::uint64_t>(seconds_before_ + g.budget.elapsed()));
            write_part(to);
          },
          [this](state::Reader& from) {
            executions_ = blocked_ = bounded_ = g.total_events = 0;
            outcomes_.clear();
            found_.clear();
            std::uint64_t seconds = 0;
            from(seconds);
            seconds_before_ = std::bit_cast<double>(seconds);
            add_part(from);
          },
          [this] {
            return report::to_json_text(report::CheckpointHead{job_.command, job_.environment, job_.options});
          },
          [this] { return identity_; },
          [this](const std::string& why) {
            refused_ = why;
            stopped_ = true;
          },
          [this](const std::string& what) { why_stopped_ += (why_stopped_.empty() ? "" : "; ") + what; }};
}

}  // namespace selvage::machine
