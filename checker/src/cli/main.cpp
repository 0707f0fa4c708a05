// The `selvage` command.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>

#include "cxx.hpp"
#include "exit_status.hpp"
#include "new_project.hpp"
#include "orders.hpp"
#include "print.hpp"
#include "run.hpp"
#include "run_request.hpp"
#include "version.hpp"

namespace {

using namespace selvage;

constexpr const char* kStatuses =
    "Exit status:\n"
    "  0  proved: every execution was explored and none is bad\n"
    "  1  a violation was found\n"
    "  2  a bound ended the search, or it was interrupted: nothing was found, nothing is proved\n"
    "  3  bad usage, unreadable file, unsupported program, or an internal error\n";

constexpr const char* kOrdersStatuses =
    "Exit status:\n"
    "  0  the program is proved as it is, and each of its orders and locks was decided\n"
    "  1  the program has a violation as it is\n"
    "  2  a bound ended a search, or it was interrupted: something is not decided\n"
    "  3  bad usage, unreadable file, unsupported program, or an internal error\n";

int command(int argc, char** argv) {
  // The compiler's options are not ours to parse.
  if (argc >= 2 && std::string(argv[1]) == "c++") {
    return cli::cxx_command({argv + 2, argv + argc});
  }
  CLI::App app("Selvage: a model checker for ordinary C++ threads", "selvage");
  app.set_version_flag("--version", std::string("selvage ") + report::kVersion);
  app.require_subcommand(1);
  app.footer(kStatuses);
  cli::RunWords words;
  CLI::App* run = cli::add_run_command(app, &words);
  run->footer(kStatuses);
  app.add_subcommand("c++", "Compile and link with the flags that Selvage needs; see selvage c++ --help");
  cli::OrdersRequest orders_request;
  CLI::App* orders = cli::add_orders_command(app, &orders_request);
  orders->footer(kOrdersStatuses);
  std::string project;
  CLI::App* fresh = cli::add_new_command(app, &project);
  const auto is_named = [&](const CLI::App* subcommand) { return subcommand->check_name(argv[1]); };
  if (argc >= 2 && argv[1][0] != '-' && app.get_subcommands(is_named).empty()) {
    throw cli::Refused(fmt::format(
        "there is no command '{}'; there are run, c++, orders and new (see selvage --help)", argv[1]));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // help or version
    const char* of = run->parsed() ? " run" : fresh->parsed() ? " new" : orders->parsed() ? " orders" : "";
    cli::say(fmt::format("selvage: {} (see selvage{} --help)\n", error.what(), of));
    return cli::kRefused;
  }
  if (fresh->parsed()) return cli::new_command(project);
  if (orders->parsed()) {
    cli::finish_orders_request(*orders, &orders_request);
    orders_request.command = argv[0];
    return cli::orders_command(orders_request);
  }
  cli::RunRequest request = cli::finish_run_request(*run, std::move(words));
  // How the user called us, for the commands that the report shows. Between "run" and the program stand the
  // options of this run.
  request.given.assign(argv, argv + argc);
  const std::size_t of_program = request.program.empty() ? 0 : 1 + request.arguments.size();
  request.given.resize(request.given.size() - of_program);
  return cli::run_command(request);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return command(argc, argv);
  } catch (const std::exception& error) {
    cli::say(fmt::format("selvage: {}\n", error.what()));
    return cli::kRefused;
  }
}
