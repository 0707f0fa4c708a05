// The web of these cases: n pages, 0 to n-1. Page i links to the two after it, so most pages are found twice.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace site {

inline std::vector<int> fetch(int page, int n) {
  std::vector<int> links;
  for (int link = page + 1; link <= page + 2 && link < n; ++link) links.push_back(link);
  return links;
}

/// The pages, sorted, as a word: "0-1-2".
inline std::string word(std::vector<int> pages) {
  std::sort(pages.begin(), pages.end());
  std::string text;
  for (const int page : pages) text += (text.empty() ? "" : "-") + std::to_string(page);
  return text;
}

}  // namespace site
