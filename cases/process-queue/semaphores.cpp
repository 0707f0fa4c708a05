// Two producer processes and a consumer, with semaphores.
#include "semaphores.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 100, semaphores::run); }
