// Passes eleven items and then ten through a queue with room for ten, with semaphores.
#include "semaphores.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, semaphores::run); }
