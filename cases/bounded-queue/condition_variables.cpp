// Passes eleven items through a queue with room for ten, with condition variables.
#include "condition_variables.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, condition_variables::run); }
