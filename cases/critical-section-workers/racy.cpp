// Two workers with two increments each and no lock.
#include "racy.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 2, racy::run); }
