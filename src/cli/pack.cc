#include <memory>

#include <fmt/format.h>
#include <linnet/model.h>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/model_source.h"
#include "cli/terminal.h"

namespace linnet::cli {
namespace {

struct Args {
  std::string in, out;
  bool force = false;
};

ExitCode pack(const Args& args) {
  const std::filesystem::path in = find_model(args.in);
  std::error_code ignored;
  if (!args.force && std::filesystem::exists(args.out, ignored)) {
    fail(ErrorCode::kInvalidArgument, fmt::format("{} exists already; --force replaces it", args.out));
  }
  {
    Progress bar("packing");
    const Interrupt interrupt;
    const auto progress = [&](double fraction) {
      bar.show(fraction);
      return !interrupt.happened();
    };
    linnet::pack(in, args.out, {.overwrite = args.force, .progress = progress}).value();
  }
  note(fmt::format("{}: {:.1f} MB", args.out,
                   static_cast<double>(std::filesystem::file_size(args.out)) / 1e6));
  return kOk;
}

Action configure(CLI::App& app) {
  auto args = std::make_shared<Args>();
  app.add_option("MODEL", args->in, "Path of a GGUF file, or a name of the manifest")->required();
  app.add_option("OUT", args->out, "The file to write: a GGUF file that only linnet reads")->required();
  app.add_flag("--force", args->force, "Replace OUT if it exists");
  return [args] { return pack(*args); };
}

}  // namespace

extern const Command kPack;
const Command kPack{
    .name = "pack",
    .summary = "Write a model in the form that loads at once",
    .examples =
        "linnet pack smollm2-135m-instruct smollm2.packed.gguf\n"
        "linnet run smollm2.packed.gguf 'What is the capital of France?'\n"
        "linnet pack model.gguf model.packed.gguf --force",
    .configure = &configure,
};

}  // namespace linnet::cli
