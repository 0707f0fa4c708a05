// Prints the counter, under its lock, while another thread is counting to 100000.
#include "fixed.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 100000, fixed::run); }
