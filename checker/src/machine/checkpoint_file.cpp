#include "machine/checkpoint_file.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "machine/raw_syscall.hpp"
#include "report/checkpoint_head.hpp"

namespace selvage::machine {

namespace {

using report::CheckpointPrefix;

constexpr std::size_t kBuffer = 1 << 20;
constexpr std::size_t kMostAtOnce = 1 << 30;  // a little less than the kernel writes by one call

long open_file(const std::string& path, int flags) {
  constexpr long kOwnersOnly = 0600;  // the environment may hold secrets
  return raw_syscall(SYS_openat, AT_FDCWD, reinterpret_cast<long>(path.c_str()), flags | O_CLOEXEC,
                     kOwnersOnly);
}

}  // namespace

struct CheckpointWriter::Hash {
  XXH3_state_t state;
};

CheckpointWriter::CheckpointWriter(const std::string& path, const std::string& head)
    : path_(path), temporary_(path + ".new"), head_(head), hash_(std::make_unique<Hash>()) {
  file_ = open_file(temporary_, O_WRONLY | O_CREAT | O_TRUNC);
  check(file_);
  XXH3_128bits_reset(&hash_->state);
  buffer_.reserve(kBuffer);
  const CheckpointPrefix later{};
  put(&later, sizeof later);
  write(head_.data(), head_.size());
}

CheckpointWriter::~CheckpointWriter() {
  if (file_ < 0) return;
  raw_syscall(SYS_close, file_);
  raw_syscall(SYS_unlink, reinterpret_cast<long>(temporary_.c_str()));
}

void CheckpointWriter::check(long result) const {
  if (result >= 0) return;
  throw CheckpointError("cannot write the checkpoint " + path_ + ": " +
                        std::string(strerrordesc_np(static_cast<int>(-result))));
}

void CheckpointWriter::put(const void* bytes, std::size_t size) {
  const auto* from = static_cast<const unsigned char*>(bytes);
  size_ += size;
  while (size != 0) {
    const long written = raw_syscall(SYS_write, file_, reinterpret_cast<long>(from),
                                     static_cast<long>(std::min(size, kMostAtOnce)));
    if (written == -EINTR) continue;
    check(written);
    if (written == 0) check(-ENOSPC);
    from += written;
    size -= static_cast<std::size_t>(written);
  }
}

void CheckpointWriter::flush() {
  XXH3_128bits_update(&hash_->state, buffer_.data(), buffer_.size());
  put(buffer_.data(), buffer_.size());
  buffer_.clear();
}

void CheckpointWriter::write(const void* bytes, std::size_t size) {
  if (buffer_.size() + size > kBuffer) flush();
  if (size > kBuffer) {
    XXH3_128bits_update(&hash_->state, bytes, size);
    put(bytes, size);
    return;
  }
  const auto* from = static_cast<const unsigned char*>(bytes);
  buffer_.insert(buffer_.end(), from, from + size);
}

void CheckpointWriter::commit() {
  flush();
  const XXH128_hash_t hash = XXH3_128bits_digest(&hash_->state);
  CheckpointPrefix prefix;
  prefix.size = size_;
  prefix.head_size = head_.size();
  prefix.head_hash = XXH3_64bits(head_.data(), head_.size());
  prefix.hash_low = hash.low64;
  prefix.hash_high = hash.high64;
  prefix.own_hash = report::hash_of_prefix(prefix);
  const long written = raw_syscall(SYS_pwrite64, file_, reinterpret_cast<long>(&prefix), sizeof prefix, 0);
  check(written == sizeof prefix ? 0 : written < 0 ? written : -ENOSPC);
  check(raw_syscall(SYS_fsync, file_));
  const long file = file_;
  file_ = -1;
  check(raw_syscall(SYS_close, file));
  check(raw_syscall(SYS_rename, reinterpret_cast<long>(temporary_.c_str()),
                    reinterpret_cast<long>(path_.c_str())));
  // That it has its name now is on the disk with the directory.
  const auto slash = path_.rfind('/');
  const long directory =
      open_file(slash == std::string::npos ? "." : path_.substr(0, slash + 1), O_RDONLY | O_DIRECTORY);
  if (directory < 0) return;
  raw_syscall(SYS_fsync, directory);
  raw_syscall(SYS_close, directory);
}

CheckpointReader::CheckpointReader(const std::string& path) : path_(path), buffer_(kBuffer) {
  file_ = open_file(path_, O_RDONLY);
  if (file_ < 0)
    throw CheckpointError("cannot read the checkpoint " + path_ + ": " +
                          std::string(strerrordesc_np(static_cast<int>(-file_))));
  CheckpointPrefix prefix;
  if (get(&prefix, sizeof prefix) != sizeof prefix || prefix.mark != CheckpointPrefix::kMark ||
      prefix.format != CheckpointPrefix::kFormat || prefix.own_hash != report::hash_of_prefix(prefix) ||
      prefix.head_size > prefix.size) {
    damaged();
  }
  const auto hash = std::make_unique<XXH3_state_t>();
  XXH3_128bits_reset(hash.get());
  std::uint64_t size = sizeof prefix;
  for (std::size_t more = 0; (more = get(buffer_.data(), buffer_.size())) != 0; size += more) {
    XXH3_128bits_update(hash.get(), buffer_.data(), more);
  }
  const XXH128_hash_t digest = XXH3_128bits_digest(hash.get());
  if (size != prefix.size || digest.low64 != prefix.hash_low || digest.high64 != prefix.hash_high) damaged();
  raw_syscall(SYS_lseek, file_, sizeof prefix, SEEK_SET);
  head_.resize(prefix.head_size);
  read(head_.data(), head_.size());
}

CheckpointReader::~CheckpointReader() {
  if (file_ >= 0) raw_syscall(SYS_close, file_);
}

void CheckpointReader::damaged() const {
  throw CheckpointError("the checkpoint " + path_ + " is cut short or damaged");
}

/// As many as there are, at most `size`.
std::size_t CheckpointReader::get(void* bytes, std::size_t size) {
  auto* to = static_cast<unsigned char*>(bytes);
  std::size_t done = 0;
  while (done < size) {
    const long got = raw_syscall(SYS_read, file_, reinterpret_cast<long>(to + done),
                                 static_cast<long>(std::min(size - done, kMostAtOnce)));
    if (got == -EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void CheckpointReader::read(void* bytes, std::size_t size) {
  auto* to = static_cast<unsigned char*>(bytes);
  while (size != 0) {
    if (next_ == end_) {
      if (size >= kBuffer) {
        if (get(to, size) != size) damaged();
        return;
      }
      next_ = 0;
      end_ = get(buffer_.data(), kBuffer);
      if (end_ == 0) damaged();
    }
    const std::size_t now = std::min(size, end_ - next_);
    std::memcpy(to, buffer_.data() + next_, now);
    to += now;
    next_ += now;
    size -= now;
  }
}

}  // namespace selvage::machine
