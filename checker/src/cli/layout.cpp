#include "layout.hpp"

#include <filesystem>

// Relative to the directory of the command; the build sets them from CMAKE_INSTALL_LIBDIR and the like.
#ifndef SELVAGE_RELATIVE_PREFIX
#define SELVAGE_RELATIVE_PREFIX ".."
#endif
#ifndef SELVAGE_RELATIVE_LIBDIR
#define SELVAGE_RELATIVE_LIBDIR "../lib"
#endif
#ifndef SELVAGE_RELATIVE_INCLUDEDIR
#define SELVAGE_RELATIVE_INCLUDEDIR "../include"
#endif
#ifndef SELVAGE_RELATIVE_DATADIR
#define SELVAGE_RELATIVE_DATADIR "../share"
#endif
// The headers of the source tree, for a command that was not installed.
#ifndef SELVAGE_SOURCE_INCLUDEDIR
#define SELVAGE_SOURCE_INCLUDEDIR ""
#endif

namespace selvage::cli {

Layout find_layout() {
  namespace fs = std::filesystem;
  const fs::path bin = fs::read_symlink("/proc/self/exe").parent_path();
  const fs::path libraries = (bin / SELVAGE_RELATIVE_LIBDIR).lexically_normal();
  const fs::path installed = (bin / SELVAGE_RELATIVE_INCLUDEDIR).lexically_normal();
  Layout layout;
  // lexically_normal leaves a slash at the end of a path that ends in "..".
  layout.prefix = (bin / SELVAGE_RELATIVE_PREFIX / "x").lexically_normal().parent_path().string();
  layout.library_dir = libraries.string();
  layout.libselvage = (libraries / "libselvage.so").string();
  layout.gcc_stand_in = (libraries / "selvage" / "libtsan.so.2").string();
  layout.gcc_plugin = (libraries / "selvage" / "selvage_call_operands.so").string();
  layout.clang_plugin = (libraries / "selvage" / "selvage_unseen_accesses.so").string();
  layout.clang_stand_in = (libraries / "selvage" / "libclang_rt.tsan-x86_64.so").string();
  layout.include_dir = fs::exists(installed / "selvage" / "selvage.hpp")
                           ? installed.string()
                           : std::string(SELVAGE_SOURCE_INCLUDEDIR);
  layout.package_dir = (libraries / "cmake" / "selvage").string();
  layout.template_dir = (bin / SELVAGE_RELATIVE_DATADIR / "selvage" / "template").lexically_normal().string();
  return layout;
}

}  // namespace selvage::cli
