// Goes through a hundred items with two workers that share an unprotected index.
#include "racy.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 100, racy::run); }
