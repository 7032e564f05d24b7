#include "cli/extraction.h"

#include <gtest/gtest.h>

namespace linnet::cli {
namespace {

TEST(Extraction, AsksThroughTheChatTemplate) {
  const Model model = Model::load(LINNET_GOLDEN_DIR "/model/llama_tied.gguf").value();
  const std::vector<Token> prompt = extraction_prompt(model);
  EXPECT_EQ(prompt, extraction_prompt(model));
  const std::string text = model.detokenize(prompt, /*show_special=*/true).value();
  EXPECT_TRUE(text.starts_with("<|im_start|>user\nWard round")) << text;
  EXPECT_TRUE(text.ends_with("word for word.<|im_end|>\n<|im_start|>assistant\n")) << text;
}

TEST(Extraction, AnAnswerMayNotChange) {
  std::vector<Token> known;
  expect_same_answer(std::vector<Token>{1, 2}, known, "a");
  expect_same_answer(std::vector<Token>{1, 2, 3}, known, "b");
  expect_same_answer(std::vector<Token>{1}, known, "c");
  EXPECT_EQ(known, (std::vector<Token>{1, 2, 3}));
  try {
    expect_same_answer(std::vector<Token>{1, 5}, known, "extract 2, guess 8");
    ADD_FAILURE() << "a difference was not seen";
  } catch (const Exception& error) {
    EXPECT_EQ(error.error().code, ErrorCode::kInternal);
    EXPECT_STREQ(error.what(),
                 "extract 2, guess 8: token 1 of the answer is 5 and was 2 before; please report it");
  }
  EXPECT_EQ(known, (std::vector<Token>{1, 2, 3}));
}

}  // namespace
}  // namespace linnet::cli
