// Waits for an event for a while only, and again after it was set.
#include "timed.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 1, timed::run); }
