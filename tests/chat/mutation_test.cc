// Mutants of template sources: each parses or not, renders or not, and nothing worse.
#include <gtest/gtest.h>

#include <random>

#include "tests/chat/support.h"

namespace linnet::chat {
namespace {

constexpr int kMutants = 3000;
constexpr std::string_view kPieces[] = {
    "{{", "}}",    "{%",   "%}",     "{#",       "#}",        "-",      "|",      "(",
    ")",  "[",     "]",    ":",      "'",        "\\",        "\n",     ".",      "if",
    "{",  "endif", "for",  "endfor", "in",       "loop",      "set",    "macro",  "not",
    "*",  "**",    "~",    "%",      "99999999", "1e308",     "tojson", "range(", "is",
    ",",  "=",     "else", "raw",    "endraw",   "recursive", "break",  "\xff",   "\0"};

/// One to four edits: a cut, a copy from another place or another source, or a piece of syntax.
std::string mutate(std::string text, const std::string& other, std::mt19937& random) {
  const auto below = [&](std::size_t n) { return n == 0 ? 0 : random() % n; };
  for (std::size_t edits = 1 + below(4); edits > 0; --edits) {
    const std::size_t at = below(text.size() + 1), n = below(12);
    switch (below(4)) {
      case 0: text.erase(at, n); break;
      case 1: text.insert(at, other.substr(below(other.size()), n)); break;
      case 2: text.insert(at, text.substr(below(text.size()), n)); break;
      default: text.insert(at, kPieces[below(std::size(kPieces))]); break;
    }
  }
  return text;
}

TEST(Mutation, MutantsOfTemplatesAreRefusedOrRendered) {
  const Value file = golden_cases();
  const Value& context = *file.as_dict()->find("context");
  const auto& cases = file.as_dict()->find("cases")->as_sequence()->items;
  std::mt19937 random(7);  // its numbers are the same everywhere
  const auto any_source = [&] {
    return std::string(cases[random() % cases.size()].as_sequence()->items[0].as_text()->bytes());
  };
  int rendered = 0;
  for (int i = 0; i < kMutants; ++i) {
    const std::string source = mutate(any_source() + any_source(), any_source(), random);
    const auto parts = render(source, context);
    rendered += parts ? 1 : 0;
    if (parts) continue;
    EXPECT_NE(parts.error().message.find("chat template"), std::string::npos) << source;
  }
  EXPECT_GT(rendered, kMutants / 20);
}

}  // namespace
}  // namespace linnet::chat
