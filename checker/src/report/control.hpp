// The page of memory that the explored process shares with its parent: progress one way, stop the other.
#pragma once

#include <atomic>
#include <cstdint>

namespace selvage::report {

struct ControlBlock {
  static constexpr std::uint64_t kMagic = 0x53656c7661676531;  // "Selvage1"
  std::uint64_t magic = kMagic;
  std::atomic<std::uint32_t> stop{0};       ///< parent: end the search after this execution
  std::atomic<std::uint32_t> exploring{0};  ///< child: the runtime has taken the program over
  std::atomic<std::uint64_t> executions{0};
  std::atomic<std::uint64_t> blocked{0};
  std::atomic<std::uint64_t> events{0};
  std::atomic<std::uint64_t> violations{0};
  std::atomic<double> covered{
      -1};  ///< an estimate of the part of the search that is done; below 0: there is none
  // A stateful search:
  std::atomic<std::uint64_t> states{0};   ///< met so far
  std::atomic<std::uint64_t> waiting{0};  ///< of these, those whose steps have not been taken yet
};

// How `selvage run` speaks to the runtime inside the program it starts.
inline constexpr const char* kEnvOptions = "SELVAGE_OPTIONS";       ///< report::to_json_text(Options)
inline constexpr const char* kEnvResultFd = "SELVAGE_RESULT_FD";    ///< pipe that takes the RawResult JSON
inline constexpr const char* kEnvControlFd = "SELVAGE_CONTROL_FD";  ///< memfd holding a ControlBlock

}  // namespace selvage::report
