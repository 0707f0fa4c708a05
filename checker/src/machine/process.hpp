// The processes of the program under test: what fork makes.
//
// A process is known by the number of its first thread; the program starts as process 0. All processes run in
// the one that explores, at the same addresses: while another one runs, what a process has in private memory
// is kept apart (machine/private_memory.hpp), and so are its shadow memory (a table of regions of its own,
// race/shadow.hpp), the synchronisation objects in its private memory, and what the runtime keeps for it
// (exit handlers, keys, descriptors). Memory that processes share (machine/shared_memory.hpp) stays where it
// is, with one shadow and one set of objects: so races on it are found between processes by the same clocks
// as between threads.
//
// fork copies all private memory, also what other threads of the parent write at that time. That is a read of
// it: the child takes over the parent's records of plain writes and frees, so that its reads race with writes
// that fork was not ordered with; and where the parent has other threads, fork is an event that commutes with
// nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "machine/machine.hpp"
#include "machine/private_memory.hpp"
#include "race/vector_clock.hpp"

namespace selvage::machine {

/// What the runtime keeps for each process: brought back and kept apart with its memory, and copied by fork.
struct ProcessPart {
  void (*inherit)(int parent, int child);  ///< fork; may be null
  void (*leave)(int process);              ///< another process is to run; may be null
  void (*enter)(int process);              ///< this one is to run; may be null
  void (*new_execution)();                 ///< may be null
  void (*end)(int process);  ///< it ends, on its own fiber: may have scheduling points; may be null
};
void add_process_part(ProcessPart part);

struct Process {
  enum class State : std::uint8_t { unused, alive, ending, ended, reaped };
  State state = State::unused;
  int parent = -1;
  int status = 0;  ///< as waitpid has it
  bool exiting = false;
  std::uint64_t threads = 0;    ///< all that it ever had, a bit mask
  std::uint64_t children = 0;   ///< all that it ever had, a bit mask of first threads
  std::uint64_t inherited = 0;  ///< stacks, TLS blocks and arenas that its parent's threads began, a bit mask
  std::uint64_t given = 0;      ///< ... and those that a child of its own has as well
  std::uint64_t arena_end[kMaxThreads];      ///< of those inherited and given: how far they were filled
  std::uint64_t stack_pointer[kMaxThreads];  ///< of those inherited: of who ran there when it was forked
  race::VectorClock known_at_end;            ///< what a waiter synchronises with
  PrivateMemory memory;
};

/// What getpid says.
inline constexpr int kFirstPid = 4200;
inline int pid_of(int process) { return kFirstPid + process; }

Process& process(int number);
inline Process& own_process() { return process(g.process); }
/// The threads of the running process that have not ended, a bit mask.
inline std::uint64_t threads_of_own() { return g.forked ? g.alive & own_process().threads : g.alive; }
/// The running process's thread on the stack with this number; -1: none.
int thread_on(int slot);
/// Is `address` in memory of which each process has a copy of its own?
bool is_private(std::uint64_t address);
/// Which memory that is: equal for equal processes, 0 for memory that is common.
std::uint8_t space_of(std::uint64_t address);

/// `call` is none that a stateful search can do, since what processes share is no part of a state; nor one for execution
/// graphs, which do not know of it.
inline void refuse_states(const char* call) {
  if (g.options.search == Search::stateful)
    unsupported((std::string(call) + " under --search stateful").c_str());
  if (g.weak != nullptr) unsupported((std::string(call) + " in a search for execution graphs").c_str());
}
/// fork: the number of the child in the parent, 0 in the child.
int fork_process(std::uint64_t pc);
/// The end of the running process, where it is not the only one there ever was. `status`: as waitpid has it.
[[noreturn]] void end_process(int status);
/// waitpid: the process that was reaped, 0 where none has ended and `hang` is false, or -errno. `wanted`: its
/// number, -1: any.
int wait_for_process(int wanted, bool hang, int* status, std::uint64_t pc);
/// Is a child that `op` (EventKind::wait) waits for there to be reaped?
bool can_be_reaped(const Op& op, int thread);
/// An address that stands in an Op for whether the process has ended.
std::uint64_t token_of(int process);
bool is_token(std::uint64_t address);
/// Fills in what an Op says of the memory that it is about.
void announce_in_process(Op& op);

/// Switches to a thread of another process; schedule.cpp has done the rest.
void switch_to_process(int from, int next);
/// A new execution: there is one process again. Nothing to do where nothing here was used
/// (note_use_of_processes).
void new_execution_of_processes();
/// An execution has ended, in whichever process.
void execution_of_processes_ended();
/// What this file keeps is in use in this execution: processes, or what they may share.
void note_use_of_processes();
bool processes_in_use();
/// The running process has allocated: children that were forked before have other things there.
void note_private_block(std::uint64_t address, std::uint64_t size);
/// Has the running process the stacks and arenas with this number?
bool has_slot(int slot);
/// Once, before the first execution.
void prepare_processes();
/// May the running process have this stack (Stacks::owner)? Ends the execution where it may not.
void check_stack_is_own(std::uint64_t address);

}  // namespace selvage::machine
