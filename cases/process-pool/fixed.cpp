// Squares ten items with two workers that take each item once.
#include "fixed.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, fixed::run); }
