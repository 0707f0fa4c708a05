// Puts ten items into a queue whose consumer looks only once before it takes one.
#include "if_wait.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, if_wait::run); }
