// One list of what belongs to a state, for writing and for reading: `archive(a)(b)` copies scalars, list() vectors.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

namespace selvage::state {

class Writer {
 public:
  template <typename T>
  Writer& operator()(const T& value) {
    static_assert(std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>,
                  "holes would make equal states differ");
    add(&value, sizeof value);
    return *this;
  }
  Writer& operator()(const std::string& text) {
    (*this)(static_cast<std::uint64_t>(text.size()));
    add(text.data(), text.size());
    return *this;
  }
  template <typename T, typename Each>
  void list(const std::vector<T>& items, Each each) {
    (*this)(static_cast<std::uint64_t>(items.size()));
    for (const T& item : items) each(*this, const_cast<T&>(item));
  }
  void clear() { size_ = 0; }
  [[nodiscard]] const unsigned char* data() const { return bytes_.data(); }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  void add(const void* from, std::size_t size) {
    if (size_ + size > bytes_.size()) [[unlikely]] bytes_.resize(2 * (size_ + size) + 4096);
    std::memcpy(bytes_.data() + size_, from, size);
    size_ += size;
  }
  std::vector<unsigned char> bytes_;
  std::size_t size_ = 0;  ///< in use
};

class Reader {
 public:
  explicit Reader(const unsigned char* from) : at_(from) {}
  template <typename T>
  Reader& operator()(T& value) {
    std::memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    return *this;
  }
  Reader& operator()(std::string& text) {
    std::uint64_t size = 0;
    (*this)(size);
    text.assign(reinterpret_cast<const char*>(at_), size);
    at_ += size;
    return *this;
  }
  template <typename T, typename Each>
  void list(std::vector<T>& items, Each each) {
    std::uint64_t size = 0;
    (*this)(size);
    items.resize(size);
    for (T& item : items) each(*this, item);
  }
  [[nodiscard]] const unsigned char* at() const { return at_; }

 private:
  const unsigned char* at_;
};

}  // namespace selvage::state
