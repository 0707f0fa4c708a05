// A saved schedule: everything that is needed to run one execution again. Format: docs/schedules.md.
#pragma once

#include <string>
#include <vector>

#include "files.hpp"
#include "selvage/selvage.hpp"

namespace selvage::report {

struct ScheduleFile {
  std::string program;       ///< absolute path of the executable
  std::string program_hash;  ///< hash_of_file(program) when it was saved
  std::vector<std::string> arguments;
  Races races = Races::stop;
  bool report_leaks = true;
  std::string model = "sc";
  unsigned max_timeouts = 0;
  std::uint64_t max_events = 0;
  std::vector<std::string> expected;           ///< Options::expected
  std::vector<std::string> weaken, drop_lock;  ///< as in Options; the schedule says so, too
  Verdict verdict = Verdict::exhausted;        ///< what the schedule led to
  std::string schedule;                        ///< Violation::schedule
};

/// Why a schedule file was refused, in one sentence that says what to do.
class ScheduleError : public FileError {
 public:
  using FileError::FileError;
};

/// XXH3-128 of the file's content in hexadecimal. Throws FileError.
std::string hash_of_file(const std::string& path);

/// The document; save_schedule writes it to `path`. Throws FileError.
std::string schedule_document(const ScheduleFile& file);
void save_schedule(const std::string& path, const ScheduleFile& file);

/// Throws ScheduleError where the file is unreadable, cut short, something else, too new or corrupted.
ScheduleFile load_schedule(const std::string& path);

/// Throws ScheduleError where the schedule was not saved from this program with these arguments.
void check_schedule_fits(const ScheduleFile& file, const std::string& path, const std::string& program,
                         const std::vector<std::string>& arguments);

}  // namespace selvage::report
