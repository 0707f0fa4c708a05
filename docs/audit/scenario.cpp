// Two threads, one withdrawal each, one coin.
#include <iostream>
#include <thread>

#include "account.hpp"

int main() {
  Account account(1);
  std::thread first([&account] { account.withdraw(1); });
  std::thread second([&account] { account.withdraw(1); });
  first.join();
  second.join();
  std::cout << account.coins() << '\n';
}
