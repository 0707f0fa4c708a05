// The file that a checkpoint is saved in: written beside the last one, which it takes the place of once all
// of it is on the disk; and read only after all of it was found to be as it was written.
//
// Only system calls of the runtime's own: the program's side of the C library is to stay as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "state/stream.hpp"

namespace selvage::machine {

/// One clear sentence, meant for the user.
class CheckpointError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class CheckpointWriter final : public state::Sink {
 public:
  /// Begins a file that will be `path`, with the head that report::CheckpointPrefix speaks of. Throws
  /// CheckpointError, as the others do.
  CheckpointWriter(const std::string& path, const std::string& head);
  ~CheckpointWriter();
  CheckpointWriter(const CheckpointWriter&) = delete;
  CheckpointWriter& operator=(const CheckpointWriter&) = delete;
  void write(const void* bytes, std::size_t size) override;
  /// It is complete: from now on it is `path`.
  void commit();

 private:
  struct Hash;
  void put(const void* bytes, std::size_t size);
  void check(long result) const;
  void flush();
  std::string path_, temporary_;
  std::string head_;
  long file_ = -1;
  std::uint64_t size_ = 0;
  std::vector<unsigned char> buffer_;
  std::unique_ptr<Hash> hash_;
};

class CheckpointReader final : public state::Source {
 public:
  /// Throws CheckpointError where the file is not whole.
  explicit CheckpointReader(const std::string& path);
  ~CheckpointReader();
  CheckpointReader(const CheckpointReader&) = delete;
  CheckpointReader& operator=(const CheckpointReader&) = delete;
  [[nodiscard]] const std::string& head() const { return head_; }
  /// Throws CheckpointError where the file has no more.
  void read(void* bytes, std::size_t size) override;

 private:
  std::size_t get(void* bytes, std::size_t size);
  [[noreturn]] void damaged() const;
  std::string path_, head_;
  long file_ = -1;
  std::vector<unsigned char> buffer_;
  std::size_t next_ = 0, end_ = 0;  ///< in the buffer
};

}  // namespace selvage::machine
