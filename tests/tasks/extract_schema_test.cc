#include "tasks/extract_schema.h"

#include "tests/engine/support.h"

namespace linnet::tasks {
namespace {

using testing::expect_error;

TEST(ExtractSchema, ReadsARecordInThreeForms) {
  const std::string record =
      R"({"type": "object", "required": ["dose"], "properties": {
          "drug": {"type": "string", "x-linnet-source": "span", "description": "what"},
          "dose": {"type": ["string", "null"], "x-linnet-source": "span"},
          "amount": {"type": "number", "x-linnet-from": "dose"},
          "unit": {"type": "string", "format": "unit", "x-linnet-from": "dose"},
          "on": {"format": "date"}, "route": {"enum": ["oral", "other", null]}}})";
  for (const std::string& text :
       {record, R"({"type": "array", "minItems": 0, "maxItems": 3, "items": )" + record + "}",
        R"({"type": "object", "properties": {"records": {"type": "array", "items": )" + record + "}}}"}) {
    const RecordSchema schema = parse_schema(text).value();
    ASSERT_EQ(schema.fields.size(), 6u);
    EXPECT_EQ(schema.fields[0].description, "what");
    EXPECT_TRUE(schema.fields[0].has_span());
    EXPECT_FALSE(schema.fields[0].is_required);
    EXPECT_TRUE(schema.fields[1].is_required);
    EXPECT_EQ(schema.fields[2].kind, FieldKind::kNumber);
    EXPECT_EQ(schema.fields[2].from, 1u);
    EXPECT_EQ(schema.fields[3].kind, FieldKind::kUnit);
    EXPECT_EQ(schema.fields[4].kind, FieldKind::kDate);
    EXPECT_EQ(schema.fields[5].choices, (std::vector<std::string>{"oral", "other"}));
    EXPECT_FALSE(schema.fields[5].has_span());
    EXPECT_EQ(schema.max_records == 3, text.find("maxItems") != std::string::npos);
  }
}

TEST(ExtractSchema, NamesThePlaceOfWhatItCannotDo) {
  struct Row {
    const char* schema;
    ErrorCode code;
    const char* part;
  };
  const Row rows[] = {
      {"{", ErrorCode::kInvalidArgument, "not JSON"},
      {"7", ErrorCode::kInvalidArgument, "must be an object"},
      {R"({"type": "object"})", ErrorCode::kInvalidArgument, "/properties"},
      {R"({"type": "object", "properties": {}})", ErrorCode::kInvalidArgument, "at least one"},
      {R"({"properties": {"a": {"type": "boolean"}}})", ErrorCode::kUnsupported, "/properties/a/type"},
      {R"({"properties": {"a": {"type": "string", "pattern": "x"}}})", ErrorCode::kUnsupported,
       "/properties/a/pattern"},
      {R"({"properties": {"a": {"format": "email"}}})", ErrorCode::kUnsupported, "/properties/a/format"},
      {R"({"properties": {"a": {"enum": []}}})", ErrorCode::kInvalidArgument, "/properties/a/enum"},
      {R"({"properties": {"a": {"enum": ["x", "x"]}}})", ErrorCode::kInvalidArgument, "different strings"},
      {R"({"properties": {"a": {"x-linnet-source": "model"}}})", ErrorCode::kUnsupported, "\"model\""},
      {R"({"properties": {"a": {"x-linnet-from": "b"}}})", ErrorCode::kInvalidArgument, "x-linnet-from"},
      {R"({"properties": {"a": {"x-linnet-from": "a"}}})", ErrorCode::kInvalidArgument, "x-linnet-from"},
      {R"({"properties": {"a": {}}, "required": ["b"]})", ErrorCode::kInvalidArgument, "/required"},
      {R"({"type": "array", "items": {"properties": {"a": {}}}, "minItems": 1})", ErrorCode::kUnsupported,
       "at /minItems: 1 cannot be promised"},
      {R"({"type": "array", "items": {"properties": {"a": {}}}, "minItems": -1})",
       ErrorCode::kInvalidArgument, "/minItems"},
      {R"({"type": "array", "items": {"properties": {"a": {}}}, "uniqueItems": true})",
       ErrorCode::kUnsupported, "/uniqueItems"},
  };
  for (const Row& row : rows) expect_error(parse_schema(row.schema), row.code, row.part);
}

TEST(ExtractSchema, AnEnumHasAsManyValuesAsATaggerCanTellApart) {
  const auto with_values = [](std::size_t n) {
    std::string values;
    for (std::size_t i = 0; i < n; ++i) values += fmt::format("{}\"v{}\"", i == 0 ? "" : ", ", i);
    return parse_schema(R"({"properties": {"a": {"enum": [null, )" + values + "]}}}");
  };
  EXPECT_EQ(with_values(kMaxFields).value().fields[0].choices.size(), kMaxFields);
  expect_error(with_values(kMaxFields + 1), ErrorCode::kUnsupported,
               "/properties/a/enum: an enum of more than 256");
}

}  // namespace
}  // namespace linnet::tasks
