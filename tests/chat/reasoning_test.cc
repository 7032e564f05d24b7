#include "chat/reasoning.h"

#include <gtest/gtest.h>

namespace linnet::chat {
namespace {

constexpr ReasoningMarks kThink{"<think>", "</think>"};

/// "reasoning|answer" when `text` comes in pieces of `size` bytes.
std::string parted(std::optional<ReasoningMarks> marks, bool opened, std::string_view text,
                   std::size_t size) {
  ReasoningSplitter splitter(marks, opened);
  std::string reasoning, answer;
  const auto take = [&](const ReasoningSplitter::Split& split) {
    reasoning += split.reasoning;
    answer += split.answer;
  };
  for (std::size_t at = 0; at < text.size(); at += size) take(splitter.push(text.substr(at, size)));
  take(splitter.flush());
  return reasoning + "|" + answer;
}

TEST(Reasoning, IsWhatStandsBetweenTheMarksWhereverPiecesAreCut) {
  for (std::size_t size = 1; size < 30; ++size) {
    EXPECT_EQ(parted(kThink, false, "<think>\nlet me\n\nsee\n</think>\n\nParis.\n", size),
              "let me\n\nsee|Paris.\n");
    EXPECT_EQ(parted(kThink, false, " \n<think>a</think>b", size), "a|b");
    EXPECT_EQ(parted(kThink, true, "a < b</thin </think> b", size), "a < b</thin|b");
    EXPECT_EQ(parted(kThink, false, "Use <think>x</think>.", size), "|Use <think>x</think>.");
    EXPECT_EQ(parted(kThink, false, "<think>\n\n</think>\n\nb <think>", size), "|b <think>");
    EXPECT_EQ(parted(kThink, true, "never ends </thi", size), "never ends </thi|");
    EXPECT_EQ(parted(kThink, false, "<thi", size), "|<thi");
    EXPECT_EQ(parted(std::nullopt, false, "<think>a</think>", size), "|<think>a</think>");
  }
}

TEST(Reasoning, MarksComeFromTheTemplate) {
  EXPECT_EQ(find_reasoning_marks("{{ '<think>' }}...{{ '</think>' }}")->open, "<think>");
  EXPECT_EQ(find_reasoning_marks("{{ '[THINK]' + x + '[/THINK]' }}")->close, "[/THINK]");
  EXPECT_FALSE(find_reasoning_marks("{{ messages }}"));
}

TEST(Reasoning, APromptMayOpenIt) {
  EXPECT_TRUE(opens_reasoning("<|im_start|>assistant\n<think>\n", kThink));
  EXPECT_FALSE(opens_reasoning("<|im_start|>assistant\n<think>\n\n</think>\n\n", kThink));
  EXPECT_FALSE(opens_reasoning("", kThink));
}

}  // namespace
}  // namespace linnet::chat
