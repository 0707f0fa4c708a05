// Counts 10000 up in one process and 10001 down in another, which take turns with a lock.
#include "fixed.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10000, fixed::run); }
