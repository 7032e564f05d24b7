#include "grammar/json_schema.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "grammar/machine.h"

namespace linnet::grammar {
namespace {

using Texts = std::vector<std::string>;

/// Which of `texts` the grammar of `schema` produces.
Texts produced(std::string_view schema, Texts texts, const JsonOptions& options = {}) {
  const auto grammar = compile_json_schema(schema, options);
  if (!grammar) return {grammar.error().message};
  Machine machine(*grammar);
  std::erase_if(texts, [&](const std::string& text) {
    const ConfigId config = machine.next(Machine::kStart, text);
    return config == Machine::kDead || !machine.accepts(config);
  });
  return texts;
}

std::string problem(std::string_view schema, const JsonOptions& options = {}) {
  const auto grammar = compile_json_schema(schema, options);
  if (grammar) return "none";
  return std::string(to_string(grammar.error().code)) + ": " + grammar.error().message;
}

TEST(JsonSchema, TrueIsJson) {
  const Texts good = {"null", "-1.5e3", R"("a")", "[]", R"([1, {"a": [], "b": {}}])"};
  EXPECT_EQ(produced("true", good), good);
  EXPECT_EQ(produced("true", {"", "nul", "[1,2]", "[1 , 2]", R"({"a":1})", "{1: 2}", "[1, ]", " 1"}),
            Texts{});
}

TEST(JsonSchema, MembersStandInTheOrderOfTheSchema) {
  constexpr std::string_view kSchema =
      R"({"type": "object", "properties": {"b": {"type": "integer"}, "a": {"type": "null"}, "c": true},
          "required": ["c", "b"], "additionalProperties": false})";
  const Texts texts = {
      R"({"b": 1, "a": null, "c": []})", R"({"b": 1, "c": 2})",        R"({"c": 2, "b": 1})", R"({"b": 1})",
      R"({"b": 1, "c": 2, "d": 3})",     R"({"b": 1, "b": 1, "c": 2})"};
  EXPECT_EQ(produced(kSchema, texts), (Texts{texts[0], texts[1]}));
  EXPECT_EQ(produced(kSchema, texts, {.order = JsonOrder::kFree}), (Texts{texts[0], texts[1], texts[2]}));
}

TEST(JsonSchema, NamesThatTheSchemaDoesNotTellComeLast) {
  EXPECT_EQ(produced(R"({"type": "object", "properties": {"a": {"const": 1}}})",
                     {R"({"a": 1, "z": 2})", R"({"z": 2, "y": []})", R"({"z": 2, "a": 1})", R"({"a": 2})"}),
            (Texts{R"({"a": 1, "z": 2})", R"({"z": 2, "y": []})"}));
}

TEST(JsonSchema, WhiteSpaceIsACaseOfTaste) {
  constexpr std::string_view kSchema = R"({"type": "array", "items": {"type": "object"}})";
  const Texts texts = {R"([{"a": 1}, {}])", R"([{"a":1},{}])", " [ { \"a\"\n:\t1 } ,{ } ]\r\n"};
  EXPECT_EQ(produced(kSchema, texts), (Texts{texts[0]}));
  EXPECT_EQ(produced(kSchema, texts, {.space = JsonSpace::kCompact}), (Texts{texts[1]}));
  EXPECT_EQ(produced(kSchema, texts, {.space = JsonSpace::kFree}), texts);
}

TEST(JsonSchema, ConstantsHaveOneSpellingUnlessAnyIsAskedFor) {
  constexpr std::string_view kSchema = R"({"enum": ["\u00e9\n", 1, 2.50, {"k": 1}]})";
  const Texts texts = {"\"\u00e9\\n\"", R"("\u00e9\n")", "1",           "1.0",
                       "2.5",           "2.50",          R"({"k": 1})", R"({"\u006b": 1.0})"};
  EXPECT_EQ(produced(kSchema, texts), (Texts{texts[0], "1", "2.5", R"({"k": 1})"}));
  EXPECT_EQ(produced(kSchema, texts, {.spelling = JsonSpelling::kAny}), texts);
}

TEST(JsonSchema, FormatsAreHeldToUnlessTheyAreAnnotations) {
  constexpr std::string_view kSchema = R"({"type": "string", "format": "date"})";
  const Texts texts = {R"("2024-02-29")", R"("2023-02-29")", R"("soon")"};
  EXPECT_EQ(produced(kSchema, texts), (Texts{texts[0]}));
  EXPECT_EQ(produced(kSchema, texts, {.formats = JsonFormats::kAnnotate}), texts);
  EXPECT_EQ(produced(R"({"type": "string", "format": "colour"})", texts), texts);
}

TEST(JsonSchema, RecursionGoesAsDeepAsTheText) {
  constexpr std::string_view kTree =
      R"({"type": "object",
          "properties": {"v": {"type": "integer"}, "kids": {"type": "array", "items": {"$ref": "#"}}},
          "required": ["v"], "additionalProperties": false})";
  std::string deep = R"({"v": 0})";
  for (int i = 0; i < 500; ++i) deep = R"({"v": 1, "kids": [)" + deep + "]}";
  EXPECT_EQ(produced(kTree, {deep}).size(), 1U);
  EXPECT_EQ(produced(kTree, {deep + "}"}), Texts{});
}

TEST(JsonSchema, TakesLogicApart) {
  EXPECT_EQ(produced(R"({"oneOf": [{"type": "integer"}, {"minimum": 2}]})", {"1", "2.5", "1.5", "3"}),
            (Texts{"1", "2.5"}));
  EXPECT_EQ(produced(R"({"type": "string", "not": {"pattern": "b"}, "minLength": 2})",
                     {R"("ac")", R"("abc")", R"("a")"}),
            (Texts{R"("ac")"}));
  EXPECT_EQ(
      produced(R"({"type": "object", "if": {"required": ["a"]}, "then": {"required": ["b"]}})",
               {"{}", R"({"a": 1})", R"({"a": 1, "b": 2})", R"({"b": 1})"}, {.order = JsonOrder::kFree}),
      (Texts{"{}", R"({"a": 1, "b": 2})", R"({"b": 1})"}));
}

TEST(JsonSchema, MembersThatMustBeThereSomewhere) {
  // Not all members are integers: one at least is not.
  EXPECT_EQ(
      produced(
          R"({"type": "object", "not": {"additionalProperties": {"type": "integer"}}, "maxProperties": 2})",
          {"{}", R"({"a": 1})", R"({"a": 1, "b": 2})", R"({"a": 1, "b": "x"})", R"({"a": []})"}),
      (Texts{R"({"a": 1, "b": "x"})", R"({"a": []})"}));
}

TEST(JsonSchema, ItemsThatAreCounted) {
  EXPECT_EQ(produced(R"({"type": "array", "contains": {"const": 1}, "minContains": 2, "maxContains": 2})",
                     {"[1]", "[1, 1]", "[1, 2, 1]", "[1, 1, 1]", "[]"}),
            (Texts{"[1, 1]", "[1, 2, 1]"}));
  EXPECT_EQ(produced(R"({"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": true, "minItems": 2})",
                     {"[1]", "[1, 2]", "[2, 2]", "[3, 1, 2]"}),
            (Texts{"[1, 2]", "[3, 1, 2]"}));
  EXPECT_EQ(
      produced(R"({"type": "array", "items": {"enum": [1, 2, 3], "multipleOf": 2}, "uniqueItems": true})",
               {"[]", "[1]", "[2]", "[2, 2]"}),
      (Texts{"[]", "[2]"}));
}

TEST(JsonSchema, APatternIsNoFormatWhateverItSays) {
  EXPECT_EQ(produced(R"({"type": "string", "allOf": [{"format": "date"}, {"pattern": "2020|\u0000date"}]})",
                     {R"("2020-01-01")", R"("2021-01-01")"}),
            (Texts{R"("2020-01-01")"}));
  EXPECT_FALSE(
      compile_json_schema(R"({"allOf": [{"type": "string", "format": "date"}, {"pattern": "\u0000date"}]})"));
}

TEST(JsonSchema, TextsThatCannotBeFinishedAreNotBegun) {
  const auto grammar = compile_json_schema(
      R"({"type": "object", "properties": {"a": {"const": 1}, "b": false, "c": {"const": 2}},
          "minProperties": 2, "additionalProperties": false})");
  ASSERT_TRUE(grammar) << grammar.error().message;
  Machine machine(*grammar);
  const ConfigId config = machine.next(Machine::kStart, R"({")");
  EXPECT_NE(machine.next(config, "a"), Machine::kDead);
  EXPECT_EQ(machine.next(config, "b"), Machine::kDead) << "false cannot be written";
  EXPECT_EQ(machine.next(config, "c"), Machine::kDead) << "nothing is left for a second member";
}

TEST(JsonSchema, RefersToOtherDocuments) {
  const JsonOptions options{
      .documents = {{"https://example.org/age.json", R"({"$anchor": "top", "type": "integer"})"}}};
  constexpr std::string_view kSchema =
      R"({"$id": "https://example.org/a/b.json", "$ref": "../age.json#top"})";
  EXPECT_EQ(produced(kSchema, {"1", "null"}, options), Texts{"1"});
  EXPECT_EQ(problem(kSchema),
            "Unsupported: /$ref: the document \"https://example.org/age.json\" was not given");
}

TEST(JsonSchema, NamesThePlaceOfWhatItRefuses) {
  EXPECT_EQ(problem(R"({"properties": {"a": {"minimum": "x"}}})"),
            "InvalidArgument: /properties/a/minimum: this is \"x\", not a number");
  EXPECT_EQ(problem(R"({"properties": {"a": {"type": "array", "uniqueItems": true}}})"),
            "Unsupported: /properties/a/uniqueItems: this needs items out of a list of at most 64 constants");
  EXPECT_EQ(problem(R"({"$ref": "#/$defs/x"})"), "InvalidArgument: /$ref: nothing is at \"/$defs/x\"");
  EXPECT_EQ(problem(R"({"dependencies": {}})"),
            "Unsupported: /dependencies: this means nothing in draft 2020-12; write dependentRequired or "
            "dependentSchemas");
  EXPECT_TRUE(problem(R"({"pattern": "("})").starts_with("InvalidArgument: /pattern: "));
  EXPECT_EQ(problem("[]"), "InvalidArgument: a schema is an object or a boolean, and this is an array");
  EXPECT_TRUE(
      problem(R"({"a": 1, "a": 2})").starts_with("InvalidArgument: this is not JSON: the name \"a\""));
}

TEST(JsonSchema, SaysThatNoValueSatisfiesIt) {
  for (const std::string_view schema :
       {"false", R"({"type": "integer", "minimum": 1.1, "maximum": 1.9})",
        R"({"const": 1, "type": "string"})",
        R"({"type": "object", "required": ["a"], "properties": {"a": false}})", R"({"enum": []})"})
    EXPECT_TRUE(problem(schema).starts_with("InvalidArgument: ")) << schema << ' ' << problem(schema);
}

TEST(JsonSchema, EndsOnSchemasThatGoRoundOrExplode) {
  EXPECT_EQ(problem(R"({"$ref": "#"})"),
            "InvalidArgument: the schema: this schema is defined by itself alone");
  EXPECT_TRUE(problem(R"({"allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"$ref": "#"}}})")
                  .starts_with("InvalidArgument"));
  std::string chain = R"({"$ref": "#/$defs/0", "$defs": {)", many;
  for (int i = 0; i < 1000; ++i) chain += fmt::format(R"("{}": {{"$ref": "#/$defs/{}"}}, )", i, i + 1);
  EXPECT_TRUE(problem(chain + R"("1000": {}}})").starts_with("Unsupported"));
  for (int i = 0; i < 40; ++i) many += fmt::format(R"({}"p{}": ["q{}"])", i == 0 ? "" : ", ", i, i);
  EXPECT_TRUE(problem(R"({"dependentRequired": {)" + many + "}}").starts_with("Unsupported"));
  EXPECT_TRUE(problem(std::string(5000, '[')).starts_with("InvalidArgument"));
}

/// A list of n of what `part` makes of 0, 1, ...
template <class Part>
std::string listed(int n, Part&& part) {
  std::string list;
  for (int i = 0; i < n; ++i) {
    if (i > 0) list += ", ";
    list += part(i);
  }
  return list;
}

TEST(JsonSchema, ThousandsOfConstantsAndNames) {
  const auto text = [](int i) { return fmt::format(R"("item {:05}")", i); };
  const std::string texts = R"({"enum": [)" + listed(30'000, text) + "]}";
  EXPECT_EQ(produced(texts, {R"("item 00000")", R"("item 29999")", R"("item 30000")", R"("item")"}),
            (Texts{R"("item 00000")", R"("item 29999")"}));
  const std::string numbers =
      R"({"enum": [)" + listed(5'000, [](int i) { return fmt::format("{}", 7 * i); }) + "]}";
  EXPECT_EQ(produced(numbers, {"0", "34993", "35000", "13"}), (Texts{"0", "34993"}));

  // All may be there, and all begin alike.
  const auto name = [](int i) { return fmt::format(R"("name {:05}": {{"type": "integer"}})", i); };
  const std::string members = R"({"type": "object", "properties": {)" + listed(9'000, name) + "}}";
  EXPECT_EQ(produced(members, {R"({"name 00000": 1, "name 08999": 2})",
                               R"({"name 08999": 2, "name 00000": 1})", R"({"name 00000": "a"})"}),
            (Texts{R"({"name 00000": 1, "name 08999": 2})"}));
}

TEST(JsonSchema, RefusesWhatTakesLong) {
  const auto name = [](int i) { return fmt::format(R"("p{}": {{}})", i); };
  EXPECT_EQ(problem(R"({"type": "object", "properties": {)" + listed(20'000, name) + "}}"),
            "Unsupported: /properties: 20000 names are too many; at most 10000");
  const auto prefix = [](int i) { return fmt::format(R"({{"const": {}}})", i); };
  EXPECT_EQ(problem(R"({"not": {"prefixItems": [)" + listed(20'000, prefix) + "]}}"),
            "Unsupported: /not: taking all cases of this apart is too much work");
  // Each is small enough, and all together are not.
  const auto pattern = [](int i) {
    return fmt::format(R"("p{}": {{"type": "string", "pattern": "^{}(a|b)*a(a|b){{11}}$"}})", i, i);
  };
  EXPECT_TRUE(produced(R"({"properties": {)" + pattern(1) + "}}", {"1"}).size() == 1);
  EXPECT_NE(problem(R"({"properties": {)" + listed(1'000, pattern) + "}}").find("/pattern: "),
            std::string::npos);
  const auto multiple = [](int i) {
    return fmt::format(R"("p{}": {{"type": "integer", "multipleOf": {}}})", i, 9'001 + i);
  };
  EXPECT_NE(problem(R"({"properties": {)" + listed(1'000, multiple) + "}}").find("too much work"),
            std::string::npos);
}

}  // namespace
}  // namespace linnet::grammar
