// Counts down from 10 and asks an atomic flag, before the join and after, whether the counting is over.
#include "atomic.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, atomic::run); }
