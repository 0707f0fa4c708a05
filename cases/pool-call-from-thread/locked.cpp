// Two threads call a worker process, one at a time.
#include "locked.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 20, locked::run); }
