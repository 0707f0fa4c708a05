// Two workers with two increments each; an exception skips the unlock.
#include "unreleased.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 2, unreleased::run); }
