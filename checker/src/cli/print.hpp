// What the command tells its user.
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>

namespace selvage::cli {

/// Writes all of `text`. Throws Refused, naming `what`, where it cannot; a reader that has gone away has seen enough.
void print(std::FILE* to, const std::string& text, const char* what);
/// To stderr. Where that cannot be written to there is nobody to tell.
void say(const std::string& text);
/// The width of the terminal that `fd` is; 0 where it is none, or does not say.
std::size_t columns_of(int fd);

}  // namespace selvage::cli
