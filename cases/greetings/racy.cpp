// Two threads greet on one page, letter by letter.
#include "racy.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 1, racy::run); }
