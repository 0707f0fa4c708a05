// What several tests of this folder need.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "process.hpp"

namespace selvage::testing_support {

namespace fs = std::filesystem;

/// A directory of the test's own, removed at its end.
class ScratchDir {
 public:
  ScratchDir() {
    path_ = fs::temp_directory_path().string() + "/selvage-test-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no scratch directory");
    path_ = fs::canonical(path_).string();
  }
  ~ScratchDir() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchDir(const ScratchDir&) = delete;
  ScratchDir& operator=(const ScratchDir&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

inline std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Runs a shell command; stdout and stderr together go to `output`.
inline int shell(const std::string& command, std::string* output = nullptr) {
  std::string ignored;
  return cli::run_process({"/bin/sh", "-c", "{ " + command + "\n} 2>&1"},
                          output != nullptr ? output : &ignored);
}

inline bool have(const std::string& program) { return shell("command -v " + program) == 0; }

}  // namespace selvage::testing_support
