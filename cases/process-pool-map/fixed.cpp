// A pool of two processes squares numbers; the index of the next is atomic.
#include "fixed.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, fixed::run); }
