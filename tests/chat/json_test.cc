#include "chat/json.h"

#include <gtest/gtest.h>

#include "chat/value_ops.h"

namespace linnet::chat {
namespace {

std::string dumped(std::string_view json, const JsonStyle& style = {}) {
  const auto value = parse_json(json);
  return value ? dump_json(*value, style, 1000).value() : "error: " + value.error().message;
}

TEST(Json, KeepsOrderNumbersAndText) {
  EXPECT_EQ(dumped(R"( {"b":1,"a":[1.0,1e100,-0.0,true,null,"é\u00e9\n"],"b":2} )"),
            R"({"b": 2, "a": [1.0, 1e+100, -0.0, true, null, "éé\n"]})");
  EXPECT_EQ(dumped("[-9223372036854775808, 9223372036854775807]"),
            "[-9223372036854775808, 9223372036854775807]");
  EXPECT_EQ(dumped("\"\\ud83d\\ude00\"", {.ensure_ascii = true}), "\"\\ud83d\\ude00\"");
}

TEST(Json, StylesAreThoseOfPython) {
  EXPECT_EQ(dumped(R"({"b":[],"a":{}})", {.sort_keys = true, .indent = "  "}),
            "{\n  \"a\": {},\n  \"b\": []\n}");
  EXPECT_EQ(dumped("[1,[2]]", {.item_separator = ",", .key_separator = ":"}), "[1,[2]]");
}

TEST(Json, RefusesWhatIsNotJson) {
  for (const std::string_view bad : {"", "{", "[1,]", "nul", "01", "\"\\x\"", "[1] 2", "18446744073709551615",
                                     "99999999999999999999999", "\"\xff\""}) {
    const auto value = parse_json(bad);
    ASSERT_FALSE(value) << bad;
    EXPECT_EQ(value.error().code, ErrorCode::kInvalidArgument);
  }
}

TEST(Json, RefusesWhatPythonCannotDump) {
  EXPECT_FALSE(dump_json(Value::undefined("x"), {}, 1000));
  EXPECT_FALSE(
      dump_json(Value::string(std::string(2000, 'a')), {}, 1000).has_value() &&
      dump_json(Value::list({Value::string(std::string(2000, 'a')), Value::none()}), {}, 1000).has_value());
}

TEST(Json, TextIsInput) {
  const Value value = parse_json(R"({"a": ["x"]})").value();
  EXPECT_TRUE(value.any_input());
  EXPECT_TRUE(value.as_dict()->find("a")->as_sequence()->items[0].as_text()->any_input());
}

}  // namespace
}  // namespace linnet::chat
