// Which commands `selvage c++` runs in place of one.
#pragma once

#include <string>
#include <vector>

#include "cxx_arguments.hpp"
#include "layout.hpp"

namespace selvage::cli {

struct Toolchain {
  std::vector<std::string> command;  ///< e.g. {"g++"} or {"ccache", "clang++"}
  bool clang = false;
  int major = 0;
  bool takes_plugin =
      false;  ///< the compiler that Layout::gcc_plugin or clang_plugin is for, and that is there
};

struct CxxPlan {
  std::vector<std::vector<std::string>> commands;
  std::vector<std::string> temporaries;  ///< objects in the temporary directory, to be removed
};

/// -fsanitize=thread must be given to the compiler and kept from the linker, which would add the compiler's
/// own runtime. A command that compiles and links is therefore taken apart: one compilation a source into
/// `temporary_dir`, then the link. Throws Refused for what cannot work (-static).
CxxPlan plan_cxx(const CxxArguments& arguments, const Toolchain& toolchain, const Layout& layout,
                 const std::string& temporary_dir);

}  // namespace selvage::cli
