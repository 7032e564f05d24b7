// What the engine's tests share.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include <linnet/linnet.h>

#include "tests/support/model_file.h"

namespace linnet::testing {

inline Model load_tiny(std::string_view name = "llama_tied") {
  LoadOptions options;
  options.n_threads = 1;
  return Model::load(tiny_model(name), options).value();
}

inline Session open_session(const Model& model, std::size_t n_ctx = 64, unsigned n_threads = 1,
                            std::size_t n_chunk = 256) {
  SessionOptions options;
  options.n_ctx = n_ctx;
  options.n_threads = n_threads;
  options.n_chunk = n_chunk;
  return Session::open(model, options).value();
}

inline std::vector<Token> some_tokens(std::size_t n) {
  std::vector<Token> tokens(n);
  for (std::size_t i = 0; i < n; ++i) tokens[i] = static_cast<Token>((37 * i + 11) % 290);
  return tokens;
}

inline GenerateOptions at_most(std::size_t n_tokens) {
  GenerateOptions options;
  options.max_tokens = n_tokens;
  options.ignore_end = true;
  return options;
}

inline std::vector<float> copy(std::span<const float> values) { return {values.begin(), values.end()}; }
inline std::vector<Token> copy(std::span<const Token> tokens) { return {tokens.begin(), tokens.end()}; }

inline std::vector<Token> tokens_of(const std::vector<GeneratedToken>& generated) {
  std::vector<Token> tokens;
  for (const GeneratedToken& token : generated) tokens.push_back(token.token);
  return tokens;
}

/// Expects an error of that code whose message has that part.
template <class T>
void expect_error(const Result<T>& result, ErrorCode code, std::string_view part) {
  ASSERT_FALSE(result.has_value()) << "wanted: " << part;
  EXPECT_EQ(to_string(result.error().code), to_string(code)) << result.error().message;
  EXPECT_NE(result.error().message.find(part), std::string::npos) << result.error().message;
}

}  // namespace linnet::testing
