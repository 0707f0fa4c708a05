// How a checkpoint of a stateful search begins: what `selvage run --resume` needs before it starts the
// program.
//
// A fixed part, the head (text), and then what the runtime saved (machine/checkpoint_file.hpp), which only
// the runtime reads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "selvage/selvage.hpp"

namespace selvage::report {

struct CheckpointPrefix {
  static constexpr std::uint64_t kMark = 0x6b6843'76'6c6553;  // "SelvChk"
  static constexpr std::uint64_t kFormat = 2;
  std::uint64_t mark = kMark, format = kFormat;
  std::uint64_t size = 0;                      ///< of the file
  std::uint64_t head_size = 0, head_hash = 0;  ///< XXH3, 64 bits
  std::uint64_t hash_low = 0, hash_high = 0;   ///< of all that follows: XXH3, 128 bits
  std::uint64_t own_hash = 0;                  ///< of all of these, with this one 0
};

/// What was started, and how.
struct CheckpointHead {
  std::vector<std::string> command;      ///< the program's path and its arguments
  std::vector<std::string> environment;  ///< that the program sees
  Options options;  ///< those that decide what the search does; the others are as by default
};

/// The options, without those that may be different when a search goes on.
Options lasting_options(const Options& options);
std::string to_json_text(const CheckpointHead& head);
/// Throws FileError, with one clear sentence, where the file is no checkpoint or its beginning is damaged.
/// What follows the head is for the runtime to check.
CheckpointHead load_checkpoint_head(const std::string& path);
std::uint64_t hash_of_prefix(CheckpointPrefix prefix);

}  // namespace selvage::report
