#include "print.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstring>

#include "exit_status.hpp"

namespace selvage::cli {

std::size_t columns_of(int fd) {
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void print(std::FILE* to, const std::string& text, const char* what) {
  if (std::fwrite(text.data(), 1, text.size(), to) != text.size() || std::fflush(to) != 0) {
    if (errno == EPIPE) return;  // the reader has seen enough
    throw Refused(fmt::format("cannot write {}: {}", what, std::strerror(errno)));
  }
}

void say(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace selvage::cli
