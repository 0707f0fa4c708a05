// Counts to 100000 in each of two threads that take turns with a lock.
#include "fixed.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 100000, fixed::run); }
