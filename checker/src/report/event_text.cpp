#include "event_text.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>

namespace selvage::report {
namespace {

std::string order_text(int order) {
  constexpr std::array kNames{"relaxed", "consume", "acquire", "release", "acq_rel", "seq_cst"};
  return order >= 0 && order < static_cast<int>(kNames.size()) ? kNames[static_cast<std::size_t>(order)] : "";
}

// " (a, b)" of those that are not empty.
std::string in_brackets(std::initializer_list<std::string> words) {
  std::string list;
  for (const std::string& word : words) {
    if (!word.empty()) {
      list += (list.empty() ? "" : ", ") + word;
    }
  }
  return list.empty() ? "" : " (" + list + ")";
}

std::string from_text(const RawEvent& event) {
  return event.reads_from >= 0 ? fmt::format("from #{}", event.reads_from) : "";
}

// A value that is the address of a variable is shown as that: "&table[2]".
std::string value_of(std::uint64_t value, std::uint32_t size, const Namer& name) {
  std::string text = value_text(value, size);
  if (size == 8 && text.rfind("0x", 0) == 0) {
    const std::string variable = name(value);
    // Names with spaces are descriptions such as "heap block of 16 bytes": too long for a value.
    if (variable.rfind("0x", 0) != 0 && variable.find(' ') == std::string::npos) return "&" + variable;
  }
  return text;
}

std::string read_value(const RawEvent& event, const Namer& name) {
  return event.has_read ? " = " + value_of(event.read, event.size, name) : "";
}

std::string written_value(const RawEvent& event, const Namer& name) {
  return event.has_write ? " = " + value_of(event.written, event.size, name) : "";
}

std::string atomic_text(const RawEvent& event, const std::string& object, const Namer& name) {
  const std::string order = order_text(event.order);
  const std::string before = value_of(event.read, event.size, name);
  switch (event.kind) {
    case EventKind::atomic_load:
      return "atomic load " + object + read_value(event, name) +
             in_brackets({order, from_text(event), event.note});
    case EventKind::atomic_store:
      return "atomic store " + object + written_value(event, name) + in_brackets({order, event.note});
    case EventKind::fence:
      return "fence" + in_brackets({order, event.note});
    default:
      break;
  }
  const char* what = event.kind == EventKind::atomic_cas ? "cas " : "rmw ";
  const std::string tail = in_brackets({order, from_text(event), event.note});
  if (!event.has_write) {
    return what + object + " fails" + (event.has_read ? ", it is " + before : "") + tail;
  }
  const std::string change = event.has_read ? ": " + before + " -> " + value_text(event.written, event.size)
                                            : written_value(event, name);
  return what + object + change + tail;
}

// A call that takes a lock, or tries to.
std::string lock_text(const RawEvent& event, const char* verb, const std::string& object, const char* mode) {
  std::string text = std::string(verb) + " " + object + mode;
  if (event.result == EBUSY) {
    text += ": it is held";
  } else if (event.result == ETIMEDOUT) {
    text += ": timed out";
  } else if (event.result == EDEADLK) {
    text += ": already held by this thread";
  } else if (event.result != 0) {
    text += fmt::format(": error {}", event.result);
  }
  const bool said = event.result == ETIMEDOUT && event.note == "timed out";
  return text + in_brackets({said ? "" : event.note});
}

std::string guarded_object(const std::string& name) {
  constexpr std::string_view kGuard = "guard variable for ";
  return name.rfind(kGuard, 0) == 0 ? name.substr(kGuard.size()) : name;
}

}  // namespace

std::string value_text(std::uint64_t value, std::uint32_t size) {
  if (size > 8) {
    return fmt::format("{:#x} (the low 8 of {} bytes)", value, size);
  }
  const unsigned unused = size == 0 ? 0 : 64 - 8 * size;
  const auto number = static_cast<std::int64_t>(value << unused) >> unused;
  // Nobody counts to a million millions in a test, but addresses and hashes live there.
  constexpr std::int64_t kPlausible = 1'000'000'000'000;
  return number > -kPlausible && number < kPlausible ? std::to_string(number) : fmt::format("{:#x}", value);
}

std::string event_text(const RawEvent& event, const Namer& name) {
  const std::string object = event.address == 0 ? std::string() : name(event.address);
  const std::string spaced = object.empty() ? object : " " + object;
  const std::string note = in_brackets({event.note});
  const auto other = [&] { return fmt::format("T{}", event.second); };
  switch (event.kind) {
    case EventKind::start:
      return "begins" + note;
    case EventKind::finish:
      return "ends" + note;
    case EventKind::create:
      return "starts " + other() + note;
    case EventKind::join:
      return "joins " + other() + note;
    case EventKind::detach:
      return "detaches " + other() + note;
    case EventKind::plain_read:
      return "read " + object + read_value(event, name) + in_brackets({from_text(event), event.note});
    case EventKind::plain_write:
      return "write " + object + written_value(event, name) + note;
    case EventKind::atomic_load:
    case EventKind::atomic_store:
    case EventKind::atomic_rmw:
    case EventKind::atomic_cas:
    case EventKind::fence:
      return atomic_text(event, object, name);
    case EventKind::lock:
      return lock_text(event, "lock", object, "");
    case EventKind::trylock:
      return lock_text(event, "try_lock", object, "");
    case EventKind::timedlock:
      return lock_text(event, "timed lock", object, "");
    case EventKind::unlock:
      return lock_text(event, "unlock", object, "");
    case EventKind::read_lock:
      return lock_text(event, "lock", object, " shared");
    case EventKind::try_read_lock:
      return lock_text(event, "try_lock", object, " shared");
    case EventKind::timed_read_lock:
      return lock_text(event, "timed lock", object, " shared");
    case EventKind::write_lock:
      return lock_text(event, "lock", object, " exclusive");
    case EventKind::try_write_lock:
      return lock_text(event, "try_lock", object, " exclusive");
    case EventKind::timed_write_lock:
      return lock_text(event, "timed lock", object, " exclusive");
    case EventKind::rw_unlock:
      return lock_text(event, "unlock", object, "");
    case EventKind::cond_wait:
    case EventKind::cond_timed_wait: {
      const char* what = event.kind == EventKind::cond_wait ? "wait " : "timed wait ";
      return what + object +
             in_brackets({event.second == 0 ? "" : "releases " + name(event.second), event.note});
    }
    case EventKind::cond_wake:
      return "woken" + (object.empty() ? object : " on " + object) + note;
    case EventKind::cond_signal:
      return "notify_one " + object + note;
    case EventKind::cond_broadcast:
      return "notify_all " + object + note;
    case EventKind::sem_wait:
      return lock_text(event, "acquire", object, "");
    case EventKind::sem_try_wait:
      return lock_text(event, "try_acquire", object, "");
    case EventKind::sem_timed_wait:
      return lock_text(event, "timed acquire", object, "");
    case EventKind::sem_post:
      return "release " + object + note;
    case EventKind::barrier_wait:
      return "barrier wait " + object + note;
    case EventKind::once:
      return "call_once " + object + note;
    case EventKind::guard:
      return "initialise static " + guarded_object(object) + note;
    case EventKind::futex_wait:
      return "futex wait " + object + read_value(event, name) + note;
    case EventKind::futex_wake:
      return "futex wake " + object + note;
    case EventKind::sleep:
      return "sleep" + note;
    case EventKind::yield:
      return "yield" + note;
    case EventKind::output:
      return "prints" + (event.note.empty() ? "" : " " + event.note);
    case EventKind::choose:
      return fmt::format("choose -> {} of {}", event.result, event.second) + note;
    case EventKind::exit:
      return fmt::format("exit({})", event.result) + note;
    case EventKind::free:
      return "free" + spaced + note;
    case EventKind::preempt:
      return "preempted" + note;
    case EventKind::annotate:
      return event.note + spaced;
    case EventKind::fork:
      return "forks " + other() + note;
    case EventKind::wait:
      return event.second == 0 ? "waits for a process" + note : "waits for the process of " + other() + note;
    case EventKind::receive:
      return event.result < 0 ? "reads nothing" + note : fmt::format("reads {} bytes", event.result) + note;
    case EventKind::send:
      return event.result < 0 ? "writes nothing" + note : fmt::format("writes {} bytes", event.result) + note;
    case EventKind::poll:
    case EventKind::poll_wait:
      return fmt::format("polls: {} ready", event.result) + note;
    case EventKind::close:
      return "closes" + note;
    case EventKind::die:
      return "dies" + note;
    case EventKind::named:
      return event.note;
  }
  return "event";
}

}  // namespace selvage::report
