#include "tasks/extract_examples.h"

#include "tests/engine/support.h"

namespace linnet::tasks {
namespace {

using testing::expect_error;

RecordSchema schema() {
  return parse_schema(R"({"properties": {"drug": {}, "dose": {}, "tone": {"enum": ["good", "bad"]}}})")
      .value();
}

TEST(ExtractExamples, FindsValuesInTheText) {
  const auto examples =
      parse_examples(
          R"({"text": "Zol 5 mg, then zol 10 mg.", )"
          R"("records": [{"drug": "zol", "dose": "10 mg", "tone": "bad"}]})"
          "\n\n"
          R"({"text": "mg 5 mg", "items": [{"dose": {"value": "mg", "begin": 5, "end": 7}, "other": 3}]})"
          "\n"
          R"({"text": "a b", "label": "good", )"
          R"("slots": [{"slot": "drug", "text": "b", "begin": 2, "end": 3}]})",
          schema())
          .value();
  ASSERT_EQ(examples.size(), 3u);
  EXPECT_EQ(examples[0].spans, (std::vector<ExampleSpan>{{0, {15, 18}}, {1, {19, 24}}}));
  ASSERT_EQ(examples[0].records.size(), 1u);
  EXPECT_EQ(examples[0].choices, (std::vector<std::pair<std::size_t, std::size_t>>{{2, 1}}));
  EXPECT_EQ(examples[1].spans, (std::vector<ExampleSpan>{{1, {5, 7}}}));
  EXPECT_EQ(examples[2].spans, (std::vector<ExampleSpan>{{0, {2, 3}}}));
  EXPECT_EQ(examples[2].choices, (std::vector<std::pair<std::size_t, std::size_t>>{{2, 0}}));
}

TEST(ExtractExamples, AValueIsWhereverItOccursAsAWord) {
  const auto spans = [](std::string_view text) {
    return parse_examples(
               std::string(R"({"text": ")") + std::string(text) + R"(", "records": [{"drug": "zol"}]})",
               schema())
        .value()[0]
        .spans;
  };
  EXPECT_EQ(spans("zolpidem, zol 5, zol 6"), (std::vector<ExampleSpan>{{0, {10, 13}}, {0, {17, 20}}}));
  EXPECT_EQ(spans("Zol and ZOL"), (std::vector<ExampleSpan>{{0, {0, 3}}, {0, {8, 11}}}));
  EXPECT_EQ(spans("prezolam"), (std::vector<ExampleSpan>{{0, {3, 6}}}));
}

TEST(ExtractExamples, ATypedValueIsWhereItsWordsMeanIt) {
  const RecordSchema typed = parse_schema(R"({"properties": {"n": {"type": "number"},
      "on": {"format": "date"}, "at": {"format": "time"}, "unit": {"format": "unit"}}})")
                                 .value();
  const auto spans = [&](const std::string& text, const std::string& fields) {
    return parse_examples(fmt::format(R"({{"text": "{}", "records": [{{{}}}]}})", text, fields), typed)
        .value()[0]
        .spans;
  };
  EXPECT_EQ(spans("Zolam 1,250 mg", R"("n": 1250)"), (std::vector<ExampleSpan>{{0, {6, 11}}}));
  EXPECT_EQ(spans("Zolam 1,250 mg or 250", R"("n": 250)"), (std::vector<ExampleSpan>{{0, {18, 21}}}));
  EXPECT_EQ(spans("1000000 times", R"("n": 1e6)"), (std::vector<ExampleSpan>{{0, {0, 7}}}));
  EXPECT_EQ(spans("-5 or 5", R"("n": 5)"), (std::vector<ExampleSpan>{{0, {6, 7}}}));
  EXPECT_EQ(spans("-5 or 5", R"("n": -5)"), (std::vector<ExampleSpan>{{0, {0, 2}}}));
  EXPECT_EQ(spans("at 7:30 pm", R"("at": "19:30")"), (std::vector<ExampleSpan>{{2, {3, 10}}}));
  EXPECT_EQ(spans("on 3 March 2019", R"("on": "2019-03-03")"), (std::vector<ExampleSpan>{{1, {3, 15}}}));
  EXPECT_EQ(spans("1,250 mg", R"("n": {"value": 1250, "begin": 0, "end": 8})"),
            (std::vector<ExampleSpan>{{0, {0, 8}}}));
}

TEST(ExtractExamples, ReadsALongTextInTime) {
  std::string text;
  for (int i = 0; i < 240'000; ++i) text += "a ";
  const std::string line = fmt::format(R"({{"text": "{}", "records": [{{"drug": "a"}}]}})", text);
  EXPECT_EQ(parse_examples(line, schema()).value()[0].spans.size(), 240'000u);
}

TEST(ExtractExamples, NameTheLineThatIsWrong) {
  const std::pair<const char*, const char*> rows[] = {
      {"{\"text\": \"a\"}\n[1]", "line 2"},
      {R"({"records": []})", "\"text\""},
      {R"({"text": "a", "records": [{"drug": "b"}]})", "not in the text"},
      {R"({"text": "a", "records": [{"drug": 5}]})", "must be a string"},
      {R"({"text": "a", "records": [{"drug": {"begin": 0, "end": 9}}]})", "from byte 0 to 9"},
      {R"({"text": "a", "records": [{"drug": {"begin": 1}}]})", "from byte 1 to null"},
      {R"({"text": "an Aspirin", "records": [{"drug": {"value": "Aspirin", "begin": 0, "end": 3}}]})",
       "line 1: \"Aspirin\" is not what stands at bytes 0 to 3"},
      {R"({"text": "a", "records": [{"tone": "ugly"}]})", "none of the values"},
      {R"({"text": "a", "records": 5})", "array"},
      {R"({"text": "a", "slots": [5]})", "slot"},
  };
  for (const auto& [lines, part] : rows) {
    expect_error(parse_examples(lines, schema()), ErrorCode::kInvalidArgument, part);
  }
}

}  // namespace
}  // namespace linnet::tasks
