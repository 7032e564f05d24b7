// Many texts at once: their tokens, and errors that say which text they are about.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/fail.h"
#include "tokenizer/tokenizer.h"

namespace linnet::tasks {

/// The error of text `place` among `n_texts`, with its place unless it is the only one.
Error in_text(std::size_t place, std::size_t n_texts, const Error& error);

using TokenizeText = std::function<Result<std::vector<Token>>(std::string_view text)>;

/// The tokens of a text, at most `max_tokens`. Errors: those of `tokenize`; kContextFull.
Result<std::vector<Token>> tokenize_text(std::string_view text, std::size_t max_tokens,
                                         const TokenizeText& tokenize);
/// The same for many; errors as in_text() has them.
Result<std::vector<std::vector<Token>>> tokenize_texts(std::span<const std::string> texts,
                                                       std::size_t max_tokens, const TokenizeText& tokenize);

}  // namespace linnet::tasks
