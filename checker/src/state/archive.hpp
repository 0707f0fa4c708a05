// One list of what belongs to a state, for writing and for reading: `archive(a)(b)` copies scalars, list()
// vectors.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

namespace selvage::state {

/// A Writer's place, for a stretch whose room was made sure of before: kept in a register while it is not
/// handed on.
class Cursor {
 public:
  explicit Cursor(unsigned char* at) : at_(at) {}
  template <typename T>
  [[gnu::always_inline]] Cursor& operator()(const T& value) {
    static_assert(std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>,
                  "holes would make equal states differ");
    __builtin_memcpy(at_, &value, sizeof value);
    at_ += sizeof value;
    return *this;
  }
  template <typename T>
  [[gnu::always_inline]] void array(const T* items, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) __builtin_memcpy(at_ + i * sizeof(T), items + i, sizeof(T));
    at_ += count * sizeof(T);
  }
  [[nodiscard]] unsigned char* at() const { return at_; }

 private:
  unsigned char* at_;
};

class Writer {
 public:
  template <typename T>
  Writer& operator()(const T& value) {
    static_assert(std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>,
                  "holes would make equal states differ");
    make_room(sizeof value);
    __builtin_memcpy(at_, &value, sizeof value);
    at_ += sizeof value;
    return *this;
  }
  Writer& operator()(const std::string& text) {
    (*this)(static_cast<std::uint64_t>(text.size()));
    add(text.data(), text.size());
    return *this;
  }
  /// Room for `size` bytes, to be written through a Cursor ...
  [[nodiscard]] Cursor begin(std::size_t size) {
    make_room(size);
    return Cursor(at_);
  }
  /// ... which came this far.
  void end(const Cursor& cursor) { at_ = cursor.at(); }
  void clear() { at_ = bytes_.data(); }
  [[nodiscard]] const unsigned char* data() const { return bytes_.data(); }
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(at_ - bytes_.data()); }

 private:
  void make_room(std::size_t size) {
    if (size <= static_cast<std::size_t>(bytes_.data() + bytes_.size() - at_)) [[likely]]
      return;
    const std::size_t used = this->size();
    bytes_.resize(2 * (used + size) + 4096);
    at_ = bytes_.data() + used;
  }
  void add(const void* from, std::size_t size) {
    make_room(size);
    std::memcpy(at_, from, size);
    at_ += size;
  }
  std::vector<unsigned char> bytes_;
  unsigned char* at_ = bytes_.data();  ///< the next goes here
};

class Reader {
 public:
  explicit Reader(const unsigned char* from) : at_(from) {}
  template <typename T>
  [[gnu::always_inline]] Reader& operator()(T& value) {
    __builtin_memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    return *this;
  }
  template <typename T>
  [[gnu::always_inline]] void array(T* items, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) __builtin_memcpy(items + i, at_ + i * sizeof(T), sizeof(T));
    at_ += count * sizeof(T);
  }
  Reader& operator()(std::string& text) {
    std::uint64_t size = 0;
    (*this)(size);
    text.assign(reinterpret_cast<const char*>(at_), size);
    at_ += size;
    return *this;
  }
  [[nodiscard]] const unsigned char* at() const { return at_; }

 private:
  const unsigned char* at_;
};

}  // namespace selvage::state
