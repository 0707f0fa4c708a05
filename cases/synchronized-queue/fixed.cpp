// Puts ten items into a synchronised queue and waits until a daemon has done them all.
#include "fixed.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, fixed::run); }
