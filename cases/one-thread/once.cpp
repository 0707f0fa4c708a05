// Counts to 100000 in one thread.
#include "once.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 100000, once::run); }
