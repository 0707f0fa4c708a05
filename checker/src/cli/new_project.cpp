#include "new_project.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "exit_status.hpp"
#include "layout.hpp"
#include "shell.hpp"

namespace selvage::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPlaceholder = "my_audit";  // the name of the project in the template
constexpr std::size_t kLongestName = 64;

struct File {
  fs::path path;  // relative to the project
  std::string text;
};

std::string without_slashes_at_end(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

void replace_all(std::string& text, const std::string& old, const std::string& fresh) {
  for (std::size_t at = 0; (at = text.find(old, at)) != std::string::npos; at += fresh.size()) {
    text.replace(at, old.size(), fresh);
  }
}

// Everything is read before anything is written.
std::vector<File> read_template(const fs::path& directory, const std::string& name) {
  std::vector<File> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    if (!at->is_regular_file()) continue;
    std::ifstream in(at->path(), std::ios::binary);
    File file{at->path().lexically_relative(directory), {std::istreambuf_iterator<char>(in), {}}};
    if (!in) throw Refused(fmt::format("cannot read {}", at->path().string()));
    replace_all(file.text, kPlaceholder, name);
    files.push_back(std::move(file));
  }
  if (error || files.empty()) {
    throw Refused(
        fmt::format("{} is missing: this installation of Selvage is incomplete", directory.string()));
  }
  return files;
}

// The new project's directory. Until keep() is called, whatever was made in it goes away again.
class NewProject {
 public:
  explicit NewProject(fs::path root) : root_(std::move(root)) {}
  ~NewProject() {
    std::error_code ignored;
    if (!kept_)
      std::for_each(made_.rbegin(), made_.rend(), [&](const fs::path& p) { fs::remove(p, ignored); });
  }
  NewProject(const NewProject&) = delete;
  NewProject& operator=(const NewProject&) = delete;

  void make() {
    make_directory(root_);
    std::error_code error;
    const bool empty = fs::is_empty(root_, error);
    if (error) refuse(root_, error.message());
    if (!empty) throw Refused(fmt::format("{} exists and is not empty", root_.string()));
  }
  void add(const File& file) {
    fs::path directory = root_;
    for (const fs::path& part : file.path.parent_path()) make_directory(directory /= part);
    const fs::path path = root_ / file.path;
    std::FILE* out = std::fopen(path.c_str(), "wxe");  // x: never over another file
    if (out == nullptr) refuse(path, std::strerror(errno));
    made_.push_back(path);
    const bool written = std::fwrite(file.text.data(), 1, file.text.size(), out) == file.text.size();
    const int why = errno;
    if (std::fclose(out) != 0) refuse(path, std::strerror(errno));
    if (!written) refuse(path, std::strerror(why));
  }
  void keep() { kept_ = true; }

 private:
  [[noreturn]] static void refuse(const fs::path& path, const std::string& why) {
    throw Refused(fmt::format("cannot create {}: {}", path.string(), why));
  }
  void make_directory(const fs::path& path) {
    std::error_code error;
    if (fs::is_directory(path, error)) return;
    if (fs::exists(fs::symlink_status(path, error))) {
      throw Refused(fmt::format("{} exists and is not a directory", path.string()));
    }
    if (!fs::create_directory(path, error)) refuse(path, error.message());
    made_.push_back(path);
  }

  fs::path root_;
  std::vector<fs::path> made_;
  bool kept_ = false;
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// Whether CMake comes to this installation, and to no other one before it.
bool cmake_finds(const Layout& layout) {
  const fs::path config = fs::path(layout.package_dir) / "selvageConfig.cmake";
  const fs::path inside = config.lexically_relative(layout.prefix);
  for (const fs::path prefix : default_prefixes(environment("CMAKE_PREFIX_PATH"), environment("PATH"))) {
    std::error_code error;
    if (fs::exists(prefix / inside, error)) return fs::equivalent(prefix / inside, config, error);
  }
  return false;
}

void print_next(const std::string& path, std::size_t files, const Layout& layout) {
  fmt::print("{}: {} files. README.md says what they are for. Next:\n\n", path, files);
  fmt::print("    {}\n", shell_line({"cd", path.front() == '-' ? "./" + path : path}));
  if (!cmake_finds(layout)) {
    fmt::print("    {}\n", shell_line({"cmake", "--preset", "gcc", "-DCMAKE_PREFIX_PATH=" + layout.prefix}));
  }
  fmt::print("    cmake --workflow --preset gcc\n\n");
  fmt::print("The last one builds it and runs its tests. For clang++ the preset is clang.\n");
}

class NewHelp : public CLI::Formatter {
 public:
  NewHelp() { column_width(12); }
  std::string make_usage(const CLI::App*, std::string) const override { return "Usage: selvage new NAME\n"; }
  std::string make_option_opts(const CLI::Option*) const override { return ""; }
};

}  // namespace

std::string project_name(const std::string& path) {
  const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const std::string whole = without_slashes_at_end(path);
  std::string name = whole.substr(whole.rfind('/') + 1);  // npos + 1 is 0
  const bool good = !name.empty() && name.size() <= kLongestName &&
                    letters.find(name.front()) != std::string::npos &&
                    name.find_first_not_of(letters + "_-+.") == std::string::npos;
  if (!good) {
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
    throw Refused(
        fmt::format("'{}' cannot name a project: a name is up to {} letters, digits and any of _ - + . and "
                    "begins with a letter or digit",
                    name, kLongestName));
  }
  return name;
}

std::vector<std::string> default_prefixes(const std::string& cmake_prefix_path, const std::string& path) {
  std::vector<std::string> prefixes;
  std::istringstream given(cmake_prefix_path), programs(path);
  for (std::string prefix; std::getline(given, prefix, ':');) {
    if (!prefix.empty()) prefixes.push_back(prefix);
  }
  for (std::string word; std::getline(programs, word, ':');) {
    if (word.empty()) continue;
    const fs::path directory = without_slashes_at_end(word);
    const bool programs_only = directory.filename() == "bin" || directory.filename() == "sbin";
    prefixes.push_back(programs_only ? directory.parent_path().string() : directory.string());
  }
  for (const char* system : {"/usr/local", "/usr", "/"}) prefixes.emplace_back(system);
  return prefixes;
}

CLI::App* add_new_command(CLI::App& app, std::string* path) {
  CLI::App* command = app.add_subcommand("new",
                                         "Write a small project of your own: a racy and a fixed form of "
                                         "something, and tests of both");
  command->formatter(std::make_shared<NewHelp>());
  command
      ->add_option("NAME", *path,
                   "The directory to make; its last part, up to 64 letters, digits and any of\n"
                   "_ - + . is the name of the project too. It must not exist, or be empty")
      ->required();
  command->footer(
      "Prints the commands that build the project and run its tests.\n"
      "Exit status: 0 written, 3 refused, and then nothing has changed.");
  return command;
}

int new_command(const std::string& given) {
  const std::string name = project_name(given);
  const std::string path = without_slashes_at_end(given);
  const Layout layout = find_layout();
  if (!fs::exists(fs::path(layout.package_dir) / "selvageConfig.cmake")) {
    throw Refused(fmt::format("{} has no selvageConfig.cmake: this installation of Selvage is incomplete",
                              layout.package_dir));
  }
  const std::vector<File> files = read_template(layout.template_dir, name);
  NewProject project(path);
  project.make();
  for (const File& file : files) project.add(file);
  project.keep();
  print_next(path, files.size(), layout);
  return 0;
}

}  // namespace selvage::cli
