#include "cxx_plan.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>

#include "elf_inspect.hpp"
#include "exit_status.hpp"

namespace selvage::cli {
namespace {

namespace fs = std::filesystem;
using Kind = CxxWord::Kind;
using Words = std::vector<std::string>;

void append(Words* to, const Words& from) { to->insert(to->end(), from.begin(), from.end()); }

// Before the user's words, so that the user's win.
//   -fno-inline             reports can name every function of the source
//   auto-var-init           no stale values in dead stack slots: equal states look equal
//   instrumented_strings    std::string's functions are instantiated, and so instrumented, in the program
//   -Og                     plainer optimisers fold a loop of increments into one addition
//   ...func-entry-exit      call stacks are read from the stacks themselves: these calls would do nothing
//   -fno-optimize-sibling   so that every caller is there to be read
Words compile_flags(const CxxArguments& arguments, const Toolchain& toolchain, const Layout& layout) {
  Words flags{"-g", "-fsanitize=thread", "-fno-inline", "-fno-omit-frame-pointer",
              "-fno-optimize-sibling-calls"};
  if (toolchain.clang || toolchain.major >= 12) flags.emplace_back("-ftrivial-auto-var-init=zero");
  if (toolchain.clang && toolchain.major < 16) {
    flags.emplace_back("-enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang");
  }
  // Nor does it load whole vectors of structs for one member of each: other members would look as if they were read.
  if (toolchain.clang) {
    append(&flags, {"-mllvm", "-tsan-instrument-func-entry-exit=0", "-mllvm",
                    "-enable-interleaved-mem-accesses=false"});
  } else if (toolchain.major >= 12) {
    flags.emplace_back("--param=tsan-instrument-func-entry-exit=0");
  }
  // g++ puts code of its own in place of memcpy(), sprintf() and their like, where it knows sizes, and instruments none of it.
  // Its warning is about atomic_thread_fence, which Selvage knows.
  if (!toolchain.clang) append(&flags, {"-fno-builtin", "-Wno-tsan"});
  // Both leave accesses out of what they instrument: checker/gcc_plugin and checker/clang_plugin.
  // (ccache looks at what is in a plugin that it is told of by -fplugin, which makes no difference to clang.)
  if (toolchain.takes_plugin) {
    const std::string& plugin = toolchain.clang ? layout.clang_plugin : layout.gcc_plugin;
    flags.push_back("-fplugin=" + plugin);
    if (toolchain.clang) flags.push_back("-fpass-plugin=" + plugin);
  }
  if (!arguments.optimises) flags.emplace_back("-Og");
  if (!layout.include_dir.empty()) {
    append(&flags, {"-isystem", layout.include_dir, "-include", "selvage/instrumented_strings.hpp"});
  }
  return flags;
}

// "-fsanitize=thread,undefined" -> "-fsanitize=undefined"; empty where nothing is left.
std::string without_thread(const std::string& option) {
  constexpr std::string_view kOption = "-fsanitize=";
  if (option.compare(0, kOption.size(), kOption) != 0) return option;
  std::string kept;
  for (std::size_t begin = kOption.size(); begin <= option.size();) {
    const std::size_t end = std::min(option.find(',', begin), option.size());
    const std::string name = option.substr(begin, end - begin);
    if (name != "thread") kept += (kept.empty() ? "" : ",") + name;
    begin = end + 1;
  }
  return kept.empty() ? kept : std::string(kOption) + kept;
}

// Link-time code generation would instrument, or not, at a link that knows nothing of -fsanitize=thread.
bool is_lto(const std::string& option) { return option.rfind("-flto", 0) == 0; }

Words compile_command(const CxxArguments& arguments, const CxxWord& source, const Toolchain& toolchain,
                      const Layout& layout, const std::string& object) {
  Words command = toolchain.command;
  append(&command, compile_flags(arguments, toolchain, layout));
  for (const CxxWord& item : arguments.items) {
    if ((item.kind == Kind::other && !is_lto(item.words.front())) || item.kind == Kind::compile_only) {
      append(&command, item.words);
    }
  }
  if (arguments.dependencies) {
    // Named after the object, they would land in the temporary directory.
    const fs::path output = arguments.output.empty() ? "a.out" : arguments.output;
    const fs::path file = output.parent_path() / (fs::path(source.words.front()).stem().string() + ".d");
    append(&command, {"-MF", file.string(), "-MT", output.string()});
  }
  if (toolchain.clang) command.emplace_back("-Qunused-arguments");
  if (!source.language.empty()) append(&command, {"-x", source.language});
  append(&command, source.words);
  append(&command, {"-c", "-o", object});
  return command;
}

Words link_command(const CxxArguments& arguments, const Words& objects, const Toolchain& toolchain,
                   const Layout& layout) {
  Words command = toolchain.command;
  // First of all libraries, so that its pthread functions are found before the C library's; also where the
  // linker would drop a library that nothing before it needs.
  append(&command,
         {"-Wl,--push-state,--no-as-needed", layout.libselvage, "-Wl,--pop-state",
          "-Wl,-rpath," + layout.library_dir, fmt::format("-Wl,--defsym={}=1", kStringsInstrumented)});
  if (toolchain.clang) command.emplace_back("-Qunused-arguments");
  auto object = objects.begin();
  for (const CxxWord& item : arguments.items) {
    if (item.kind == Kind::source) {
      command.push_back(*object++);
      continue;
    }
    const std::string& word = item.words.front();
    const bool names_runtime =
        word == "-static-libtsan" || word == "-static-libsan" || word == "-shared-libsan";
    if (item.kind == Kind::language || item.kind == Kind::compile_only || names_runtime || is_lto(word))
      continue;
    if (item.words.size() > 1) {
      append(&command, item.words);
    } else if (std::string kept = without_thread(word); !kept.empty()) {
      command.push_back(std::move(kept));
    }
  }
  return command;
}

}  // namespace

CxxPlan plan_cxx(const CxxArguments& arguments, const Toolchain& toolchain, const Layout& layout,
                 const std::string& temporary_dir) {
  CxxPlan plan;
  if (!arguments.has_inputs()) {
    Words command = toolchain.command;  // a question such as --version
    for (const CxxWord& item : arguments.items) append(&command, item.words);
    plan.commands.push_back(std::move(command));
    return plan;
  }
  if (!arguments.links) {
    Words command = toolchain.command;
    append(&command, compile_flags(arguments, toolchain, layout));
    for (const CxxWord& item : arguments.items) {
      if (!is_lto(item.words.front())) append(&command, item.words);
    }
    plan.commands.push_back(std::move(command));
    return plan;
  }
  if (arguments.has("-static") || arguments.has("-static-pie")) {
    throw Refused("selvage c++: a statically linked program cannot be explored; leave -static off");
  }
  for (const CxxWord& item : arguments.items) {
    if (item.kind != Kind::source) continue;
    const std::string stem =
        item.words.front() == "-" ? "stdin" : fs::path(item.words.front()).stem().string();
    plan.temporaries.push_back(
        (fs::path(temporary_dir) / fmt::format("{}-{}.o", stem, plan.temporaries.size())).string());
    plan.commands.push_back(compile_command(arguments, item, toolchain, layout, plan.temporaries.back()));
  }
  plan.commands.push_back(link_command(arguments, plan.temporaries, toolchain, layout));
  return plan;
}

}  // namespace selvage::cli
