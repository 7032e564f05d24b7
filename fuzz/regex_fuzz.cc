// Any bytes as a regular expression and, after a null byte, a text: an error that says where, or an
// automaton that keeps its promises.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/utf8.h"
#include "grammar/regex.h"

namespace linnet::grammar {
namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void compile(std::string_view pattern, std::string_view text) {
  const auto dfa = compile_regex(pattern);
  if (!dfa) return require(dfa.error().message.starts_with("regular expression, byte "));
  const bool matches = (*dfa)->matches(text);
  if ((*dfa)->is_empty()) return require(!matches);
  require(!matches || utf8::is_valid(text));
  require((*dfa)->min_length() <= (*dfa)->max_length());
  // Every state that a text can reach is accepted or goes on, and only what goes on has a next one.
  State state = (*dfa)->start();
  for (const char c : text) {
    require((*dfa)->accepts(state) || (*dfa)->continues(state));
    const auto next = (*dfa)->next(state, static_cast<std::uint8_t>(c));
    if (!next) return require(!matches);
    require((*dfa)->continues(state));
    state = *next;
  }
  require((*dfa)->accepts(state) == matches);
  AutomataWork work;
  if (const auto others = Dfa::complement(**dfa, work))
    require((*others)->matches(text) == (utf8::is_valid(text) && !matches));
}

}  // namespace
}  // namespace linnet::grammar

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\0');
  const bool has_text = end != std::string_view::npos;
  linnet::grammar::compile(input.substr(0, end), has_text ? input.substr(end + 1) : "a\xC3\xA9 0");
  return 0;
}
