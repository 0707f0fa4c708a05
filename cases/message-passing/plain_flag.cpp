// Sends 42 from one thread to another behind a plain flag.
#include "plain_flag.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 42, plain_flag::run); }
