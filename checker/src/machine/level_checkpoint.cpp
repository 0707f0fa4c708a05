// Checkpoints of a search by levels: where it stands, for another process to go on from.
//
// States are bytes at addresses. So the other process must be one in which everything is where it was in this
// one, and as it was: it is started in the same way (cli/fixed_start), takes the same steps until states were
// not kept any more, and must then have come to the same pieces with the same numbers, and to the same
// states. All of that is compared. Only then does it take over what was saved; and what the other process
// came to know later (pages written for the first time, new threads), it learns by the same steps, and must
// come to know just that.
#include <algorithm>

#include "machine/budget.hpp"
#include "machine/level_search.hpp"

namespace selvage::machine {

namespace {

/// What comes first: the search that it is of.
struct Beginning {
  std::uint32_t number;
  std::uint32_t seeds;
  std::uint64_t first_depth, depth;
  std::uint64_t states, transitions;
  std::uint64_t milestone_level, milestones;
};

void write_text(state::Sink& to, const std::string& text) {
  to.value(static_cast<std::uint64_t>(text.size()));
  to.write(text.data(), text.size());
}

std::string read_text(state::Source& from) {
  std::string text(from.value<std::uint64_t>(), '\0');
  from.read(text.data(), text.size());
  return text;
}

void write_state(state::Sink& to, const State& state) {
  to.value(static_cast<std::uint32_t>(state.size()));
  to.write(state.data(), state.size() * sizeof state[0]);
}

State read_state(state::Source& from) {
  State state(from.value<std::uint32_t>());
  from.read(state.data(), state.size() * sizeof state[0]);
  return state;
}

/// The first line of `now` that `saved` has not.
std::string difference(const std::string& saved, const std::string& now) {
  for (std::size_t at = 0, end = 0; at < now.size(); at = end + 1) {
    end = std::min(now.find('\n', at), now.size());
    const std::string line = now.substr(at, end - at);
    if (("\n" + saved).find("\n" + line + "\n") == std::string::npos) return line.substr(0, line.find(':'));
  }
  return "something";
}

[[noreturn]] void foreign(const std::string& why) {
  throw CheckpointError("the checkpoint " + g.options.resume + " does not fit: " + why);
}

}  // namespace

void LevelSearch::note_lesson(std::span<const state::BlobId> from, int thread) {
  const Snapshots::Layout now = snapshots_->layout();
  if (now == known_) return;
  known_ = now;
  lessons_.push_back({State(from.begin(), from.end()), static_cast<std::int8_t>(thread), now});
}

bool LevelSearch::checkpoint_due() const {
  return saves_ && wall_clock() - saved_at_ >= g.options.checkpoint_seconds;
}

/// At once, so that nobody learns after hours that it cannot be done. False where it cannot.
bool LevelSearch::save_first() {
  saves_ = !g.options.checkpoint.empty() && (resumed_ || g.options.resume.empty());
  if (!saves_) return true;
  begun_ = shared_->transitions.load();
  try {
    save();
  } catch (const CheckpointError& error) {
    host_->saving.refuse(error.what());
    return false;
  }
  return true;
}

void LevelSearch::save_again(bool at_the_end) {
  if (!saves_) return;
  try {
    save();
    save_problem_.clear();
  } catch (const CheckpointError& error) {
    save_problem_ = error.what();
    saved_at_ = wall_clock();
  }
  if (!at_the_end) return;
  host_->saving.remark(save_problem_.empty() ? "selvage run --resume " + g.options.checkpoint + " goes on"
                                             : save_problem_);
}

/// Saves the level that is being expanded, as if that had not begun.
void LevelSearch::save() {
  CheckpointWriter to(g.options.checkpoint, host_->saving.head());
  write_text(to, host_->saving.identity());
  to.value(Beginning{number_, static_cast<std::uint32_t>(seeds_.size()), first_depth_, depth_, states_,
                     begun_, milestone_level_, milestone_.size()});
  for (const Seed& seed : seeds_) {
    write_state(to, seed.state);
    to.value(seed.hash);
    to.value(seed.enabled);
  }
  snapshots_->save(to);
  to.value(static_cast<std::uint32_t>(lessons_.size()));
  for (const Lesson& lesson : lessons_) {
    write_state(to, lesson.from);
    to.value(lesson.thread);
    to.value(lesson.after);
  }
  to.value(snapshots_->places());
  frontier_.save(to);
  to.write(milestone_.data(), milestone_.size() * sizeof milestone_[0]);
  state::Writer found;
  host_->saving.write(found);
  found(static_cast<std::uint64_t>(pending_.size()));
  for (const Pending& p : pending_) {
    found(static_cast<std::uint64_t>(p.finding))(p.seed)(p.distance)(p.from.low)(p.from.high)(p.step.thread);
    found(static_cast<std::uint64_t>(p.step.choices.size()));
    for (const std::uint16_t choice : p.step.choices) found(choice);
  }
  to.value(static_cast<std::uint64_t>(found.size()));
  to.write(found.data(), found.size());
  to.commit();
  saved_at_ = wall_clock();
}

/// Goes on from what was saved, where that is asked for and it is of this search: one that started over is
/// gone through again until then. False where it does not fit.
bool LevelSearch::resume() {
  if (g.options.resume.empty() || resumed_) return true;
  try {
    CheckpointReader from(g.options.resume);
    load(from);
  } catch (const CheckpointError& error) {
    host_->saving.refuse(error.what());
    return false;
  }
  return true;
}

void LevelSearch::load(CheckpointReader& from) {
  if (const std::string saved = read_text(from), now = host_->saving.identity(); saved != now)
    foreign(difference(saved, now) + " is not as it was");
  const auto beginning = from.value<Beginning>();
  if (beginning.number > number_) return;
  if (beginning.number != number_ || beginning.first_depth != first_depth_ ||
      beginning.seeds != seeds_.size())
    foreign("the search comes to other states");
  for (const Seed& seed : seeds_) {
    const State state = read_state(from);
    const auto hash = from.value<state::Hash128>();
    if (state != seed.state || !(hash == seed.hash) || from.value<std::uint64_t>() != seed.enabled)
      foreign("the search comes to other states");
  }
  if (!snapshots_->load(from)) foreign("the states contain other bytes");
  learn_again(from);
  if (!frontier_.load(from))
    throw CheckpointError("the checkpoint " + g.options.resume + ": there is no room for its states");
  milestone_.resize(beginning.milestones);
  from.read(milestone_.data(), milestone_.size() * sizeof milestone_[0]);
  milestone_level_ = beginning.milestone_level;
  depth_ = beginning.depth;
  states_ = beginning.states;
  shared_->transitions.store(beginning.transitions);
  load_findings(from);
  frontier_.advance(std::uint64_t{frontier_.next_size()} * 2 + 1024);
  resumed_ = true;
}

/// Takes the steps by which the other process came to know what its later states rely on.
void LevelSearch::learn_again(state::Source& from) {
  for (auto rest = from.value<std::uint32_t>(); rest != 0; --rest) {
    Lesson lesson{read_state(from), from.value<std::int8_t>(), from.value<Snapshots::Layout>()};
    steps_->each_from(lesson.from, lesson.thread, [](bool /*ended*/) { return true; });
    if (!snapshots_->layout().same_places(lesson.after)) foreign("the program does something else");
    lessons_.push_back(std::move(lesson));
  }
  snapshots_->lost_track();
  known_ = snapshots_->layout();
  if (from.value<std::uint64_t>() != snapshots_->places()) foreign("memory lies elsewhere");
}

void LevelSearch::load_findings(state::Source& from) {
  std::vector<unsigned char> bytes(from.value<std::uint64_t>());
  from.read(bytes.data(), bytes.size());
  state::Reader found(bytes.data());
  host_->saving.read(found);
  std::uint64_t count = 0, finding = 0, choices = 0;
  found(count);
  pending_.resize(count);
  for (Pending& p : pending_) {
    found(finding)(p.seed)(p.distance)(p.from.low)(p.from.high)(p.step.thread)(choices);
    p.finding = finding;
    p.step.choices.resize(choices);
    for (std::uint16_t& choice : p.step.choices) found(choice);
  }
}

}  // namespace selvage::machine
