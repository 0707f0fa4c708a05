// Crawls a site of ten pages until nothing seems to be left.
#include "early_stop.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, early_stop::run); }
