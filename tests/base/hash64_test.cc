#include "base/hash64.h"

#include <gtest/gtest.h>

#include <string>

namespace linnet {
namespace {

std::uint64_t hash_of(std::string_view text) {
  Hash64 hash;
  hash.add(std::as_bytes(std::span(text)));
  return hash.value();
}

// Values of the reference implementation, seed 0.
TEST(Hash64, IsXxh64) {
  EXPECT_EQ(hash_of(""), 0xEF46DB3751D8E999u);
  EXPECT_EQ(hash_of("a"), 0xD24EC4F1A98C6E5Bu);
  EXPECT_EQ(hash_of("abc"), 0x44BC2CF5AD770999u);
  EXPECT_EQ(hash_of("Nobody inspects the spammish repetition"), 0xFBCEA83C8A378BF1u);
}

TEST(Hash64, DoesNotDependOnHowBytesAreCut) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += static_cast<char>(i * 7);
  for (std::size_t n = 0; n <= text.size(); n += 3) {
    const std::string_view part = std::string_view(text).substr(0, n);
    for (const std::size_t step : {1u, 5u, 31u, 32u, 33u}) {
      Hash64 hash;
      for (std::size_t at = 0; at < n; at += step) hash.add(std::as_bytes(std::span(part.substr(at, step))));
      EXPECT_EQ(hash.value(), hash_of(part)) << n << " by " << step;
    }
  }
}

TEST(Hash64, KeepsTextsApart) {
  Hash64 first, second;
  first.add(std::string_view("ab"));
  first.add(std::string_view("c"));
  second.add(std::string_view("a"));
  second.add(std::string_view("bc"));
  EXPECT_NE(first.value(), second.value());
}

}  // namespace
}  // namespace linnet
