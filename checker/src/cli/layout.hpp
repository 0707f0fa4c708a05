// Where the parts of Selvage lie, seen from the running command.
#pragma once

#include <string>

namespace selvage::cli {

/// Absolute paths. The build tree and an installed tree have the same shape: bin/selvage,
/// LIBDIR/libselvage.so, LIBDIR/selvage/libtsan.so.2, LIBDIR/cmake/selvage, DATADIR/selvage/template.
struct Layout {
  std::string prefix;          ///< what the others lie in
  std::string libselvage;      ///< LIBDIR/libselvage.so
  std::string library_dir;     ///< LIBDIR
  std::string gcc_stand_in;    ///< LIBDIR/selvage/libtsan.so.2
  std::string gcc_plugin;      ///< LIBDIR/selvage/selvage_call_operands.so
  std::string clang_plugin;    ///< LIBDIR/selvage/selvage_unseen_accesses.so
  std::string clang_stand_in;  ///< LIBDIR/selvage/libclang_rt.tsan-x86_64.so
  std::string include_dir;     ///< where selvage/selvage.hpp is
  std::string package_dir;     ///< LIBDIR/cmake/selvage, where CMake finds selvageConfig.cmake
  std::string template_dir;    ///< DATADIR/selvage/template, what `selvage new` copies
};

/// The layout around /proc/self/exe. Looks at no file but the headers'.
Layout find_layout();

}  // namespace selvage::cli
