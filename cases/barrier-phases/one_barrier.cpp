// Works for a hundred phases in each of two threads that meet once a phase.
#include "one_barrier.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 100, one_barrier::run); }
