// Sends 1 to 10 from one thread to another through a channel.
#include "channel.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 10, channel::run); }
