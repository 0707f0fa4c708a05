#include "trace_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "bytes.hpp"
#include "text.hpp"

namespace selvage::report {
namespace {

constexpr std::size_t kMostColumns = 5;    // threads side by side
constexpr std::size_t kLongestPlace = 34;  // longer ones are shown by the file's base name
constexpr std::size_t kWidestStep = 40;    // from one thread's column to the next
constexpr std::size_t kNarrowestStep = 6;
constexpr std::size_t kNarrowestText = 20;  // narrower texts would be wrapped beyond recognition
constexpr std::size_t kGap = 2;

std::string padded(const std::string& text, std::size_t columns) {
  const std::size_t used = width(text);
  return used < columns ? text + std::string(columns - used, ' ') : text;
}

std::string trimmed(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

// Breaks at spaces; a single word longer than the line is cut short.
std::vector<std::string> wrapped(const std::string& text, std::size_t columns) {
  std::vector<std::string> lines;
  std::string line;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (!line.empty() && width(line) + 1 + width(word) > columns) {
      lines.push_back(truncate(line, columns));
      line = "  " + word;
    } else {
      line += (line.empty() ? "" : " ") + word;
    }
    begin = end + 1;
  }
  lines.push_back(truncate(line, columns));
  return lines;
}

std::string place_in_column(const SourceLocation& where) {
  const std::string full = to_printable(full_place(where), true);
  return width(full) <= kLongestPlace ? full
                                      : truncate(to_printable(short_place(where), true), kLongestPlace);
}

// The rows to show: all of a short trace; of a long one the ends and what is marked.
std::vector<std::size_t> chosen_rows(std::size_t count, const TableOptions& options) {
  std::set<std::size_t> rows;
  const bool all =
      count <= options.head + options.tail + 1;  // no line saves anything by standing for one row
  for (std::size_t i = 0; i < count; ++i) {
    if (all || i < options.head || i >= count - options.tail) {
      rows.insert(i);
    }
  }
  for (const std::size_t row : options.marked) {
    if (row < count) {
      rows.insert(row);
    }
  }
  return {rows.begin(), rows.end()};
}

struct Layout {
  std::size_t index = 0;               // width of the row numbers
  std::map<int, std::size_t> offsets;  // where a thread's column begins; empty: list layout
  std::size_t text = 0;                // width of all thread columns together
};

// A row has one event, so that its text may run over the columns to its right. The columns stand as far
// apart as they can be while every text still ends before the place.
Layout lay_out(const std::vector<TraceEvent>& trace, const std::vector<std::size_t>& rows,
               std::size_t columns, const std::set<int>& threads) {
  Layout layout;
  layout.index = std::max<std::size_t>(3, std::to_string(rows.back()).size());
  std::map<int, std::size_t> needs;
  std::size_t place = 0;
  for (const int thread : threads) {
    needs[thread] = fmt::format("T{}", thread).size();
  }
  for (const std::size_t row : rows) {
    std::size_t& need = needs[trace[row].thread];
    need = std::max(need, width(to_printable(trace[row].text, true)));
    place = std::max(place, width(place_in_column(trace[row].where)));
  }
  const std::size_t fixed = 2 + layout.index + kGap + kGap + place;
  const std::size_t space = std::max(columns > fixed ? columns - fixed : 0, kNarrowestText);
  if (threads.size() > kMostColumns) {
    std::size_t widest = 0;
    for (const auto& [thread, need] : needs) {
      widest = std::max(widest, need);
    }
    layout.text = std::min(space, widest + 6);
    return layout;
  }
  for (std::size_t step = kWidestStep; step >= kNarrowestStep; --step) {
    std::size_t offset = 0, end = 0;
    for (const int thread : threads) {
      layout.offsets[thread] = offset;
      end = std::max(end, offset + needs[thread]);
      offset += std::min(step, needs[thread] + kGap);
    }
    layout.text = std::min(end, space);
    if (end <= space) {
      break;
    }
  }
  // Whatever still does not fit is wrapped, in no less than the narrowest text's width.
  for (const auto& [thread, offset] : layout.offsets) {
    layout.text = std::max(layout.text, offset + std::min(needs[thread], kNarrowestText));
  }
  return layout;
}

std::string heading(const Layout& layout) {
  std::string line = std::string(2 + layout.index - 1, ' ') + "#" + std::string(kGap, ' ');
  const std::size_t start = line.size();
  if (layout.offsets.empty()) {
    line += "thread";
  }
  for (const auto& [thread, offset] : layout.offsets) {
    line = padded(line, start + offset) + fmt::format("T{}", thread);
  }
  return padded(line, start + layout.text + kGap) + "where\n";
}

}  // namespace

std::string trace_table(const std::vector<TraceEvent>& trace, const TableOptions& options) {
  if (trace.empty()) {
    return {};
  }
  const std::vector<std::size_t> rows = chosen_rows(trace.size(), options);
  std::set<int> threads;
  for (const TraceEvent& event : trace) {
    threads.insert(event.thread);
  }
  const Layout layout = lay_out(trace, rows, options.columns, threads);
  const std::size_t start = 2 + layout.index + kGap;
  std::string table = heading(layout);
  std::size_t expected = 0;
  const auto left_out = [&](std::size_t next) {
    if (next > expected) {
      table +=
          fmt::format("{}... {} left out ...\n", std::string(start, ' '),
                      next - expected == 1 ? "1 event is" : fmt::format("{} events are", next - expected));
    }
    expected = next + 1;
  };
  for (const std::size_t row : rows) {
    left_out(row);
    const TraceEvent& event = trace[row];
    const bool mark = std::count(options.marked.begin(), options.marked.end(), row) > 0;
    const bool list = layout.offsets.empty();
    const std::size_t offset = list ? 6 : layout.offsets.at(event.thread);
    bool first = true;
    for (const std::string& part : wrapped(to_printable(event.text, true), layout.text - offset)) {
      std::string line = first ? fmt::format("{} {:>{}}", mark ? ">" : " ", row, layout.index) : "";
      line = padded(line, start) + (first && list ? fmt::format("T{}", event.thread) : "");
      line = padded(line, start + offset) + part;
      if (first) {
        line = padded(line, start + layout.text + kGap) + place_in_column(event.where);
      }
      first = false;
      line = trimmed(line);
      table += (mark ? options.mark_on + line + options.mark_off : line) + "\n";
    }
  }
  left_out(trace.size());
  return table;
}

}  // namespace selvage::report
