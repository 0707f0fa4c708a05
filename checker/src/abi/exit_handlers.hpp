// What the exploration needs of abi/process.cpp.
#pragma once

namespace selvage::abi {

/// Those that executions registered: they go with the execution.
void forget_exit_handlers_of_executions();
/// Makes the default std::terminate a verdict.
void catch_terminate();

}  // namespace selvage::abi
