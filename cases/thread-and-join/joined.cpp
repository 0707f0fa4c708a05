// Counts to 100000 in a second thread, waits for it and prints.
#include "joined.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 100000, joined::run); }
