// Address space for growing arrays: pages are there once they are touched, nothing ever moves, and forked
// processes may share what is in them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace selvage::state {

enum class Sharing : std::uint8_t {
  own,    ///< a forked process has a copy of its own
  shared  ///< all forked processes see the same bytes
};

/// Zero-filled room for `T`s, which must be content with being zero-filled and never destroyed.
template <typename T>
class Room {
 public:
  Room() = default;
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;
  ~Room() { release(); }
  /// Room for `most`, or for fewer where the system has not as much address space. Ends the process where it
  /// has none.
  void reserve(std::size_t most, Sharing sharing);
  /// Everything is zero again.
  void wipe();
  void release();
  [[nodiscard]] T* data() const { return data_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  T& operator[](std::size_t index) const { return data_[index]; }

 private:
  T* data_ = nullptr;
  std::size_t capacity_ = 0;
  Sharing sharing_ = Sharing::own;
};

/// The bytes that Room is made of; *bytes is reduced to what there is.
void* reserve_bytes(std::size_t* bytes, Sharing sharing);
/// Says that there is no more to be had, and ends the process.
[[noreturn]] void no_room();
void wipe_bytes(void* at, std::size_t bytes, Sharing sharing);
void release_bytes(void* at, std::size_t bytes);

template <typename T>
void Room<T>::reserve(std::size_t most, Sharing sharing) {
  release();
  std::size_t bytes = most * sizeof(T);
  data_ = static_cast<T*>(reserve_bytes(&bytes, sharing));
  capacity_ = bytes / sizeof(T);
  sharing_ = sharing;
}

template <typename T>
void Room<T>::wipe() {
  if (data_ != nullptr) wipe_bytes(data_, capacity_ * sizeof(T), sharing_);
}

template <typename T>
void Room<T>::release() {
  if (data_ != nullptr) release_bytes(data_, capacity_ * sizeof(T));
  data_ = nullptr;
  capacity_ = 0;
}

}  // namespace selvage::state
