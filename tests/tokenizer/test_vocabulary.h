// Vocabularies for tests, as a GGUF file's metadata would hold them.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "gguf/metadata.h"
#include "tokenizer/byte_level.h"
#include "tokenizer/tokenizer.h"

namespace linnet::testing {

/// Fill in the fields. The metadata refers to them, so the TestVocabulary must outlive it.
struct TestVocabulary {
  std::string model = "gpt2";
  std::string pre = "gpt-2";
  std::vector<std::string_view> tokens;
  std::vector<std::int32_t> types;       ///< None: the key is absent.
  std::vector<float> scores;             ///< None: the key is absent.
  std::vector<std::string_view> merges;  ///< None: the key is absent.
  std::vector<gguf::Entry> more;         ///< Further keys, or replacements.
  std::vector<std::string> storage;

  void add(std::string_view token, TokenType type = TokenType::kNormal, float score = 0) {
    tokens.push_back(token);
    types.push_back(static_cast<std::int32_t>(type));
    scores.push_back(score);
  }
  /// The 256 characters of a byte-level vocabulary, as tokens 0 to 255.
  void add_bytes() {
    storage.resize(256);
    for (std::size_t byte = 0; byte < 256; ++byte) {
      byte_level::encode(std::string(1, static_cast<char>(byte)), storage[byte]);
      add(storage[byte]);
    }
  }
  void set(std::string_view key, std::uint64_t value) { more.push_back({key, gguf::ValueType::kU32, value}); }
  void set(std::string_view key, bool value) { more.push_back({key, gguf::ValueType::kBool, value}); }

  gguf::Metadata metadata() const {
    std::vector<gguf::Entry> entries = more;
    const auto add_entry = [&](std::string_view key, gguf::ValueType type, gguf::Value value) {
      for (const gguf::Entry& entry : more) {
        if (entry.key == key) return;
      }
      entries.push_back({key, type, std::move(value)});
    };
    const auto numbers = [](gguf::ValueType type, const auto& vector) {
      return gguf::NumberArray{type, vector.size(), reinterpret_cast<const std::byte*>(vector.data())};
    };
    add_entry("tokenizer.ggml.model", gguf::ValueType::kString, std::string_view(model));
    add_entry("tokenizer.ggml.pre", gguf::ValueType::kString, std::string_view(pre));
    if (!tokens.empty()) add_entry("tokenizer.ggml.tokens", gguf::ValueType::kArray, tokens);
    if (!types.empty())
      add_entry("tokenizer.ggml.token_type", gguf::ValueType::kArray, numbers(gguf::ValueType::kI32, types));
    if (!scores.empty())
      add_entry("tokenizer.ggml.scores", gguf::ValueType::kArray, numbers(gguf::ValueType::kF32, scores));
    if (!merges.empty()) add_entry("tokenizer.ggml.merges", gguf::ValueType::kArray, merges);
    return gguf::Metadata::from_entries("test.gguf", std::move(entries)).value();
  }
};

/// A tokenizer with what it refers to.
struct TestTokenizer {
  explicit TestTokenizer(TestVocabulary v)
      : vocabulary(std::move(v)),
        metadata(vocabulary.metadata()),
        tokenizer(Tokenizer::from_metadata(metadata).value()) {}
  const Tokenizer* operator->() const { return tokenizer.get(); }
  const Tokenizer& operator*() const { return *tokenizer; }

  TestVocabulary vocabulary;
  gguf::Metadata metadata;
  std::unique_ptr<const Tokenizer> tokenizer;
};

inline std::vector<Token> encode(const Tokenizer& tokenizer, std::string_view text,
                                 bool parse_special = false) {
  std::vector<Token> tokens;
  tokenizer.encode(text, parse_special, tokens).value();
  return tokens;
}

inline Error error_of(const TestVocabulary& vocabulary) {
  const gguf::Metadata metadata = vocabulary.metadata();
  const auto made = Tokenizer::from_metadata(metadata);
  return made ? Error{ErrorCode::kInternal, "no error"} : made.error();
}

}  // namespace linnet::testing
