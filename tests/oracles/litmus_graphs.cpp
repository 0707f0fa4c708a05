// Prints, for each line "MODEL<tab>INIT<tab>THREADS" of standard input, the number of graphs and the outcomes.
#include <iostream>

#include "litmus.hpp"

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    const std::size_t a = line.find('\t'), b = line.find('\t', a + 1);
    const std::string model = line.substr(0, a);
    const oracles::Program program = oracles::parse_litmus(line.substr(a + 1, b - a - 1), line.substr(b + 1));
    const oracles::Counts counts = oracles::explore(
        program, model == "sc" ? selvage::memory::MemoryModel::sc : selvage::memory::MemoryModel::rc11,
        5'000'000);
    std::cout << counts.graphs << "\t" << counts.duplicates << "\t" << counts.discarded << "\t"
              << counts.error;
    for (const auto& [outcome, graphs] : counts.outcomes) std::cout << "\t" << outcome << "*" << graphs;
    std::cout << std::endl;
  }
}
