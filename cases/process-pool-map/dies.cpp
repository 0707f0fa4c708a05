// A pool of two processes squares numbers; one that dies holds the lock.
#include "dies.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, dies::run); }
