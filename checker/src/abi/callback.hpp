// Program code called back from inside a door: a once routine, destructors of thread-local objects ...
#pragma once

#include "machine/machine.hpp"

namespace selvage::abi {

class Callback {
 public:
  Callback() { machine::g.in_program = true; }
  ~Callback() { machine::g.in_program = false; }
  Callback(const Callback&) = delete;
  Callback& operator=(const Callback&) = delete;
};

}  // namespace selvage::abi
