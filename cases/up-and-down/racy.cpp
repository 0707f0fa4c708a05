// Counts up 1000000 times in one thread and down 1000001 times in another, from 10, without a lock.
#include "racy.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 1000000, racy::run); }
