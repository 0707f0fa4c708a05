// The net under the doors: no system call of the program under test passes unnoticed.
#pragma once

#include <string>

namespace selvage::machine {

/// Installs the filter for the calling thread and those it starts from now on; it stays for good. Where the
/// machine forbids filters there is none.
void install_syscall_filter();

/// "openat", or "system call 1234".
std::string syscall_name(long number);

}  // namespace selvage::machine
