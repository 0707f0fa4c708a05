// Counts to 100000 twice over, in one thread.
#include "twice.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 100000, twice::run); }
