#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/model_source.h"
#include "cli/terminal.h"
#include "cli/text_input.h"

namespace linnet::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Args {
  std::string model;
  TextFlags text;
  std::string ids;
  bool json = false;
};

// In quotes, on one line, valid UTF-8 whatever bytes the piece has.
std::string quoted(const std::string& piece) {
  return Json(piece).dump(-1, ' ', false, Json::error_handler_t::replace);
}

ExitCode tokenize(const Args& args) {
  const Model model = Model::load(find_model(args.model), {.vocabulary_only = true}).value();
  if (!args.ids.empty()) {
    print(model.detokenize(parse_tokens(args.ids), /*show_special=*/true).value());
    print("\n");
    return kOk;
  }
  const std::vector<Token> tokens = model.tokenize(args.text.read(), args.text.options()).value();
  if (args.json) {
    print(Json(tokens).dump());
    print("\n");
    return kOk;
  }
  for (const Token token : tokens) print(fmt::format("{:7} {}\n", token, quoted(model.piece(token).value())));
  return kOk;
}

Action configure(CLI::App& app) {
  auto args = std::make_shared<Args>();
  app.add_option("MODEL", args->model,
                 "Path of a GGUF file (a vocabulary is enough), or a name of the manifest")
      ->required();
  args->text.add(app);
  app.add_flag("--json", args->json, "Print the token numbers as one JSON array");
  app.add_option("--ids", args->ids, "The other way round: print the text of these tokens")
      ->option_text("\"1 2 3\"")
      ->excludes("TEXT", "--file", "--json");
  return [args] { return tokenize(*args); };
}

}  // namespace

extern const Command kTokenize;
const Command kTokenize{
    .name = "tokenize",
    .summary = "Show the tokens of a text",
    .examples =
        "linnet tokenize smollm2-135m-instruct 'Hello world'\n"
        "linnet tokenize model.gguf --file book.txt --json\n"
        "linnet tokenize model.gguf --ids '19556 905'",
    .configure = &configure,
};

}  // namespace linnet::cli
