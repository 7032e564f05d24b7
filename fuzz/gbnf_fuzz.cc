// Any bytes as a grammar and, after a null byte, a text: an error that says where, or a grammar that runs.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "grammar/gbnf.h"
#include "grammar/machine.h"

namespace linnet::grammar {
namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void run(std::string_view gbnf, std::string_view text) {
  const auto grammar = parse_gbnf(gbnf);
  if (!grammar) return require(grammar.error().message.starts_with("grammar"));
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
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\0');
  const bool has_text = end != std::string_view::npos;
  linnet::grammar::run(input.substr(0, end), has_text ? input.substr(end + 1) : "ab(a, \"b\")");
  return 0;
}
