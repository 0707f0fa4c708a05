// Two processes greet on one page, without a lock.
#include "racy.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 1, racy::run); }
