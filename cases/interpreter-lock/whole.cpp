// Counts to 100000 in each of two threads; each increment is under the interpreter's lock as a whole.
#include "whole.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 100000, whole::run); }
