// Counts down from 10 and asks a plain flag, before the join and after, whether the counting is over.
#include "racy.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, racy::run); }
