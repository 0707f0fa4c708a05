// Looks at a flag up to five times while another thread sets it.
#include "racy.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 5, racy::run); }
