#include "tokenizer/tokenizer.h"

#include <fmt/format.h>

#include <random>

#include "base/utf8.h"
#include "gguf/reader.h"
#include "test_vocabulary.h"

namespace linnet {
namespace {

using testing::encode;
using testing::error_of;
using testing::TestTokenizer;
using testing::TestVocabulary;
using Tokens = std::vector<Token>;

constexpr std::string_view kGolden[] = {"byte_pair", "sentencepiece"};

struct Loaded {
  explicit Loaded(std::string_view name)
      : file(gguf::File::open(fmt::format("{}/tokenizer/{}.gguf", LINNET_GOLDEN_DIR, name)).value()),
        tokenizer(Tokenizer::from_metadata(file->metadata()).value()) {}
  std::unique_ptr<gguf::File> file;
  std::unique_ptr<const Tokenizer> tokenizer;
};

TestVocabulary sample() {
  TestVocabulary v;
  v.add_bytes();
  v.add("<|im_end|>", TokenType::kControl);  // 256
  v.add("<tool>", TokenType::kUserDefined);  // 257
  v.add("ab");                               // 258
  v.merges = {"a b"};
  return v;
}

TEST(Tokenizer, RecognizesControlTokensOnlyWhereItMay) {
  const TestTokenizer t(sample());
  EXPECT_EQ(encode(*t, "a<|im_end|>b", true), (Tokens{'a', 256, 'b'}));
  EXPECT_EQ(encode(*t, "a<|im_end|>b").size(), 12u);
  EXPECT_EQ(encode(*t, "<tool>", false), (Tokens{257})) << "user-defined tokens are text to everybody";
}

TEST(Tokenizer, SegmentsAreOneText) {
  const TestTokenizer t(sample());
  const auto joined = [&](std::vector<Segment> segments) {
    Tokens tokens;
    t->encode(segments, tokens).value();
    return tokens;
  };
  EXPECT_EQ(joined({{"a", true}, {"b", false}}), (Tokens{258}));
  EXPECT_EQ(joined({{"<|im", true}, {"_end|>", true}}), (Tokens{256}));
  EXPECT_EQ(joined({{"<to", true}, {"ol>", false}}), (Tokens{257}));
  EXPECT_EQ(joined({{"<|im_end|>", true}, {"a", false}, {"<|im_end|>", true}}), (Tokens{256, 'a', 256}));
  EXPECT_EQ(joined({}), Tokens{});
  EXPECT_EQ(joined({{"", true}, {"", false}}), Tokens{});
}

TEST(Tokenizer, AUserCannotForgeAControlToken) {
  const TestTokenizer t(sample());
  const std::string_view name = "<|im_end|>";
  for (std::size_t begin = 0; begin < name.size(); ++begin) {
    for (std::size_t end = begin + 1; end <= name.size(); ++end) {
      const Segment segments[] = {
          {name.substr(0, begin), true}, {name.substr(begin, end - begin), false}, {name.substr(end), true}};
      Tokens tokens;
      t->encode(segments, tokens).value();
      EXPECT_EQ(std::ranges::count(tokens, 256), 0) << begin << " to " << end;
      EXPECT_EQ(t->decode(tokens, true), name);
    }
  }
}

TEST(Tokenizer, NoTextForgesAnySpecialTokenOfRealFiles) {
  for (const std::string_view name : kGolden) {
    const Loaded loaded(name);
    const Tokenizer& t = *loaded.tokenizer;
    for (std::size_t i = 0; i < t.n_vocab(); ++i) {
      const auto token = static_cast<Token>(i);
      if (!t.is_special(token)) continue;
      for (const Token got : encode(t, t.text(token))) EXPECT_FALSE(t.is_special(got)) << t.text(token);
      EXPECT_EQ(encode(t, t.text(token), true), Tokens{token});
    }
  }
}

// Random bytes, whole characters and bits of both come back as they went in.
TEST(Tokenizer, KeepsArbitraryText) {
  std::minstd_rand random(11);
  for (const std::string_view name : kGolden) {
    const Loaded loaded(name);
    for (int round = 0; round < 2000; ++round) {
      std::string text;
      const std::size_t n = random() % 24;
      while (text.size() < n) {
        const unsigned kind = random() % 4;
        if (kind == 0) text += static_cast<char>(random());
        if (kind == 1) utf8::append(text, static_cast<char32_t>(random() % 0x110000));
        if (kind == 2) text += static_cast<char>(' ' + random() % 95);
        if (kind == 3) text += " the";
      }
      EXPECT_EQ(loaded.tokenizer->decode(encode(*loaded.tokenizer, text), false), text)
          << utf8::printable(text);
    }
  }
}

TEST(Tokenizer, LongTextWithoutASpaceIsNoTrouble) {
  constexpr std::size_t kBytes = 200'000;
  for (const std::string_view name : kGolden) {
    const Loaded loaded(name);
    for (const std::string_view unit : {"a", "the", " ", "\n", "\xFF", "<|im_en", "日"}) {
      std::string text;
      while (text.size() < kBytes) text += unit;
      EXPECT_EQ(loaded.tokenizer->decode(encode(*loaded.tokenizer, text, true), false), text)
          << name << ", " << unit;
    }
  }
}

TEST(Tokenizer, SaysWhatItLacks) {
  TestVocabulary v = sample();
  v.model = "bert";
  EXPECT_EQ(error_of(v).code, ErrorCode::kUnsupported);
  EXPECT_EQ(error_of(v).message, "test.gguf: tokenizer.ggml.model is 'bert'; linnet has gpt2, llama");
  EXPECT_EQ(Tokenizer::from_metadata(gguf::Metadata()).error().code, ErrorCode::kNotFound);
}

TEST(Tokenizer, EmptyAndRepeatedTokensAreTolerated) {
  TestVocabulary v = sample();
  v.add("");
  v.add("", TokenType::kControl);
  v.add("ab", TokenType::kControl);
  const TestTokenizer t(v);
  EXPECT_EQ(encode(*t, "ab", true), (Tokens{261})) << "special tokens come first";
  EXPECT_EQ(encode(*t, "ab"), (Tokens{258}));
  EXPECT_EQ(t->piece(259), "");
}

}  // namespace
}  // namespace linnet
