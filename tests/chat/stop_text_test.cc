#include "chat/stop_text.h"

#include <gtest/gtest.h>

namespace linnet::chat {
namespace {

/// The text let through when `text` comes in pieces of `size` bytes; a bar where it stopped.
std::string through(const std::vector<std::string>& stops, std::string_view text, std::size_t size) {
  StopText stop(stops);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += size) out += stop.push(text.substr(at, size));
  out += stop.flush();
  return stop.stopped() ? out + "|" + std::string(stop.match()) : out;
}

TEST(StopText, FindsAStopWhereverPiecesAreCut) {
  for (std::size_t size = 1; size < 12; ++size) {
    EXPECT_EQ(through({"</s>"}, "ab</s>cd", size), "ab|</s>");
    EXPECT_EQ(through({"</s>"}, "ab</sx<</s", size), "ab</sx<</s");
    EXPECT_EQ(through({"aab"}, "aaaab", size), "aa|aab");
    EXPECT_EQ(through({"abcd", "bc"}, "xabcd", size), "xa|bc");
    EXPECT_EQ(through({"abc", "bc"}, "xabcd", size), "x|abc");
    EXPECT_EQ(through({"abcx", "bcy"}, "abcabcy", size), "abca|bcy");
    EXPECT_EQ(through({}, "abc", size), "abc");
    EXPECT_EQ(through({"", "c"}, "abc", size), "ab|c");
  }
}

TEST(StopText, HoldsBackOnlyWhatMayBecomeAStop) {
  StopText stop({"\nUser:"});
  EXPECT_EQ(stop.push("Hi\nUs"), "Hi");
  EXPECT_EQ(stop.push("e the"), "\nUse the");
  EXPECT_EQ(stop.push("\n"), "");
  EXPECT_EQ(stop.push("User:x"), "");
  EXPECT_TRUE(stop.stopped());
  EXPECT_EQ(stop.rest(), "x");
  EXPECT_EQ(stop.push("more"), "");
  EXPECT_EQ(stop.flush(), "");
}

TEST(StopText, TakesLinearTimeForRepetitiveText) {
  const std::string stop(20'000, 'a');
  const std::string text(400'000, 'a');
  EXPECT_EQ(through({stop + "b", stop + "c"}, text, 1000), text);
}

}  // namespace
}  // namespace linnet::chat
