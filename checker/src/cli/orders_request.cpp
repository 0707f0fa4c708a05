#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "exit_status.hpp"
#include "orders.hpp"
#include "validators.hpp"

namespace selvage::cli {
namespace {

class OrdersHelp : public CLI::Formatter {
 public:
  OrdersHelp() { column_width(24); }
  std::string make_usage(const CLI::App*, std::string) const override {
    return "Usage: selvage orders [OPTIONS] PROGRAM [ARGS...]\n";
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    return option->get_items_expected() == 0 ? "" : " " + option->get_type_name();
  }
};

}  // namespace

CLI::App* add_orders_command(CLI::App& app, OrdersRequest* request) {
  Options& options = request->options;
  CLI::App* orders =
      app.add_subcommand("orders", "Find the memory orders and locks that a program does not need");
  orders->prefix_command();
  orders->formatter(std::make_shared<OrdersHelp>());
  orders
      ->add_option("--expect", options.expected,
                   "An outcome that is right; may be repeated. Any other is a violation")
      ->allow_extra_args(false)
      ->type_name("OUTCOME");
  orders->add_option("--time", options.seconds, "End each search after S seconds: it is then not decided")
      ->check(above(0, true))
      ->type_name("S");
  orders->add_option("--executions", options.executions, "End each search after N executions")
      ->check(above(0, true))
      ->type_name("N");
  orders
      ->add_option("--max-events", options.max_events,
                   "Cut executions longer than N events (default 1000000)")
      ->check(above(0, false))
      ->type_name("N");
  orders
      ->add_option("--max-timeouts", options.max_timeouts,
                   "Time-outs that a thread may take while another could run\n(default 2)")
      ->check(above(0, true))
      ->type_name("K");
  orders->add_option("--leaks", request->leaks, "report (default) leaks, or ignore them")
      ->check(one_of({"report", "ignore"}))
      ->type_name("HOW");
  orders->add_option("--json", request->json, "Write what was found as JSON (docs/orders.md); - for stdout")
      ->type_name("FILE");
  return orders;
}

void finish_orders_request(const CLI::App& orders, OrdersRequest* request) {
  std::vector<std::string> rest = orders.remaining();
  if (!rest.empty() && rest.front() == "--") {
    rest.erase(rest.begin());
  } else if (!rest.empty() && rest.front().size() > 1 && rest.front().front() == '-') {
    throw Refused(fmt::format("unknown option {} (see selvage orders --help)", rest.front()));
  }
  if (rest.empty()) throw Refused("no program given (see selvage orders --help)");
  request->program = rest.front();
  request->arguments.assign(rest.begin() + 1, rest.end());
  Options& options = request->options;
  options.model = "rc11";
  options.search = Search::graphs;
  options.report_leaks = request->leaks == "report";
  options.program = request->program;
}

}  // namespace selvage::cli
