#include "tokenizer/pretokenizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "base/utf8.h"

namespace linnet {
namespace {

using Ends = std::vector<std::size_t>;

Pretokenizer compile(std::string_view name) {
  const auto row = std::ranges::find(pretokenizers(), name, &PretokenizerSpec::name);
  return Pretokenizer::compile(*row).value();
}

Ends split(const Pretokenizer& pretokenizer, std::string_view text) {
  Ends ends;
  pretokenizer.split(text, ends).value();
  return ends;
}

nlohmann::json golden(const std::string& name) {
  std::ifstream stream(LINNET_GOLDEN_DIR "/tokenizer/" + name);
  return nlohmann::json::parse(stream);
}

TEST(Pretokenizer, CutsWhereTheFamiliesOwnTokenizersDo) {
  const auto texts = golden("byte_pair.json").at("text").get<std::vector<std::string>>();
  const auto words = golden("words.json");
  for (const auto& [name, wanted] : words.items()) {
    const Pretokenizer pretokenizer = compile(name);
    for (std::size_t i = 0; i < wanted.size(); ++i)
      EXPECT_EQ(split(pretokenizer, texts[i]), wanted[i].get<Ends>())
          << name << ": " << utf8::printable(texts[i]);
  }
}

TEST(Pretokenizer, EveryRowCutsAllOfTheText) {
  const std::string text = "It's 1234 birds,\r\n  señor!\t日本語 한국 e\u0301 <sentinel:1>  \n\n x";
  std::set<std::string_view> names;
  for (const PretokenizerSpec& spec : pretokenizers()) {
    EXPECT_TRUE(names.insert(spec.name).second) << spec.name << " twice";
    const Ends ends = split(Pretokenizer::compile(spec).value(), text);
    EXPECT_TRUE(std::ranges::is_sorted(ends, std::less_equal())) << spec.name << ": an empty word";
    EXPECT_EQ(ends.back(), text.size()) << spec.name;
    for (const std::size_t end : ends)
      EXPECT_TRUE(utf8::is_valid(std::string_view(text).substr(end))) << spec.name;
  }
}

TEST(Pretokenizer, BytesThatAreNotUtf8AreWordsOfTheirOwn) {
  const Pretokenizer gpt2 = compile("gpt-2");
  EXPECT_EQ(split(gpt2, "ab\xFF\xFE"), (Ends{2, 4}));
  EXPECT_EQ(split(gpt2, "\xE6\x97"), (Ends{2}));
  EXPECT_EQ(split(gpt2,
                  " a\xC0 b\xED\xA0\x80"
                  "c d"),
            (Ends{2, 3, 5, 8, 9, 11}));
  EXPECT_EQ(split(gpt2, ""), Ends{});
}

TEST(Pretokenizer, SpaceIsUnicodesWhiteSpace) {
  const Pretokenizer gpt2 = compile("gpt-2");
  EXPECT_EQ(split(gpt2, "\u0085\u0085"), (Ends{4}));
  EXPECT_EQ(split(gpt2, "a\u3000\u2028b"), (Ends{1, 4, 7, 8}));
  EXPECT_EQ(split(gpt2, "!\u180E!"), (Ends{5})) << "U+180E is no space";
}

// A pattern that takes quadratic time would need hours here, not seconds.
TEST(Pretokenizer, HostileTextTakesLinearTime) {
  constexpr std::size_t kBytes = 100'000;
  const std::string_view units[] = {" ", "\n", "a",  "A",       "1",       "!", "aA",  " \n",
                                    "'", "a ", "日", "e\u0301", "A\u0301", "/", "\xFF"};
  std::set<const std::string_view*> seen;
  for (const PretokenizerSpec& spec : pretokenizers()) {
    if (!seen.insert(spec.patterns.data()).second) continue;
    const Pretokenizer pretokenizer = Pretokenizer::compile(spec).value();
    for (const std::string_view unit : units) {
      std::string text;
      while (text.size() < kBytes) text += unit;
      for (const std::string_view tail : {"", "x"}) {
        Ends ends;
        const auto done = pretokenizer.split(text.append(tail), ends);
        ASSERT_TRUE(done) << spec.name << ", " << utf8::printable(unit) << ": " << done.error().message;
      }
    }
  }
}

}  // namespace
}  // namespace linnet
