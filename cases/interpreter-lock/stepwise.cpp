// Counts to 100000 in each of two threads; each step of an increment is under the interpreter's lock.
#include "stepwise.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 100000, stepwise::run); }
