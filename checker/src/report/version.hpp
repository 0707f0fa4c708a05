// The version that reports, JSON and `selvage --version` carry; the build sets it from the project's.
#pragma once

#ifndef SELVAGE_VERSION
#define SELVAGE_VERSION "0.1.0"
#endif

namespace selvage::report {

inline constexpr const char* kVersion = SELVAGE_VERSION;

}  // namespace selvage::report
