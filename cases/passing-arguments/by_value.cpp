// Ten tasks, each given a copy of its number.
#include "by_value.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, by_value::run); }
