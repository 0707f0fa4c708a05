// Two processes greet on one page, each with a lock around its greeting.
#include "lines.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 1, lines::run); }
