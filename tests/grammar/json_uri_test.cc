#include "grammar/json_uri.h"

#include <gtest/gtest.h>

namespace linnet::grammar {
namespace {

TEST(JsonUri, ResolvesReferences) {
  const auto resolve = [](std::string_view reference) {
    return resolve_uri("http://a/b/c/d;p?q", reference);
  };
  // RFC 3986, section 5.4.
  EXPECT_EQ(resolve("g:h"), "g:h");
  EXPECT_EQ(resolve("g"), "http://a/b/c/g");
  EXPECT_EQ(resolve("./g"), "http://a/b/c/g");
  EXPECT_EQ(resolve("g/"), "http://a/b/c/g/");
  EXPECT_EQ(resolve("/g"), "http://a/g");
  EXPECT_EQ(resolve("//g"), "http://g");
  EXPECT_EQ(resolve("?y"), "http://a/b/c/d;p?y");
  EXPECT_EQ(resolve("g?y#s"), "http://a/b/c/g?y#s");
  EXPECT_EQ(resolve("#s"), "http://a/b/c/d;p?q#s");
  EXPECT_EQ(resolve(""), "http://a/b/c/d;p?q");
  EXPECT_EQ(resolve("."), "http://a/b/c/");
  EXPECT_EQ(resolve(".."), "http://a/b/");
  EXPECT_EQ(resolve("../g"), "http://a/b/g");
  EXPECT_EQ(resolve("../../g"), "http://a/g");
  EXPECT_EQ(resolve("../../../g"), "http://a/g");
  EXPECT_EQ(resolve("g/./h"), "http://a/b/c/g/h");
  EXPECT_EQ(resolve("g/../h"), "http://a/b/c/h");
  EXPECT_EQ(resolve_uri("", "other.json#x"), "other.json#x");
  EXPECT_EQ(resolve_uri("http://a", "g"), "http://a/g");
}

TEST(JsonUri, SplitsFragmentsAndPointers) {
  EXPECT_EQ(split_fragment("a#/%25/%7E1x%2"), (std::pair<std::string, std::string>{"a", "/%/~1x%2"}));
  EXPECT_EQ(split_fragment("a").second, "");
  EXPECT_EQ(pointer_tokens("/a~1b//~0"), (std::vector<std::string>{"a/b", "", "~"}));
  EXPECT_EQ(pointer_step("a/b~"), "/a~1b~0");
}

}  // namespace
}  // namespace linnet::grammar
