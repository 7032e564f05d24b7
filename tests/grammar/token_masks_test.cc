#include "grammar/token_masks.h"

#include <gtest/gtest.h>

#include <memory>

#include <linnet/model.h>

#include "engine/model_impl.h"
#include "grammar/json_schema.h"
#include "grammar/regex.h"
#include "tests/support/model_file.h"

namespace linnet::grammar {
namespace {

struct Vocabulary {
  explicit Vocabulary(std::string_view name)
      : model(Model::load(testing::tiny_model(name), {.vocabulary_only = true}).value()),
        texts(model.impl()->token_texts()) {}
  Model model;
  std::shared_ptr<const TokenTexts> texts;
};

// Every token is tried by itself, which is what a mask must come to.
void expect_exact(const Vocabulary& vocabulary, TokenMasks& masks, const GrammarPtr& grammar,
                  std::string_view text) {
  TokenMasks::Cursor cursor;
  ASSERT_TRUE(masks.advance(cursor, text)) << text;
  const auto mask = masks.mask(cursor);
  Machine machine(grammar);
  const ConfigId config = machine.next(Machine::kStart, text);
  for (std::size_t i = 0; i < vocabulary.texts->n_tokens(); ++i) {
    const auto token = static_cast<Token>(i);
    const std::string piece = vocabulary.model.piece(token).value();
    const bool is_text = !vocabulary.model.is_special(token) && !piece.empty();
    bool expected = is_text && machine.next(config, piece) != Machine::kDead;
    if (vocabulary.model.is_end_of_generation(token)) expected = machine.accepts(config);
    ASSERT_EQ(mask->contains(token), expected)
        << "token " << i << " '" << piece << "' after '" << text << "'";
  }
}

TEST(TokenMasks, AreWhatEveryTokenByItselfComesTo) {
  const GrammarPtr grammar = compile_json_schema(R"({
    "properties": {"name": {"type": "string", "maxLength": 12}, "note": {"type": "string"},
                   "n": {"type": "integer", "minimum": 5, "maximum": 1234},
                   "tags": {"type": "array", "items": {"enum": ["ä", "äb", "c"]}}},
    "required": ["name", "note", "n"]})")
                                 .value();
  for (const char* name : {"llama_tied", "gemma3"}) {
    const Vocabulary vocabulary(name);
    TokenMasks masks(grammar, vocabulary.texts);
    const std::string text =
        R"({"name": "Zo\u00eb \"é", "note": "a\\ long one", "n": 123, "tags": ["äb", "c"]})";
    for (std::size_t n = 0; n <= text.size(); ++n) {
      expect_exact(vocabulary, masks, grammar, std::string_view(text).substr(0, n));
    }
  }
}

TEST(TokenMasks, KnowPatternsThatAnyOneCharacterMayGoOn) {
  const GrammarPtr grammar =
      compile_json_schema(R"({"type": "string", "pattern": "^[^,]*(, [^,]*)*$", "maxLength": 20})").value();
  const Vocabulary vocabulary("llama_tied");
  TokenMasks masks(grammar, vocabulary.texts);
  const std::string text = R"("one, two é, three")";
  for (std::size_t n = 0; n <= text.size(); ++n) {
    expect_exact(vocabulary, masks, grammar, std::string_view(text).substr(0, n));
  }
}

TEST(TokenMasks, JoinPossibilitiesThatCountCharactersAndOthers) {
  const Vocabulary vocabulary("llama_tied");
  const std::pair<const char*, std::string> cases[] = {
      {R"({"anyOf": [{"type": "string", "maxLength": 5}, {"type": "string", "maxLength": 9}]})",
       R"("one two é")"},
      {R"({"anyOf": [{"type": "string", "maxLength": 5}, {"enum": ["one two three", "one\n"]}]})",
       R"("one two three")"},
      {R"({"type": "array", "contains": {"const": "yes"}, "items": {"type": "string", "maxLength": 4}})",
       R"(["yesé", "no", "yes"])"}};
  for (const auto& [schema, text] : cases) {
    const GrammarPtr grammar = compile_json_schema(schema).value();
    TokenMasks masks(grammar, vocabulary.texts);
    for (std::size_t n = 0; n <= text.size(); ++n) {
      expect_exact(vocabulary, masks, grammar, std::string_view(text).substr(0, n));
    }
  }
}

TEST(TokenMasks, BeginAnewWhereMemoryEndsAndFindTheirPlace) {
  const GrammarPtr grammar = compile_json_schema("true").value();
  const Vocabulary vocabulary("llama_tied");
  TokenMasks masks(grammar, vocabulary.texts, /*max_bytes=*/20'000);
  for (const char* text : {"", "[", "[[1, {\"a\": ", "\"text", "[1, 2, 3]"}) {
    expect_exact(vocabulary, masks, grammar, text);
  }
  TokenMasks::Cursor old;
  ASSERT_TRUE(masks.advance(old, "[[[["));
  for (int i = 0; i < 50; ++i) {
    TokenMasks::Cursor other;
    ASSERT_TRUE(masks.advance(other, std::string(static_cast<std::size_t>(i), '[')));
    masks.mask(other);
  }
  EXPECT_FALSE(masks.advance(old, "}"));
  EXPECT_TRUE(masks.advance(old, "1]]]]"));
  EXPECT_TRUE(masks.place(old).accepts);
  EXPECT_FALSE(masks.place(old).continues);
}

TEST(TokenMasks, AreRefusedWhereTheyTakeTooLong) {
  // s ::= "a" s "x" | "a" s "y" | "a": each "a" doubles what can be open.
  Builder b;
  const RuleId s = b.declare("s");
  const NodeId r = b.rule(s), a = b.literal("a");
  b.define(s, b.choice({b.sequence({a, r, b.literal("x")}), b.sequence({a, r, b.literal("y")}), a}));
  const GrammarPtr grammar = b.finish(r).value();
  const Vocabulary vocabulary("llama_tied");
  // The same place whatever was asked for before.
  const auto first_refused = [&](TokenMasks& masks) -> std::size_t {
    TokenMasks::Cursor cursor;
    for (std::size_t n = 0; n < 100; ++n) {
      if (masks.mask(cursor) == nullptr) return n;
      if (!masks.advance(cursor, "a")) break;
    }
    return 0;
  };
  TokenMasks masks(grammar, vocabulary.texts), small(grammar, vocabulary.texts, 1 << 19);
  const std::size_t n = first_refused(masks);
  EXPECT_GT(n, 5u);
  EXPECT_EQ(first_refused(masks), n);
  EXPECT_EQ(first_refused(small), n);
}

TEST(TokenMasks, TellWhatMustCome) {
  const Vocabulary vocabulary("llama_tied");
  TokenMasks masks(compile_json_schema(R"({"type": "object", "properties": {"a": {"const": 1}},
                                           "required": ["a"], "additionalProperties": false})")
                       .value(),
                   vocabulary.texts);
  TokenMasks::Cursor cursor;
  EXPECT_EQ(masks.forced(cursor, 100), R"({"a": 1})");
  EXPECT_EQ(masks.forced(cursor, 3), R"({"a)");
  ASSERT_TRUE(masks.advance(cursor, R"({"a": )"));
  EXPECT_EQ(masks.forced(cursor, 100), "1}");
}

TEST(TokenMasks, TheSpaceBeforeATextIsNoPartOfIt) {
  const Vocabulary vocabulary("llama_tied");
  Builder builder;
  TokenMasks masks(builder.finish(builder.automaton(compile_regex("^hello$").value())).value(),
                   vocabulary.texts);
  TokenMasks::Cursor cursor(/*strips_space=*/true);
  EXPECT_TRUE(masks.advance(cursor, " hello"));
  EXPECT_EQ(cursor.text(), "hello");
  EXPECT_FALSE(masks.advance(cursor, " "));
}

TEST(TokenMasks, TheFirstTokenIsOneThatMayBeTakenThough) {
  const Vocabulary vocabulary("llama_tied");
  for (const char* pattern : {"^hello$", "^ (the|an|of|and|t|s|a|hello)$", "^ ?[a-z]+$"}) {
    Builder builder;
    TokenMasks masks(builder.finish(builder.automaton(compile_regex(pattern).value())).value(),
                     vocabulary.texts);
    TokenMasks::Cursor first(/*strips_space=*/true);
    const auto mask = masks.mask(first);
    EXPECT_FALSE(mask->is_empty());
    for (Token token = 0; static_cast<std::size_t>(token) < vocabulary.texts->n_tokens(); ++token) {
      if (!mask->contains(token)) continue;
      TokenMasks::Cursor cursor(/*strips_space=*/true);
      EXPECT_TRUE(masks.advance(cursor, vocabulary.model.piece(token).value())) << pattern << " " << token;
    }
  }
}

}  // namespace
}  // namespace linnet::grammar
