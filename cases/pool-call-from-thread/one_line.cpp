// Two threads call a worker process over one line.
#include "one_line.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 20, one_line::run); }
