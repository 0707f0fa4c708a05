// Lets five philosophers eat who take the fork with the lower number first.
#include "ordered.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 5, ordered::run); }
