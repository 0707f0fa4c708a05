// A pool of two processes squares numbers; one that dies leaves its work to the other.
#include "survives.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, survives::run); }
