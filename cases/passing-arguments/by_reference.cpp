// Ten tasks that each look for their number in the loop variable.
#include "by_reference.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, by_reference::run); }
