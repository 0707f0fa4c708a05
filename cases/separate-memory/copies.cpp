// Appends n letters to a string in a child process.
#include "copies.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, copies::run); }
