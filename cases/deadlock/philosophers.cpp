// Lets five philosophers eat who all take the left fork first.
#include "philosophers.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 5, philosophers::run); }
