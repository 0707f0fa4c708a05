// Commands as a user would type them.
#pragma once

#include <string>
#include <vector>

namespace selvage::cli {

/// One word for a POSIX shell, quoted where it has to be.
std::string shell_word(const std::string& word);
/// The words with spaces between them, ready to be pasted.
std::string shell_line(const std::vector<std::string>& words);

}  // namespace selvage::cli
