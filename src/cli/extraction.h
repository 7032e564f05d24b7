// What `linnet bench --guess` has a model copy from: text whose answer stands in the question for the most
// part, as when fields or lines are extracted.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <linnet/model.h>

namespace linnet::cli {

/// A note and the request to copy some of its lines, through the model's chat template if it has one; the
/// same on every day. Throws linnet::Exception.
std::vector<Token> extraction_prompt(const Model& model);

/// Fails with kInternal, in the name of `title`, unless one of the two is the other or begins it; `known` is
/// the longer one afterwards. Neither guesses nor threads nor another round may change an answer.
void expect_same_answer(std::span<const Token> made, std::vector<Token>& known, const std::string& title);

}  // namespace linnet::cli
