// Two workers with two increments each, under a lock that a guard gives back.
#include "guarded.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 2, guarded::run); }
