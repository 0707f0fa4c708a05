// Two tasks append two letters each to a managed string; reading and writing it are two calls.
#include "get_set.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 2, get_set::run); }
