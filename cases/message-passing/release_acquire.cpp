// Sends 42 from one thread to another behind a flag with release and acquire.
#include "release_acquire.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 42, release_acquire::run); }
