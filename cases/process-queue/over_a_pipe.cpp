// A producer process and a consumer, with a pipe between them.
#include "over_a_pipe.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 1000, over_a_pipe::run); }
