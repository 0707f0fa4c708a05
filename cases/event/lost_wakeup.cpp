// Waits for an event in a way that can sleep through it.
#include "lost_wakeup.hpp"

#include "../program.hpp"

int main(int argc, char** argv) { return program::trials(argc, argv, 1, lost_wakeup::run); }
