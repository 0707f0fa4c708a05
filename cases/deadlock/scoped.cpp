// Moves 100000 coins between two accounts in both directions, with both locks at once.
#include "scoped.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 100000, scoped::run); }
