// Ten tasks that look for their numbers where these are no more.
#include "out_of_scope.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, out_of_scope::run); }
