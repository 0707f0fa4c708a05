// Lets eleven consumers look at a queue of ten items, and then wait for one.
#include "blocked.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, blocked::run); }
