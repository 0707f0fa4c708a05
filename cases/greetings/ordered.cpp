// Two threads greet on one page, the second after the first.
#include "ordered.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 1, ordered::run); }
