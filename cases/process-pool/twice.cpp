// Squares ten items with two workers that can take the same item.
#include "twice.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, twice::run); }
