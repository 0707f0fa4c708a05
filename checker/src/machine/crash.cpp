// It is decided before an event is announced. A process that were killed later, while it waits for its turn,
// would have done nothing more in between: what its end brings about (locks, pipes, its status) are events of
// their own, that may come any time later. So before each event, and before each write that others see, is
// everywhere.
//
// To be killed is no choice of the program's: a round without progress in which a process merely was not
// killed is one all the same (machine/spin.cpp).
#include "machine/crash.hpp"

#include <csignal>

#include "machine/machine.hpp"
#include "machine/process.hpp"

namespace selvage::machine {

void may_crash() {
  if (!g.forked || g.process == 0 || own_process().state != Process::State::alive) return;
  if (fault(2) == 0) return;
  if (g.recording) {
    Op op;
    op.kind = EventKind::die;
    record_event(op, g.current);
  }
  g.exiting = true;
  end_process(SIGKILL);
}

}  // namespace selvage::machine
