// Templates and values made to hang, crash or exhaust the host.
#include <gtest/gtest.h>

#include "tests/chat/support.h"

namespace linnet::chat {
namespace {

std::string repeated(std::string_view text, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out += text;
  return out;
}

void expect_refused(const std::string& source, const Value& globals = Value::dict({})) {
  const auto parts = render(source, globals);
  ASSERT_FALSE(parts) << source.substr(0, 60) << " rendered";
  EXPECT_NE(parts.error().message.find("line "), std::string::npos) << parts.error().message;
}

TEST(Bounds, DeepTemplatesAreRefused) {
  constexpr std::size_t kDeep = 5'000;
  expect_refused("{{ " + repeated("(", 100'000) + "1" + repeated(")", 100'000) + " }}");
  expect_refused(repeated("{% if x %}", 100'000) + repeated("{% endif %}", 100'000));
  for (const std::string_view open :
       {"(", "[", "{1:", "not ", "- ", "f(", "1 if ", "x[", "1 + (", "1 is in (", "a|default("}) {
    expect_refused("{{ " + repeated(open, kDeep) + "1");
  }
  for (const std::string_view after :
       {".a", "[0]", "()", "|trim", "|default(1)", " is none is none", " if x"}) {
    expect_refused("{{ x" + repeated(after, kDeep) + " }}");
  }
  expect_refused("{{ 1" + repeated(" if x else 1", kDeep) + " }}");
  for (const std::string_view tag :
       {"if x", "for x in y", "macro m()", "set x", "filter trim", "generation", "with", "call f()"}) {
    expect_refused(repeated("{% " + std::string(tag) + " %}", kDeep));
  }
  expect_refused("{% set " + repeated("(", kDeep) + "a = 1 %}");
  expect_refused("{% for " + repeated("(", kDeep) + "a in b %}{% endfor %}");
}

TEST(Bounds, LongChainsAreFine) {
  EXPECT_EQ(render_text("{{ 1" + repeated(" + 1", 5000) + " }}"), "5001");
  EXPECT_EQ(render_text("{{ 1" + repeated(" and 1", 5000) + " }}"), "1");
  EXPECT_EQ(render_text("{{ 1" + repeated(" < 2", 1) + repeated(" == 2", 5000) + " }}"), "True");
  EXPECT_EQ(render_text("{{ ''" + repeated(" ~ 'a'", 5000) + " }}").size(), 5000u);
  EXPECT_EQ(render_text("{% if 0 %}" + repeated("{% elif 0 %}", 5000) + "{% else %}x{% endif %}"), "x");
}

TEST(Bounds, EndlessTemplatesAreStopped) {
  expect_refused("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}");
  expect_refused("{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}{{ m() }}");
  expect_refused("{% set r = range(99999) %}{% for a in r %}{% for b in r %}{% endfor %}{% endfor %}");
  expect_refused(
      "{% for a in range(9999) %}{% for b in range(9999) %}{% macro m() %}{% endmacro %}{% endfor %}{% "
      "endfor %}");
  expect_refused("{% for a in [[1]] recursive %}{{ loop([a]) }}{% endfor %}");
  expect_refused("{{ range(9223372036854775807) }}");
  expect_refused("{{ 'a'|" + repeated("map('map', ", 1) + "'list')|list }}{{ [['a']]|map(" +
                 repeated("'map', ", 5000) + "'upper')|list }}");
}

TEST(Bounds, HugeValuesAreRefused) {
  expect_refused("{{ 'a' * 99999999999 }}");
  expect_refused("{{ [1] * 99999999999 }}");
  expect_refused("{{ 'a'.center(99999999999) }}");
  expect_refused("{{ '%99999999999d' % 1 }}");
  expect_refused("{{ '{:99999999999}'.format(1) }}");
  expect_refused("{{ 'a'|indent(99999999999, true) }}");
  expect_refused("{{ ('a' * 9999).replace('a', 'a' * 9999) }}");
  expect_refused("{{ [1]|batch(99999999999, 0) }}{{ [1]|slice(99999999999) }}");
  expect_refused(
      "{% set ns = namespace(x='ab') %}{% for i in range(64) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}");
  expect_refused("{% set x %}" + repeated("{% for i in range(9999) %}", 1) + repeated("a", 9999) +
                 "{% endfor %}{% endset %}");
  expect_refused("{{ 2 ** 64 }}");
  expect_refused("{{ 10 ** 10 ** 10 }}");
}

TEST(Bounds, SharedValuesDoNotMultiplyWork) {
  const std::string grow =
      "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}";
  expect_refused(grow + "{{ ns.x }}");
  expect_refused(grow + "{{ ns.x|tojson }}");
  expect_refused(grow + "{{ ns.x == [ns.x[0], ns.x[1]] }}");
  expect_refused(grow + "{{ [ns.x, ns.x]|sort }}");
  expect_refused(grow + "{{ 3 in ns.x }}");
  expect_refused(
      "{% set ns = namespace(x=[]) %}{% for i in range(9999) %}{% set ns.x = [ns.x] %}{% endfor %}");
}

TEST(Bounds, ObjectsMayReferToThemselves) {
  EXPECT_EQ(render_text(
                "{% set ns = namespace() %}{% set ns.x = [ns] %}{{ ns.x[0].x == ns.x }}{{ ns is defined }}"),
            "TrueTrue");
  EXPECT_EQ(render_text("{% for a in [1, 2] %}{% set x = loop.changed(loop) %}{{ x }}{% endfor %}"),
            "TrueFalse");
}

TEST(Bounds, DeepInputIsRefused) {
  EXPECT_FALSE(parse_json(repeated("[", 100'000)));
  EXPECT_FALSE(parse_json(repeated("{\"a\":", 100'000)));
  Value deep = Value::list({});
  for (int i = 0; i < 500; ++i) deep = Value::list({deep});
  EXPECT_FALSE(render("{{ x }}", Value::dict({{"x", deep}})));
  EXPECT_FALSE(render("x", Value::list({})));
}

TEST(Bounds, AnyBytesAreText) {
  std::string bytes;
  for (int c = 255; c >= 0; --c) bytes += static_cast<char>(c);
  const Value globals = Value::dict({{"x", Value::string(bytes)}});
  EXPECT_EQ(render_text("{{ x }}", globals), bytes);
  for (const std::string_view use :
       {"x|upper", "x[::-1]", "x|tojson", "[x]", "x.split()", "x|length", "x|title", "x.splitlines()",
        "x|list", "x|wordcount", "x|trim", "x.strip('a')", "'%5s' % x"}) {
    EXPECT_TRUE(render("{{ " + std::string(use) + " }}", globals)) << use;
  }
  (void)ChatTemplate::parse(bytes);
  (void)ChatTemplate::parse("{{ " + bytes + " }}");
}

}  // namespace
}  // namespace linnet::chat
