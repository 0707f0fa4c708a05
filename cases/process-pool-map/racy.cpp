// A pool of two processes squares numbers; the index of the next is a plain variable.
#include "racy.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, racy::run); }
