// Two processes add to a manager's value n times each, with a lock around get and set.
#include "locked.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 100, locked::run); }
