// Crawls a site of three pages with two workers that may both find a new page.
#include "fetched_twice.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 3, fetched_twice::run); }
