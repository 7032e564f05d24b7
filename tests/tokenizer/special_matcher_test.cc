#include "tokenizer/special_matcher.h"

#include "test_vocabulary.h"

namespace linnet {
namespace {

using testing::TestVocabulary;

struct Matcher {
  explicit Matcher(const TestVocabulary& v)
      : metadata(v.metadata()),
        vocabulary(Vocabulary::from_metadata(metadata, false).value()),
        matcher(SpecialMatcher::from_vocabulary(vocabulary).value()) {}
  Token at(std::string_view text, std::size_t begin, std::size_t control_end) const {
    return matcher.longest(text, begin, control_end).token;
  }
  gguf::Metadata metadata;
  Vocabulary vocabulary;
  SpecialMatcher matcher;
};

TestVocabulary sample() {
  TestVocabulary v;
  v.add("x");
  v.add("<a>", TokenType::kControl);
  v.add("<a>b", TokenType::kUserDefined);
  v.add("<a", TokenType::kUserDefined);
  v.add("<u>", TokenType::kUnknown);
  v.add("", TokenType::kControl);
  return v;
}

TEST(SpecialMatcher, TakesTheLongest) {
  const Matcher m(sample());
  EXPECT_EQ(m.at("<a>b", 0, 4), 2);
  EXPECT_EQ(m.at("<a>c", 0, 4), 1);
  EXPECT_EQ(m.at("<a|", 0, 3), 3);
  EXPECT_EQ(m.at("<", 0, 1), kNoToken);
  EXPECT_EQ(m.at("x", 0, 1), kNoToken);
  EXPECT_EQ(m.matcher.longest("..<a>b", 2, 0).n_bytes, 4u);
}

TEST(SpecialMatcher, ControlTokensMustEndWhereTheyAreAllowed) {
  const Matcher m(sample());
  EXPECT_EQ(m.at("<a>c", 0, 2), 3);
  EXPECT_EQ(m.at("<u>", 0, 3), 4);
  EXPECT_EQ(m.at("<u>", 0, 2), kNoToken);
}

TEST(SpecialMatcher, RefusesNamesThatMakeMatchingSlow) {
  const std::string longest(SpecialMatcher::kMaxBytes, 'a');
  TestVocabulary v;
  v.add(longest, TokenType::kControl);
  EXPECT_EQ(Matcher(v).at(longest, 0, longest.size()), 0);
  const std::string longer = longest + 'a';
  v.add(longer, TokenType::kControl);
  const gguf::Metadata metadata = v.metadata();
  const Vocabulary vocabulary = Vocabulary::from_metadata(metadata, false).value();
  EXPECT_EQ(SpecialMatcher::from_vocabulary(vocabulary).error().code, ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace linnet
