#include "supervise.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <new>

#include "control.hpp"
#include "exit_status.hpp"
#include "fixed_start.hpp"
#include "progress.hpp"
#include "record.hpp"

extern char** environ;

namespace selvage::cli {
namespace {

using report::ControlBlock;

[[noreturn]] void fail(const char* what) { throw Refused(fmt::format("{}: {}", what, std::strerror(errno))); }

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { close(); }
  [[nodiscard]] int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
};

/// The page shared with the child.
class Control {
 public:
  Control() : file_(::memfd_create("selvage-control", MFD_CLOEXEC)) {
    if (file_.get() < 0 || ::ftruncate(file_.get(), sizeof(ControlBlock)) != 0)
      fail("cannot create shared memory");
    void* page = ::mmap(nullptr, sizeof(ControlBlock), PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), 0);
    if (page == MAP_FAILED) fail("cannot map shared memory");
    block_ = new (page) ControlBlock;
  }
  ~Control() { ::munmap(block_, sizeof(ControlBlock)); }
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;
  [[nodiscard]] int fd() const { return file_.get(); }
  [[nodiscard]] ControlBlock* block() const { return block_; }

 private:
  Descriptor file_;
  ControlBlock* block_ = nullptr;
};

// Signal handlers can only reach globals.
ControlBlock* volatile g_control = nullptr;
volatile sig_atomic_t g_interrupts = 0;

// timeout(1) signals its child and then all of its group: what comes so soon is no second interrupt.
constexpr double kOneInterrupt = 0.5;  // seconds
double g_interrupted_at = 0;

void on_interrupt(int) {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const double seconds = static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
  if (g_interrupts == 0) {
    g_interrupts = 1;
    g_interrupted_at = seconds;
  } else if (seconds - g_interrupted_at > kOneInterrupt) {
    g_interrupts = 2;
  }
  if (ControlBlock* control = g_control) control->stop.store(1);
}

class Interrupts {
 public:
  explicit Interrupts(ControlBlock* control) {
    g_interrupts = 0;
    g_control = control;
    struct sigaction action {};
    action.sa_handler = on_interrupt;  // without SA_RESTART: poll must return
    sigemptyset(&action.sa_mask);
    ::sigaction(SIGINT, &action, &old_int_);
    ::sigaction(SIGTERM, &action, &old_term_);
  }
  ~Interrupts() {
    ::sigaction(SIGINT, &old_int_, nullptr);
    ::sigaction(SIGTERM, &old_term_, nullptr);
    g_control = nullptr;
  }
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

 private:
  struct sigaction old_int_ {
  }, old_term_{};
};

std::string preloads(const Layout& layout) {
  std::string list = layout.libselvage;
  for (const std::string& stand_in : {layout.gcc_stand_in, layout.clang_stand_in}) {
    if (std::filesystem::exists(stand_in)) list += ":" + stand_in;
  }
  if (const char* before = std::getenv("LD_PRELOAD"); before != nullptr && *before != '\0') {
    list += std::string(":") + before;
  }
  return list;
}

/// Where the program's memory is to be the same every time, this must take the same room.
std::string options_text(const Child& child) {
  constexpr std::size_t kUnit = 4096;
  std::string text = report::to_json_text(child.options);
  if (child.fixed_start) text.append(kUnit - text.size() % kUnit, ' ');
  return text;
}

std::vector<std::string> environment_for(const Child& child, int result_fd, int control_fd) {
  const std::vector<std::string> ours = {
      "LD_PRELOAD=" + preloads(child.layout),
      std::string(report::kEnvOptions) + "=" + options_text(child),
      fmt::format("{}={:>10}", report::kEnvResultFd, result_fd),
      fmt::format("{}={:>10}", report::kEnvControlFd, control_fd),
      // What the loader writes when it binds a symbol late would be undone with the execution, every time.
      "LD_BIND_NOW=1",
  };
  std::vector<std::string> all;
  std::vector<std::string> before;
  for (char** entry = environ; *entry != nullptr; ++entry) before.emplace_back(*entry);
  for (const std::string& text : child.environment ? *child.environment : before) {
    const auto replaced = [&](const std::string& own) {
      return text.compare(0, own.find('=') + 1, own, 0, own.find('=') + 1) == 0;
    };
    if (std::none_of(ours.begin(), ours.end(), replaced)) all.push_back(text);
  }
  all.insert(all.end(), ours.begin(), ours.end());
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

// In the child, between fork and exec: only what needs no memory. Never returns.
[[noreturn]] void become(const Child& child, char** argv, char** envp, int result_fd, int control_fd,
                         int error_fd, pid_t parent) {
  ::setpgid(0, 0);  // Ctrl-C is for us: we end the search in an orderly way
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // killed before that: it sends no signal any more
  // Equal addresses in every run make runs comparable. Some sandboxes forbid it; nothing depends on it.
  const int current = ::personality(0xffffffff);
  if (current != -1) ::personality(static_cast<unsigned long>(current) | ADDR_NO_RANDOMIZE);
  const int null = ::open("/dev/null", O_RDONLY);
  if (null >= 0 && null != STDIN_FILENO) {
    ::dup2(null, STDIN_FILENO);
    ::close(null);
  }
  ::signal(SIGPIPE, SIG_DFL);  // we ignore it, and exec would hand that on
  if (child.stdout_to_stderr) ::dup2(STDERR_FILENO, STDOUT_FILENO);
  ::fcntl(result_fd, F_SETFD, 0);
  ::fcntl(control_fd, F_SETFD, 0);
  if (!child.fixed_start || ask_for_fixed_start()) ::execve(child.program.c_str(), argv, envp);
  const int error = errno;
  [[maybe_unused]] const ssize_t told = ::write(error_fd, &error, sizeof error);
  ::_exit(127);
}

// Both ends close on exec; become() opens the writing end for the program.
std::pair<Descriptor, Descriptor> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail("cannot create a pipe");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

pid_t start(const Child& child, int result_fd, const Control& control) {
  const int control_fd = control.fd();
  std::vector<std::string> arguments = {child.program};
  arguments.insert(arguments.end(), child.arguments.begin(), child.arguments.end());
  std::vector<std::string> environment = environment_for(child, result_fd, control_fd);
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> envp = pointers(environment);
  auto [error_read, error_write] = make_pipe();
  const pid_t self = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) fail("cannot start a process");
  if (pid == 0) {
    become(child, const_cast<char**>(argv.data()), const_cast<char**>(envp.data()), result_fd, control_fd,
           error_write.get(), self);
  }
  ::setpgid(pid, pid);  // as the child does: whoever comes first
  error_write.close();
  int error = 0;
  if (::read(error_read.get(), &error, sizeof error) == sizeof error) {
    ::waitpid(pid, nullptr, 0);
    const char* how =
        child.fixed_start ? " traced and at fixed addresses, as --checkpoint and --resume need it" : "";
    throw Refused(fmt::format("cannot run {}{}: {}", child.program, how, std::strerror(error)));
  }
  if (child.fixed_start) {
    give_fixed_start(
        pid, [&] { return control.block()->exploring.load() != 0; }, [] { return g_interrupts >= 2; });
  }
  return pid;
}

using Clock = std::chrono::steady_clock;

// Reads the result and reaps the child.
class Watch {
 public:
  Watch(pid_t pid, Descriptor result, ControlBlock* control, bool show_progress)
      : pid_(pid), result_(std::move(result)), control_(control), progress_(show_progress) {}

  ChildEnd run() {
    // A process that outlives the child may hold the pipe open, and a child may close the pipe and live on:
    // it is over when both have ended, or the child has and the pipe is silent.
    while (!reaped_ || (result_.get() >= 0 && Clock::now() - last_heard_ < kSilence)) {
      if (result_.get() >= 0) {
        listen();
      } else {
        ::usleep(1000);
      }
      reap();
      if (g_interrupts >= 2 && !end_.abandoned) {
        end_.abandoned = true;
        ::kill(-pid_, SIGKILL);
      }
      progress_.show(*control_);
    }
    end_.reached = control_->exploring.load() != 0;
    return std::move(end_);
  }

 private:
  static constexpr auto kSilence = std::chrono::seconds(1);

  void listen() {
    pollfd waiting{result_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, reaped_ ? 10 : 100) <= 0) return;
    char buffer[1 << 16];
    const ssize_t got = ::read(result_.get(), buffer, sizeof buffer);
    if (got > 0) {
      end_.record.append(buffer, static_cast<std::size_t>(got));
      last_heard_ = Clock::now();
    } else if (got == 0 || errno != EINTR) {
      result_.close();
    }
  }

  void reap() {
    if (!reaped_ && ::waitpid(pid_, &end_.status, WNOHANG) == pid_) {
      reaped_ = true;
      last_heard_ = Clock::now();
    }
  }

  pid_t pid_;
  Descriptor result_;
  ControlBlock* control_;
  Progress progress_;
  ChildEnd end_;
  bool reaped_ = false;
  Clock::time_point last_heard_ = Clock::now();
};

}  // namespace

ChildEnd run_child(const Child& child) {
  const Control control;
  auto [result_read, result_write] = make_pipe();
  const Interrupts interrupts(control.block());
  const pid_t pid = start(child, result_write.get(), control);
  result_write.close();
  return Watch(pid, std::move(result_read), control.block(), child.show_progress).run();
}

}  // namespace selvage::cli
