// Lets two producers and two consumers look at a queue with room for ten, and then act.
#include "check_then_act.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, check_then_act::run); }
