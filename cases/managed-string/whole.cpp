// Two tasks append two letters each to a managed string; appending is one call.
#include "whole.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 2, whole::run); }
