#include "files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace selvage::report {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const char* verb, const std::string& path, int error) {
  throw FileError(fmt::format("cannot {} {}: {}", verb, path, std::strerror(error)));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  int close() {
    const int result = ::close(fd_);
    fd_ = -1;
    return result;
  }

 private:
  int fd_;
};

// A link is followed, so that what it points to is replaced and not the link.
std::string target_of(const std::string& path) {
  std::error_code error;
  const fs::path target = fs::weakly_canonical(path, error);
  return error ? path : target.string();
}

// Something that has no content to lose: a device, a pipe.
bool is_special(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

// The permissions of the file that is replaced, or those of a new one.
mode_t mode_for(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    return status.st_mode & 0777;
  }
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

// Creates the temporary file beside `target`; `named` is what the user called it.
int create_beside(const std::string& target, const std::string& named, std::string* temporary) {
  struct stat status {};
  if (::stat(target.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) {
      fail("write", named, EISDIR);
    }
    if (::access(target.c_str(), W_OK) != 0) {  // rename would replace a file that was write-protected
      fail("write", named, errno);
    }
  }
  *temporary = target + ".XXXXXX";
  const int fd = ::mkostemp(temporary->data(), O_CLOEXEC);
  if (fd < 0) {
    fail("write", named, errno);
  }
  return fd;
}

void write_all(int fd, const std::string& content, const std::string& named) {
  for (std::size_t done = 0; done < content.size();) {
    const ssize_t wrote = ::write(fd, content.data() + done, content.size() - done);
    if (wrote < 0 && errno != EINTR) {
      fail("write", named, errno);
    }
    done += wrote > 0 ? static_cast<std::size_t>(wrote) : 0;
  }
}

}  // namespace

std::string read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    fail("read", path, errno);
  }
  std::string content;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got == 0) {
      return content;
    }
    if (got < 0 && errno != EINTR) {
      fail("read", path, errno);
    }
    content.append(buffer, got > 0 ? static_cast<std::size_t>(got) : 0);
  }
}

void write_file(const std::string& path, const std::string& content) {
  if (is_special(path)) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (file.get() < 0) {
      fail("write", path, errno);
    }
    write_all(file.get(), content, path);
    return;
  }
  const std::string target = target_of(path);
  std::string temporary;
  Descriptor file(create_beside(target, path, &temporary));
  try {
    write_all(file.get(), content, path);
    // Some file systems report a full disk only here.
    if (::fchmod(file.get(), mode_for(target)) != 0 || ::fsync(file.get()) != 0 || file.close() != 0 ||
        ::rename(temporary.c_str(), target.c_str()) != 0) {
      fail("write", path, errno);
    }
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

void check_writable(const std::string& path) {
  if (is_special(path)) {
    if (::access(path.c_str(), W_OK) != 0) {
      fail("write", path, errno);
    }
    return;
  }
  std::string temporary;
  const Descriptor file(create_beside(target_of(path), path, &temporary));
  ::unlink(temporary.c_str());
}

}  // namespace selvage::report
