// Raises a counter by tens in one thread and lowers it by ones in another, without a lock.
#include "racy.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10000, racy::run); }
