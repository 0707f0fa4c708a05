// Works for a hundred phases in each of two threads that meet twice a phase.
#include "fixed.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 100, fixed::run); }
