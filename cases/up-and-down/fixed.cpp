// Counts up 1000000 times in one thread and down 1000001 times in another, from 10, under a lock.
#include "fixed.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 1000000, fixed::run); }
