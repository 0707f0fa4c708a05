// What tests tell the runtime by its environment.
#pragma once

#include <cstdlib>

/// For as long as it lives, the environment has this.
class Setting {
 public:
  explicit Setting(const char* name, const char* value = "1") : name_(name) { setenv(name, value, 1); }
  ~Setting() { unsetenv(name_); }
  Setting(const Setting&) = delete;
  Setting& operator=(const Setting&) = delete;

 private:
  const char* name_;
};
