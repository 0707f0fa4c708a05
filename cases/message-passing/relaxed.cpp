// Sends 42 from one thread to another behind a relaxed atomic flag.
#include "relaxed.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 42, relaxed::run); }
