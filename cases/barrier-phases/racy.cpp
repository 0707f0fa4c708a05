// Works for a hundred phases in each of two threads that do not wait for each other.
#include "racy.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 100, racy::run); }
