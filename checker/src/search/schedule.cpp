#include "search/schedule.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string_view>

namespace selvage::search {

namespace {

[[noreturn]] void bad(const std::string& what) { throw std::invalid_argument("not a schedule: " + what); }

std::uint64_t number(std::string_view text, int base = 10) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    bad("'" + std::string(text) + "' is not a number");
  }
  return value;
}

std::string hex(std::uint64_t value) {
  char buffer[20];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value, 16);
  static_cast<void>(error);
  return "0x" + std::string(buffer, end);
}

constexpr std::uint64_t kGranule = 8;

VisibleLocation location(std::string_view text) {
  VisibleLocation l;
  const auto slash = text.rfind('/');
  if (slash == std::string_view::npos) bad("a visible location has no size");
  l.size = static_cast<std::uint32_t>(number(text.substr(slash + 1)));
  std::string_view place = text.substr(0, slash);
  const auto plus = place.rfind('+');
  if (plus != std::string_view::npos) {
    l.object = std::string(place.substr(0, plus));
    place = place.substr(plus + 1);
  }
  if (place.substr(0, 2) != "0x") bad("'" + std::string(place) + "' is not an address");
  l.offset = number(place.substr(2), 16);
  return l;
}

/// A word of the short form ends at a space.
std::string as_word(const std::string& text) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string word;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && byte != '%') {
      word += c;
    } else {
      word += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return word;
}

std::string from_word(std::string_view word) {
  std::string text;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word[i] != '%') {
      text += word[i];
      continue;
    }
    if (i + 2 >= word.size()) bad("'" + std::string(word) + "' ends in the middle of a character");
    text += static_cast<char>(number(word.substr(i + 1, 2), 16));
    i += 2;
  }
  return text;
}

}  // namespace

std::string to_text(const Schedule& s) {
  std::string text = "v1 races=";
  text += s.races == Races::stop ? "stop" : s.races == Races::explore ? "explore" : "ignore";
  text += std::string(" leaks=") + (s.report_leaks ? "report" : "ignore");
  text += std::string(" eager=") + (s.eager_unlock ? "1" : "0");
  if (s.reads_chosen) text += " reads=chosen";
  text += " timeouts=" + std::to_string(s.max_timeouts);
  if (s.crash_children) text += " crash=1";
  if (!s.visible.empty()) {
    text += " visible=";
    for (std::size_t i = 0; i < s.visible.size(); ++i) {
      if (i != 0) text += ',';
      if (!s.visible[i].object.empty()) text += s.visible[i].object + "+";
      text += hex(s.visible[i].offset) + "/" + std::to_string(s.visible[i].size);
    }
  }
  if (s.lends) {
    text += " lent=";
    for (std::size_t i = 0; i < s.lent.size();) {
      std::size_t end = i + 1;
      while (end < s.lent.size() && s.lent[end] == s.lent[end - 1] + kGranule) ++end;
      if (i != 0) text += ',';
      text += hex(s.lent[i]) + "/" + std::to_string(kGranule * (end - i));
      i = end;
    }
  }
  for (const std::string& change : s.weaken) text += " weaken=" + as_word(change);
  for (const std::string& change : s.drop_lock) text += " drop-lock=" + as_word(change);
  for (std::size_t i = 0; i < s.steps.size();) {
    std::size_t same = 1;
    const std::uint16_t step = s.steps[i];
    text += ' ';
    if ((step & kAlternativeStep) != 0) {
      text += ":" + std::to_string(step & ~kAlternativeStep);
    } else {
      while (i + same < s.steps.size() && s.steps[i + same] == step) ++same;
      text += std::to_string(step);
      if (same > 1) text += "*" + std::to_string(same);
    }
    i += same;
  }
  return text;
}

Schedule schedule_from_text(const std::string& text) {
  Schedule s;
  std::string_view rest = text;
  bool first = true;
  while (!rest.empty()) {
    const auto space = rest.find(' ');
    const std::string_view word = rest.substr(0, space);
    rest = space == std::string_view::npos ? std::string_view{} : rest.substr(space + 1);
    if (word.empty()) continue;
    if (first) {
      if (word != "v1") bad("it does not begin with 'v1'");
      first = false;
      continue;
    }
    const auto equals = word.find('=');
    if (equals != std::string_view::npos) {
      const std::string_view key = word.substr(0, equals);
      const std::string_view value = word.substr(equals + 1);
      if (key == "races") {
        if (value != "stop" && value != "explore" && value != "ignore") bad("races=" + std::string(value));
        s.races = value == "stop" ? Races::stop : value == "explore" ? Races::explore : Races::ignore;
      } else if (key == "leaks") {
        if (value != "report" && value != "ignore") bad("leaks=" + std::string(value));
        s.report_leaks = value == "report";
      } else if (key == "eager") {
        s.eager_unlock = number(value) != 0;
      } else if (key == "reads") {
        if (value != "chosen") bad("reads=" + std::string(value));
        s.reads_chosen = true;
      } else if (key == "timeouts") {
        s.max_timeouts = static_cast<unsigned>(number(value));
      } else if (key == "weaken") {
        s.weaken.push_back(from_word(value));
      } else if (key == "drop-lock") {
        s.drop_lock.push_back(from_word(value));
      } else if (key == "crash") {
        s.crash_children = number(value) != 0;
      } else if (key == "visible") {
        std::string_view list = value;
        while (!list.empty()) {
          const auto comma = list.find(',');
          s.visible.push_back(location(list.substr(0, comma)));
          list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
        }
      } else if (key == "lent") {
        s.lends = true;
        std::string_view list = value;
        while (!list.empty()) {
          const auto comma = list.find(',');
          const VisibleLocation l = location(list.substr(0, comma));
          constexpr std::uint32_t kMost = 8 << 20;  // bytes, as many as a stack has
          if (!l.object.empty() || l.offset % kGranule != 0 || l.size % kGranule != 0 || l.size > kMost)
            bad("lent=" + std::string(value));
          for (std::uint64_t at = 0; at < l.size; at += kGranule) s.lent.push_back(l.offset + at);
          list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
        }
        if (!std::is_sorted(s.lent.begin(), s.lent.end())) bad("lent=" + std::string(value));
      } else {
        bad("unknown setting '" + std::string(key) + "'");
      }
      continue;
    }
    if (word[0] == ':') {
      const std::uint64_t value = number(word.substr(1));
      if (value >= kAlternativeStep) bad("value " + std::string(word) + " is too large");
      s.steps.push_back(static_cast<std::uint16_t>(kAlternativeStep | value));
      continue;
    }
    const auto star = word.find('*');
    const std::uint64_t thread = number(word.substr(0, star));
    const std::uint64_t times = star == std::string_view::npos ? 1 : number(word.substr(star + 1));
    constexpr std::uint64_t kMost = 100'000'000;
    if (thread >= race::kMaxThreads) bad("there is no thread " + std::to_string(thread));
    if (times == 0 || times + s.steps.size() > kMost) bad("'" + std::string(word) + "' repeats too often");
    s.steps.insert(s.steps.end(), times, static_cast<std::uint16_t>(thread));
  }
  if (first) bad("it is empty");
  return s;
}

int Replay::pick_thread(const ChoicePoint& point) {
  const std::string where = "step " + std::to_string(at_);
  if (at_ >= steps_.size()) {
    explanation_ = "the schedule does not fit the program: it ends at " + where + " and the program goes on";
    return kMisfit;
  }
  const std::uint16_t step = steps_[at_];
  if ((step & kAlternativeStep) != 0) {
    explanation_ =
        "the schedule does not fit the program: " + where + " chooses a value, the program a thread";
    return kMisfit;
  }
  if ((point.enabled >> step & 1) == 0) {
    explanation_ = "the schedule does not fit the program: at " + where + " thread " + std::to_string(step) +
                   " cannot move";
    return kMisfit;
  }
  ++at_;
  return step;
}

int Replay::pick_alternative(int count, bool /*branching*/) {
  if (at_ >= steps_.size() || (steps_[at_] & kAlternativeStep) == 0 ||
      (steps_[at_] & ~kAlternativeStep) >= count) {
    explanation_ = "the schedule does not fit the program: step " + std::to_string(at_) +
                   " does not choose one of " + std::to_string(count) + " values";
    return kMisfit;
  }
  return steps_[at_++] & ~kAlternativeStep;
}

}  // namespace selvage::search
