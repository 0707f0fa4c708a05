// Two producer processes and a consumer, with nothing but counted places.
#include "unlocked.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 100, unlocked::run); }
