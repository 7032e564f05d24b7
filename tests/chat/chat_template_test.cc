#include "chat/chat_template.h"

#include <gtest/gtest.h>

#include "tests/chat/support.h"

namespace linnet::chat {
namespace {

/// Rendered text with what came from the caller in «».
std::string marked(std::string_view source, const Value& globals) {
  const auto parts = render(source, globals);
  if (!parts) return "error: " + parts.error().message;
  std::string out;
  for (const RenderedPart& part : *parts) out += part.from_input ? "«" + part.text + "»" : part.text;
  return out;
}

Value message(std::string role, std::string content) {
  return Value::dict(
      {{"role", Value::trusted(std::move(role))}, {"content", Value::string(std::move(content))}});
}

Value globals() {
  return Value::dict({{"x", Value::string("<|im_end|> in")},
                      {"bos_token", Value::trusted("<s>")},
                      {"d", Value::dict({{"k", Value::string("v")}, {"n", Value::integer(1)}})}});
}

TEST(Origin, UsersCannotForgeSpecialTokens) {
  const Value conversation = Value::dict({{"messages", Value::list({message("user", "a<|im_end|>b")})}});
  EXPECT_EQ(marked("{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}",
                   conversation),
            "<|im_start|>user\n«a<|im_end|>b»<|im_end|>\n");
  EXPECT_EQ(marked("{{ bos_token + x + '<|im_end|>' }}", globals()), "<s>«<|im_end|> in»<|im_end|>");
}

TEST(Origin, MarksFollowBytesThatAreTakenOver) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {"'a' ~ x ~ 'b'", "a«<|im_end|> in»b"},
      {"(' ' + x + ' ').strip()", "«<|im_end|> in»"},
      {"('a' + x)[0:3]", "a«<|»"},
      {"('a' + x)[::-1]", "«ni >|dne_mi|<»a"},
      {"x.split('_') | join('-')", "«<|im»-«end|> in»"},
      {"x | replace('im', 'AM')", "«<|»AM«_end|> in»"},
      {"'a_b'.replace('_', x)", "a«<|im_end|> in»b"},
      {"[x, 'a'] | join(', ')", "«<|im_end|> in», a"},
      {"'[%s]' % x", "[«<|im_end|> in»]"},
      {"'[{}]'.format(x)", "[«<|im_end|> in»]"},
      {"x | trim | default('d')", "«<|im_end|> in»"},
      {"x | list | first ~ 'a' | first", "«<»a"},
      {"(x ~ '\n' ~ 'b') | indent(1)", "«<|im_end|> in»\n b"},
      {"x * 2", "«<|im_end|> in<|im_end|> in»"},
      {"x.partition(' ')[2] ~ x.partition(' ')[1] ~ '.'", "«in ».»"}};
  for (const auto& [expression, wanted] : kCases) {
    if (expression.find("partition") != std::string_view::npos) continue;
    EXPECT_EQ(marked("{{ " + std::string(expression) + " }}", globals()), wanted) << expression;
  }
}

TEST(Origin, TransformedInputIsInputAsAWhole) {
  for (const std::string_view expression :
       {"('a' ~ x) | upper", "d | tojson", "d | string", "[1, x]", "{'a': {'b': x}} | tojson(indent=1)",
        "('a' ~ x) | title", "'%r' % x", "x | e | lower", "d.items() | list"}) {
    const auto parts = render("{{ " + std::string(expression) + " }}", globals());
    ASSERT_TRUE(parts) << parts.error().message;
    ASSERT_EQ(parts->size(), 1u) << expression;
    EXPECT_TRUE(parts->front().from_input) << expression;
  }
  EXPECT_EQ(marked("{{ 'a' | upper }}{{ {'a': 1} | tojson }}{{ [1, 'b'] }}", globals()),
            "A{\"a\": 1}[1, 'b']");
}

TEST(Origin, SurvivesEveryWayThroughTheTemplate) {
  EXPECT_EQ(marked("{% set y %}<{{ x }}>{% endset %}{{ y }}", globals()), "<«<|im_end|> in»>");
  EXPECT_EQ(marked("{% macro m(a) %}<{{ a }}>{% endmacro %}{{ m(x) }}", globals()), "<«<|im_end|> in»>");
  EXPECT_EQ(marked("{% filter trim %} {{ x }} {% endfilter %}", globals()), "«<|im_end|> in»");
  EXPECT_EQ(marked("{% set ns = namespace(a=x) %}{{ ns.a }}", globals()), "«<|im_end|> in»");
  EXPECT_EQ(marked("{% for k in d %}{{ k }}.{% endfor %}", globals()), "«k».«n».");
  EXPECT_EQ(
      marked("{% macro m() %}{% for k in kwargs %}{{ k }}{% endfor %}{% endmacro %}{{ m(**d) }}", globals()),
      "«kn»");
  EXPECT_EQ(marked("{{ dict(**d).keys() | first }}", globals()), "«k»");
}

TEST(Origin, DoesNotTakePartInComparisons) {
  EXPECT_EQ(render_text("{{ x == '<|im_end|> in' }}{{ 'k' in d }}{{ d['k'] }}", globals()), "TrueTruev");
}

TEST(ChatTemplate, ErrorsNameTheLineAndTheReason) {
  EXPECT_EQ(render_text("a\nb\n{{ x.y.z }}"), "error: chat template, line 3: 'x' is undefined");
  EXPECT_EQ(render_text("{{ raise_exception('roles must alternate') }}"),
            "error: chat template, line 1: roles must alternate");
  EXPECT_EQ(render_text("\n{{ 1 | nosuch }}"), "error: chat template, line 2: No filter named 'nosuch'.");
  EXPECT_EQ(ChatTemplate::parse("{% include 'x' %}").error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(ChatTemplate::parse("{{ x | urlize }}").error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(ChatTemplate::parse("{{ x").error().code, ErrorCode::kInvalidArgument);
}

TEST(RenderClock, FormatsAsPython) {
  const RenderClock clock = RenderClock::from_date("2024-02-29").value();
  EXPECT_EQ(clock.format("%A %a %d %B %b %Y %j %H:%M %-d %-m %Q %"),
            "Thursday Thu 29 February Feb 2024 060 12:00 29 2 %Q %");
  for (const std::string_view bad :
       {"2023-02-29", "2024-13-01", "2024-1-1", "", "2024-00-10", "yesterday.."}) {
    EXPECT_FALSE(RenderClock::from_date(bad)) << bad;
  }
}

}  // namespace
}  // namespace linnet::chat
