// Prints the counter while another thread is counting to 100000.
#include "racy.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 100000, racy::run); }
