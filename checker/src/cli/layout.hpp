// Where the parts of Selvage lie, seen from the running command.
#pragma once

#include <string>

namespace selvage::cli {

/// Absolute paths. The build tree and an installed tree have the same shape: bin/selvage,
/// LIBDIR/libselvage.so, LIBDIR/selvage/libtsan.so.2.
struct Layout {
  std::string libselvage;      ///< LIBDIR/libselvage.so
  std::string library_dir;     ///< LIBDIR
  std::string gcc_stand_in;    ///< LIBDIR/selvage/libtsan.so.2
  std::string clang_stand_in;  ///< LIBDIR/selvage/libclang_rt.tsan-x86_64.so
  std::string include_dir;     ///< where selvage/selvage.hpp is
};

/// The layout around /proc/self/exe. Looks at no file but the headers'.
Layout find_layout();

}  // namespace selvage::cli
