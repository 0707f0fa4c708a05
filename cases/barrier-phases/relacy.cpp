// Two threads that work in phases, in Relacy's types. The barrier is the one of meeting.hpp, also for
// std_barrier: Relacy has none of its own.
#include "../relacy.hpp"

namespace {

constexpr int members = 2;

class Meeting {
 public:
  void clear() { present_(RL_INFO) = held_(RL_INFO) = 0; }
  void arrive_and_wait() {
    mutex_.lock(RL_INFO);
    const int mine = held_(RL_INFO);
    const int present = present_(RL_INFO) + 1;
    if (present == members) {
      present_(RL_INFO) = 0;
      held_(RL_INFO) = mine + 1;
      complete_.notify_all(RL_INFO);
    } else {
      present_(RL_INFO) = present;
      while (held_(RL_INFO) == mine) complete_.wait(mutex_, RL_INFO);
    }
    mutex_.unlock(RL_INFO);
  }

 private:
  rl::mutex mutex_;
  rl::condition_variable complete_;
  rl::var<int> present_;
  rl::var<int> held_;
};

struct Racy : rl::test_suite<Racy, members> {
  std::array<rl::var<int>, members> cell;
  std::array<int, members> sum;

  void before() {
    for (unsigned i = 0; i < members; ++i) cell[i](RL_INFO) = sum[i] = 0;
  }
  void thread(unsigned me) {
    for (int phase = 1; phase <= model::size; ++phase) {
      cell[me](RL_INFO) = phase;
      sum[me] += cell[1 - me](RL_INFO);
    }
  }
  void after() { model::outcome(sum[0] + sum[1]); }
};

// Relacy ends at the first race. To see which sums come out, this form makes each access atomic.
struct Unordered : rl::test_suite<Unordered, members> {
  std::array<rl::atomic<int>, members> cell;
  std::array<int, members> sum;

  void before() {
    for (unsigned i = 0; i < members; ++i) {
      cell[i].store(0, rl::memory_order_seq_cst);
      sum[i] = 0;
    }
  }
  void thread(unsigned me) {
    for (int phase = 1; phase <= model::size; ++phase) {
      cell[me].store(phase, rl::memory_order_seq_cst);
      sum[me] += cell[1 - me].load(rl::memory_order_seq_cst);
    }
  }
  void after() { model::outcome(sum[0] + sum[1]); }
};

// `meetings` a phase, and `cells` for each thread.
template <int meetings, int cells>
struct InPhases : rl::test_suite<InPhases<meetings, cells>, members> {
  std::array<std::array<rl::var<int>, cells>, members> cell;
  std::array<int, members> sum;
  Meeting meeting;

  void before() {
    for (unsigned i = 0; i < members; ++i) {
      for (rl::var<int>& one : cell[i]) one(RL_INFO) = 0;
      sum[i] = 0;
    }
    meeting.clear();
  }
  void thread(unsigned me) {
    for (int phase = 1; phase <= model::size; ++phase) {
      const auto which = static_cast<std::size_t>(phase % cells);
      cell[me][which](RL_INFO) = phase;
      meeting.arrive_and_wait();
      sum[me] += cell[1 - me][which](RL_INFO);
      if (meetings == 2) meeting.arrive_and_wait();
    }
  }
  void after() { model::outcome(sum[0] + sum[1]); }
};

using OneBarrier = InPhases<1, 1>;
using Fixed = InPhases<2, 1>;
using StdBarrier = InPhases<1, 2>;

}  // namespace

int main(int argc, char** argv) {
  return model::main(argc, argv,
                     {{"racy", model::explore<Racy>},
                      {"unordered", model::explore<Unordered>},
                      {"one_barrier", model::explore<OneBarrier>},
                      {"fixed", model::explore<Fixed>},
                      {"std_barrier", model::explore<StdBarrier>}});
}
