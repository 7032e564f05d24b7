#include "tasks/texts.h"

namespace linnet::tasks {

Error in_text(std::size_t place, std::size_t n_texts, const Error& error) {
  if (n_texts == 1) return error;
  return fail(error.code, "text {}: {}", place, error.message);
}

Result<std::vector<Token>> tokenize_text(std::string_view text, std::size_t max_tokens,
                                         const TokenizeText& tokenize) {
  LINNET_TRY(std::vector<Token> tokens, tokenize(text));
  if (tokens.size() > max_tokens) {
    return fail(
        ErrorCode::kContextFull,
        "the text has {} tokens, but the context leaves room for {}; shorten it or ask for a larger context",
        tokens.size(), max_tokens);
  }
  return tokens;
}

Result<std::vector<std::vector<Token>>> tokenize_texts(std::span<const std::string> texts,
                                                       std::size_t max_tokens, const TokenizeText& tokenize) {
  std::vector<std::vector<Token>> all;
  all.reserve(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto tokens = tokenize_text(texts[i], max_tokens, tokenize);
    if (!tokens) return in_text(i, texts.size(), tokens.error());
    all.push_back(*std::move(tokens));
  }
  return all;
}

}  // namespace linnet::tasks
