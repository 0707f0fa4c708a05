// `selvage orders`: which memory orders and which locks does a program need?
#pragma once

#include <string>
#include <vector>

#include "selvage/selvage.hpp"

namespace CLI {
class App;
}

namespace selvage::cli {

struct OrdersRequest {
  Options options;
  std::string json;  ///< a file, "-" for stdout, empty for none
  std::string leaks = "report";
  std::string program;
  std::vector<std::string> arguments;
  std::string command;  ///< how the user called us: selvage, or a path to it
};

/// What came of exploring the program with one change.
struct Trial {
  std::string changed;  ///< the order tried; empty for a lock
  Verdict verdict = Verdict::exhausted;
  std::string message;
  std::string command;  ///< shows it
};

/// The atomic accesses and fences at one line: they are weakened together.
struct OrderFinding {
  SourceLocation where;
  std::vector<Site> sites;
  std::vector<std::string> weakest;  ///< the weakest orders with which all verifies; empty: only as written
  std::vector<Trial> refuted;        ///< next weaker ones, with which it does not, or that were not decided
};

/// The locks taken at one line.
struct LockFinding {
  SourceLocation where;
  std::vector<Site> sites;
  Trial without;  ///< `proved`: it is not needed
};

struct OrdersFound {
  Result as_written;
  std::vector<OrderFinding> orders;
  std::vector<LockFinding> locks;
  std::size_t left_out = 0;  ///< sites in the standard library's own code
  bool undecided = false;    ///< some search did not come to its end
};

std::string orders_text(const OrdersFound& found, std::size_t columns);
std::string orders_json(const OrdersFound& found);

CLI::App* add_orders_command(CLI::App& app, OrdersRequest* request);
/// After parsing. Throws Refused for what makes no sense.
void finish_orders_request(const CLI::App& orders, OrdersRequest* request);
/// Returns the exit status; throws Refused and report::FileError for what ends it with status 3.
int orders_command(const OrdersRequest& request);

}  // namespace selvage::cli
