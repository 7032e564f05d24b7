// The program `linnet`: finds the command, runs it, and turns every failure into one line and an exit code.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <csignal>
#include <cstdlib>
#include <iterator>
#include <map>
#include <numeric>
#include <sstream>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/terminal.h"

namespace linnet::cli {

extern const Command kRun, kChat, kMatch, kExtract, kClassify, kEval, kInspect, kTokenize, kLogits,
    kPerplexity, kBench, kPack;

namespace {

// The one list of commands.
constexpr const Command* kCommands[] = {&kRun,     &kChat,     &kMatch,  &kExtract,    &kClassify, &kEval,
                                        &kInspect, &kTokenize, &kLogits, &kPerplexity, &kBench,    &kPack};

constexpr const char* kFooter =
    "Examples:\n"
    "  linnet run smollm2-135m-instruct 'What is the capital of France?'\n"
    "  linnet chat model.gguf\n"
    "  linnet help run\n\n"
    "Exit codes: 0 done, 1 failed (match: no), 2 wrong usage (told before a model is loaded), 130 "
    "interrupted\n"
    "(Ctrl-C).\n"
    "Results go to standard output, all else to standard error.";

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] != b[j] ? 1 : 0);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

// CLI11 would take an unknown command for a stray argument.
void check_command(std::string_view name) {
  const auto* const best =
      *std::min_element(std::begin(kCommands), std::end(kCommands), [&](const Command* a, const Command* b) {
        return edit_distance(name, a->name) < edit_distance(name, b->name);
      });
  if (name == best->name || name == "help") return;
  const bool is_near = edit_distance(name, best->name) <= 2;
  throw UsageError(
      fmt::format("there is no command '{}'; {}", name,
                  is_near ? fmt::format("did you mean '{}'?", best->name) : "see linnet --help"));
}

std::string footer(const Command& command) {
  std::string text = "Examples:";
  std::istringstream lines(command.examples);
  for (std::string line; std::getline(lines, line);) text += "\n  " + line;
  return text;
}

std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

ExitCode complain(std::string_view who, const std::string& message, ExitCode code) {
  note(fmt::format("{} {}", styled("31", fmt::format("{}:", who)), one_line(message)));
  return code;
}

struct Program {
  CLI::App app{"linnet: small language models on the CPU", "linnet"};
  std::map<const CLI::App*, Action> actions;
  std::string help_topic, overview;

  Program() {
    app.set_version_flag("--version", fmt::format("linnet {}", version()), "Show the version and end");
    app.set_help_flag("-h,--help", "Show this and end");
    app.footer(kFooter);
    app.require_subcommand(1);
    for (const Command* command : kCommands) {
      CLI::App* const subcommand = app.add_subcommand(command->name, command->summary);
      subcommand->footer(footer(*command));
      actions[subcommand] = command->configure(*subcommand);
    }
    CLI::App* const help = app.add_subcommand("help", "Show how a command is used");
    help->add_option("COMMAND", help_topic, "The command");
    actions[help] = [this] {
      if (!help_topic.empty()) check_command(help_topic);
      print(help_topic.empty() ? overview : app.get_subcommand(help_topic)->help("linnet"));
      return kOk;
    };
    overview = app.help();  // once a command is parsed, help() shows that one
  }
};

ExitCode run(int argc, char** argv) {
  std::string who = "linnet";
  try {
    Program program;
    if (argc > 1 && argv[1][0] != '-') {
      check_command(argv[1]);
      who += fmt::format(" {}", argv[1]);
    }
    try {
      program.app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      if (error.get_exit_code() != 0) {
        throw UsageError(fmt::format("{}; see {} --help", one_line(error.what()), who));
      }
      std::ostringstream out;
      program.app.exit(error, out, out);
      print(out.str());
      flush();
      return kOk;
    }
    const ExitCode code = program.actions.at(program.app.get_subcommands().front())();
    flush();
    return code;
  } catch (const UsageError& error) {
    return complain(who, error.what(), kUsage);
  } catch (const Exception& error) {
    return complain(who, error.what(), error.error().code == ErrorCode::kCancelled ? kInterrupted : kFailure);
  } catch (const std::bad_alloc&) {
    return complain(who, "out of memory", kFailure);
  } catch (const std::exception& error) {
    return complain(who, error.what(), kFailure);
  }
}

// A stream that the caller closed would be the next file that is opened, and what is meant for it would go
// there. Its place is taken by something that cannot be written.
void occupy_standard_streams() {
  int descriptor = open("/dev/null", O_RDONLY);
  while (descriptor >= 0 && descriptor <= STDERR_FILENO) descriptor = open("/dev/null", O_RDONLY);
  if (descriptor >= 0) close(descriptor);
}

}  // namespace
}  // namespace linnet::cli

int main(int argc, char** argv) {
  linnet::cli::occupy_standard_streams();
  // A closed pipe and a file at its largest size are errors of the write, with a line on stderr.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  if (std::setlocale(LC_CTYPE, "") == nullptr || MB_CUR_MAX == 1) std::setlocale(LC_CTYPE, "C.UTF-8");
  return linnet::cli::run(argc, argv);
}
