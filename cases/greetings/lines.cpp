// Two threads greet on one page, a greeting at a time.
#include "lines.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 1, lines::run); }
