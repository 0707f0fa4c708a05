// Two workers with two increments each, one of which throws, under a lock that a guard gives back.
#include "guarded_throwing.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 2, guarded_throwing::run); }
