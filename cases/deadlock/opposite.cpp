// Moves coins between two accounts in both directions, with locks in opposite order.
#include "opposite.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 1, opposite::run); }
