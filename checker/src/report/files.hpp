// Reading and writing whole files without losing any.
#pragma once

#include <stdexcept>
#include <string>

namespace selvage::report {

/// One clear sentence, meant for the user.
class FileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws FileError where the file cannot be read.
std::string read_file(const std::string& path);

/// Writes a temporary file beside `path` and renames it: `path` holds the old content or the new, never a
/// part. Devices and pipes are written to directly. Throws FileError.
void write_file(const std::string& path, const std::string& content);

/// Throws FileError where write_file would fail; changes nothing.
void check_writable(const std::string& path);

}  // namespace selvage::report
