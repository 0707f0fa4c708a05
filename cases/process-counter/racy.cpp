// Counts 10000 up in one process and 10001 down in another.
#include "racy.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10000, racy::run); }
