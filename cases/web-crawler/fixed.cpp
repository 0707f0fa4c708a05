// Crawls a site of ten pages with two workers.
#include "fixed.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, fixed::run); }
