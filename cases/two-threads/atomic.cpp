// Counts to 100000 in each of two threads that share an atomic counter.
#include "atomic.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 100000, atomic::run); }
