// Signals: crashes of the program become verdicts, first writes to data pages are noted, and a watchdog
// looks for loops without events.
#pragma once

namespace selvage::machine {

void install_signal_handlers(double watchdog_seconds);
void remove_watchdog();
/// In a process that was forked: it has no timers of its own yet.
void restart_watchdog();
/// A new execution begins: the watchdog starts over.
void reset_watchdog();

}  // namespace selvage::machine
