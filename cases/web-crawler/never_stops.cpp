// Crawls a site of ten pages with two workers, one of which may wait for ever.
#include "never_stops.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, never_stops::run); }
