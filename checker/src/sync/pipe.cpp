#include "sync/pipe.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <vector>

#include "machine/machine.hpp"
#include "machine/process.hpp"
#include "sync/happens_before.hpp"

namespace selvage::sync {

using machine::EventKind;
using machine::Footprint;
using machine::g;
using machine::Op;
using machine::self;

namespace {

constexpr std::size_t kCapacity = 65536, kAtomic = 4096;  // as Linux has them
constexpr int kPipesOfThread = 64;
constexpr int kPipes = kPipesOfThread * machine::kMaxThreads;

struct Chunk {
  std::string bytes;
  race::VectorClock clock;
};

struct Pipe {
  std::deque<Chunk> chunks;
  std::size_t size = 0;
  int readers = 0, writers = 0;
  race::VectorClock closed_by;  ///< what a reader at the end synchronises with
};

std::vector<Pipe>& pipes() {
  static auto* all = new std::vector<Pipe>(kPipes);
  return *all;
}
std::uint8_t g_made[machine::kMaxThreads];
bool g_any = false;
char g_tokens[3 * kPipes];  // for their addresses alone

Pipe& at(int pipe) { return pipes()[static_cast<std::size_t>(pipe)]; }

std::uint64_t token(int pipe, int which) {
  return reinterpret_cast<std::uint64_t>(&g_tokens[3 * pipe + which]);
}

// Closing is an event where somebody can tell whether an end is open. A write can, of the ends for reading:
// it fails. A read that waits cannot, of the ends for writing: where there are bytes it gets them, else it
// waits, and when the last end is closed there is nobody left to write: so that is like the end of a thread
// for who joins it. But a poll, or a read that does not wait, can tell: as a try-lock tells whether a lock is
// free, and they restart the search the same way.
//
// Which of several descriptors is closed last matters, for what their processes do next: so to close one is
// in conflict with closing another, and with a write; but not as long as others have it open anyway, which is
// known when it is asked (independence that depends on the state: Godefroid, chapter 5, allows it).
void remove(int pipe, int* count, std::uint64_t end, std::uint64_t pc) {
  Op op;
  op.kind = EventKind::close;
  op.pc = pc;
  if (g.eager_unlock && (count == &at(pipe).writers || at(pipe).writers == 0)) {
    machine::eager(op);
  } else {
    op.footprint = Footprint::write;
    op.address = end;
    op.open_ends = count;
    machine::visible(op);
  }
  if (auto* e = machine::last_event()) {
    e->note = count == &at(pipe).writers ? "an end of a pipe for writing" : "an end of a pipe for reading";
    e->address = 0;
  }
  if (--*count != 0) return;
  if (count == &at(pipe).writers) release_join(at(pipe).closed_by);
  machine::changed();
}

}  // namespace

void need_visible_closes() {
  if (!g.eager_unlock) return;
  g.eager_unlock = false;
  machine::end_execution(machine::Ending::How::restart);
}

int pipe_new(int thread) {
  if (g_made[thread] >= kPipesOfThread) {
    machine::violation(Verdict::unsupported, "more than 64 pipes made by one thread cannot be controlled");
  }
  g_any = true;
  machine::note_use_of_processes();
  const int pipe = thread * kPipesOfThread + g_made[thread]++;
  Pipe& p = at(pipe);
  p.chunks.clear();
  p.size = 0;
  p.readers = p.writers = 0;
  p.closed_by.clear();
  return pipe;
}

void pipes_new_execution() {
  if (!g_any) return;
  g_any = false;
  std::memset(g_made, 0, sizeof g_made);
}

void pipe_add_reader(int pipe) { ++at(pipe).readers; }
void pipe_add_writer(int pipe) { ++at(pipe).writers; }
void pipe_remove_reader(int pipe, std::uint64_t pc) {
  remove(pipe, &at(pipe).readers, pipe_readers(pipe), pc);
}
void pipe_remove_writer(int pipe, std::uint64_t pc) {
  remove(pipe, &at(pipe).writers, pipe_writers(pipe), pc);
}

bool pipe_has_writer(int pipe) { return at(pipe).writers != 0; }
bool pipe_has_reader(int pipe) { return at(pipe).readers != 0; }
bool pipe_is_empty(int pipe) { return at(pipe).size == 0; }
bool pipe_can_read(int pipe) { return at(pipe).size != 0 || at(pipe).writers == 0; }
bool pipe_can_write(int pipe, std::size_t count) {
  return at(pipe).size + count <= kCapacity || at(pipe).readers == 0;
}
std::uint64_t pipe_bytes(int pipe) { return token(pipe, 0); }
std::uint64_t pipe_writers(int pipe) { return token(pipe, 1); }
std::uint64_t pipe_readers(int pipe) { return token(pipe, 2); }

std::vector<Polled>& polled_by(int thread) {
  static auto* all = new std::vector<Polled>[machine::kMaxThreads];
  return all[thread];
}

bool poll_enabled(int thread) {
  for (const Polled& p : polled_by(thread)) {
    if (p.in >= 0 && ((p.wants_to_read && !pipe_is_empty(p.in)) || !pipe_has_writer(p.in))) return true;
    if (p.out >= 0 && ((p.wants_to_write && pipe_can_write(p.out, kAtomic)) || !pipe_has_reader(p.out)))
      return true;
  }
  return false;
}

bool pipe_enabled(const Op& op) {
  const auto pipe = static_cast<int>((op.address - token(0, 0)) / 3);
  return op.kind == EventKind::receive ? pipe_can_read(pipe) : pipe_can_write(pipe, op.waits_on);
}

long pipe_read(int pipe, std::size_t most, bool waits, std::string* bytes, std::uint64_t pc) {
  if (!waits) need_visible_closes();
  Op op;
  op.kind = waits ? EventKind::receive : EventKind::poll;
  op.footprint = Footprint::write;
  op.address = pipe_bytes(pipe);
  if (!g.eager_unlock) op.second = pipe_writers(pipe);
  op.pc = pc;
  machine::visible(op);
  Pipe& p = at(pipe);
  bytes->clear();
  while (bytes->size() < most && !p.chunks.empty()) {
    Chunk& first = p.chunks.front();
    const std::size_t part = std::min(most - bytes->size(), first.bytes.size());
    bytes->append(first.bytes, 0, part);
    first.bytes.erase(0, part);
    p.size -= part;
    acquire(first.clock);
    if (first.bytes.empty()) p.chunks.pop_front();
  }
  auto result = static_cast<long>(bytes->size());
  if (result == 0 && most != 0) {
    if (p.writers == 0) {
      acquire(p.closed_by);
    } else {
      result = -EAGAIN;
    }
  }
  if (result > 0) machine::changed();
  if (auto* e = machine::last_event()) {
    e->result = static_cast<int>(result);
    e->address = e->second = 0;
  }
  return result;
}

namespace {

/// At most kAtomic bytes: those go in one piece.
long write_piece(int pipe, const char* bytes, std::size_t count, bool waits, std::uint64_t pc) {
  Op op;
  op.kind = waits ? EventKind::send : EventKind::poll;
  op.footprint = Footprint::write;
  op.address = pipe_bytes(pipe);
  op.second = pipe_readers(pipe);
  op.waits_on = count;
  op.pc = pc;
  machine::visible(op);
  Pipe& p = at(pipe);
  long result = static_cast<long>(count);
  if (p.readers == 0) {
    result = -EPIPE;
  } else if (p.size + count > kCapacity) {
    result = -EAGAIN;
  } else if (count != 0) {
    p.chunks.emplace_back();
    p.chunks.back().bytes.assign(bytes, count);
    p.chunks.back().clock.clear();
    release(p.chunks.back().clock);
    p.size += count;
    machine::changed();
  }
  if (auto* e = machine::last_event()) {
    e->result = static_cast<int>(result);
    e->address = e->second = 0;
  }
  return result;
}

}  // namespace

long pipe_write(int pipe, const char* bytes, std::size_t count, bool waits, std::uint64_t pc) {
  long written = 0;
  do {
    const std::size_t piece = std::min(count - static_cast<std::size_t>(written), kAtomic);
    const long result = write_piece(pipe, bytes + written, piece, waits, pc);
    if (result < 0) return written != 0 ? written : result;
    written += result;
  } while (static_cast<std::size_t>(written) < count);
  return written;
}

}  // namespace selvage::sync
