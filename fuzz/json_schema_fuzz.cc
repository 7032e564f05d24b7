// Any bytes as a JSON Schema and, after a null byte, a text: an error that says what is wrong, or a grammar
// that runs, and in which a text that was begun can go on or be over.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/utf8.h"
#include "grammar/json_schema.h"
#include "grammar/machine.h"

namespace linnet::grammar {
namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void run(std::string_view schema, std::string_view text, const JsonOptions& options) {
  const auto grammar = compile_json_schema(schema, options);
  if (!grammar) {
    const Error& error = grammar.error();
    require(error.code == ErrorCode::kInvalidArgument || error.code == ErrorCode::kUnsupported);
    return require(!error.message.empty() && utf8::is_valid(error.message));
  }
  Machine machine(*grammar);
  ConfigId config = Machine::kStart;
  for (const char c : text.substr(0, 200)) {
    require(machine.accepts(config) || machine.continues(config) || config == Machine::kTooMany);
    config = machine.next(config, static_cast<std::uint8_t>(c));
    if (config == Machine::kDead) return;
  }
}

}  // namespace
}  // namespace linnet::grammar

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace linnet::grammar;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\0');
  const std::string_view text = end == std::string_view::npos ? R"({"a": [1, "b"]})" : input.substr(end + 1);
  run(input.substr(0, end), text, {});
  run(input.substr(0, end), text,
      {.order = JsonOrder::kFree, .space = JsonSpace::kFree, .spelling = JsonSpelling::kAny});
  return 0;
}
