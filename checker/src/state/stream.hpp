// Where bytes go to, or come from, that outlive the process.
#pragma once

#include <cstddef>
#include <type_traits>

namespace selvage::state {

class Sink {
 public:
  virtual void write(const void* bytes, std::size_t size) = 0;
  template <typename T>
  void value(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    write(&value, sizeof value);
  }

 protected:
  ~Sink() = default;
};

class Source {
 public:
  /// Throws where there are not so many.
  virtual void read(void* bytes, std::size_t size) = 0;
  template <typename T>
  T value() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    read(&value, sizeof value);
    return value;
  }

 protected:
  ~Source() = default;
};

}  // namespace selvage::state
