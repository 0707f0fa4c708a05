// Two processes add to a manager's value n times each.
#include "manager.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 100, manager::run); }
