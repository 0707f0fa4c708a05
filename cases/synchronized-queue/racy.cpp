// Puts ten items into an ordinary queue while another thread takes from it.
#include "racy.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, racy::run); }
