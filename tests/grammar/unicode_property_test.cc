#include "grammar/unicode_property.h"

#include <gtest/gtest.h>

namespace linnet::grammar {
namespace {

bool has(std::string_view name, char32_t c) {
  const CharacterSet* set = unicode_property(name);
  EXPECT_NE(set, nullptr) << name;
  return set && !intersection(*set, {{c, c}}).empty();
}

TEST(UnicodeProperty, Categories) {
  EXPECT_TRUE(has("L", U'é'));
  EXPECT_TRUE(has("Letter", U'漢'));
  EXPECT_TRUE(has("gc=Lu", U'É'));
  EXPECT_FALSE(has("General_Category=Uppercase_Letter", U'é'));
  EXPECT_TRUE(has("Nd", U'৪'));
  EXPECT_TRUE(has("digit", U'4'));
  EXPECT_TRUE(has("P", U'-'));
  EXPECT_TRUE(has("Sc", U'€'));
  EXPECT_TRUE(has("Cn", 0x0378));
  EXPECT_TRUE(unicode_property("Cs")->empty());
  EXPECT_TRUE(has("Any", 0x10FFFF));
  EXPECT_FALSE(has("ASCII", 0x80));
  EXPECT_FALSE(has("Assigned", 0x0378));
}

TEST(UnicodeProperty, CategoriesPartTheCodePoints) {
  std::size_t n = 0;
  for (const std::string_view name : {"L", "M", "N", "P", "S", "Z", "C"}) {
    for (const auto& [first, last] : *unicode_property(name)) n += last - first + 1;
  }
  EXPECT_EQ(n, 0x110000u - 0x800u);
}

TEST(UnicodeProperty, UnknownNames) {
  for (const std::string_view name : {"", "l", "letter", "Greek", "Script=Greek", "gc=", "gc=Any"}) {
    EXPECT_EQ(unicode_property(name), nullptr) << name;
  }
}

}  // namespace
}  // namespace linnet::grammar
