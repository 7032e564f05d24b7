#include "tokenizer/vocabulary.h"

#include <algorithm>
#include <limits>

namespace linnet {
namespace {

using Role = Token SpecialTokens::*;

struct NamedId {
  std::string_view key;
  Role role;
};
constexpr NamedId kNamedIds[] = {
    {"tokenizer.ggml.bos_token_id", &SpecialTokens::bos},
    {"tokenizer.ggml.eos_token_id", &SpecialTokens::eos},
    {"tokenizer.ggml.eot_token_id", &SpecialTokens::eot},
    {"tokenizer.ggml.eom_token_id", &SpecialTokens::eom},
    {"tokenizer.ggml.unknown_token_id", &SpecialTokens::unknown},
    {"tokenizer.ggml.padding_token_id", &SpecialTokens::padding},
};

// Control tokens that end an answer whether the file says so or not: most files name only one of theirs. A
// role is taken by the first name that the vocabulary has, where the file leaves it open.
struct EndName {
  std::string_view text;
  Role role;
};
constexpr EndName kEndNames[] = {
    {"<|eot_id|>", &SpecialTokens::eot},
    {"<|im_end|>", &SpecialTokens::eot},
    {"<|end|>", &SpecialTokens::eot},
    {"<end_of_turn>", &SpecialTokens::eot},
    {"<|end_of_turn|>", &SpecialTokens::eot},
    {"<end_of_utterance>", &SpecialTokens::eot},
    {"<|EOT|>", &SpecialTokens::eot},
    {"<EOT>", &SpecialTokens::eot},
    {"[EOT]", &SpecialTokens::eot},
    {"<|eom_id|>", &SpecialTokens::eom},
    {"<|endoftext|>", nullptr},
    {"<|end_of_text|>", nullptr},
    {"<｜end▁of▁sentence｜>", nullptr},
    {"<eos>", nullptr},
    {"</s>", nullptr},
    {"[EOS]", nullptr},
    {"<|return|>", nullptr},
    {"<|call|>", nullptr},
};

constexpr Role kSpecialRoles[] = {&SpecialTokens::bos, &SpecialTokens::eos,     &SpecialTokens::eot,
                                  &SpecialTokens::eom, &SpecialTokens::unknown, &SpecialTokens::padding};
constexpr Role kEndRoles[] = {&SpecialTokens::eos, &SpecialTokens::eot, &SpecialTokens::eom};

}  // namespace

Result<Vocabulary> Vocabulary::from_metadata(const gguf::Metadata& metadata, bool add_bos) {
  Vocabulary vocabulary;
  LINNET_TRY(vocabulary.texts_, metadata.strings("tokenizer.ggml.tokens"));
  const std::size_t n = vocabulary.texts_.size();
  if (n == 0 || n > static_cast<std::size_t>(std::numeric_limits<Token>::max()))
    return fail(ErrorCode::kCorrupt, "{}: tokenizer.ggml.tokens has {} tokens; 1 to 2^31 - 1 can be",
                metadata.file(), n);
  vocabulary.table_ = TextTable(vocabulary.texts_);
  LINNET_CHECK(vocabulary.read_types(metadata));
  LINNET_CHECK(vocabulary.read_special(metadata, add_bos));
  vocabulary.find_ends();
  return vocabulary;
}

Result<void> Vocabulary::read_types(const gguf::Metadata& metadata) {
  constexpr std::string_view kKey = "tokenizer.ggml.token_type";
  types_.assign(size(), TokenType::kNormal);
  if (!metadata.has(kKey)) return {};
  LINNET_TRY(const gguf::NumberArray types, metadata.numbers(kKey));
  if (types.type == gguf::ValueType::kF32 || types.type == gguf::ValueType::kF64)
    return fail(ErrorCode::kCorrupt, "{}: {} holds fractions; wanted integers", metadata.file(), kKey);
  if (types.count < size())
    return fail(ErrorCode::kCorrupt, "{}: {} has {} entries for {} tokens", metadata.file(), kKey,
                types.count, size());
  for (std::size_t i = 0; i < size(); ++i) {
    const std::int64_t type = types.integer(i);
    if (type >= 1 && type <= 6) types_[i] = static_cast<TokenType>(type);
  }
  return {};
}

Result<void> Vocabulary::read_special(const gguf::Metadata& metadata, bool add_bos) {
  constexpr std::uint64_t kNone = std::numeric_limits<std::uint32_t>::max();
  for (const NamedId& named : kNamedIds) {
    LINNET_TRY(const std::uint64_t id, metadata.integer_or(named.key, kNone, 0, kNone));
    if (id == kNone) continue;
    if (id >= size())
      return fail(ErrorCode::kCorrupt, "{}: {} is {}, but there are only {} tokens", metadata.file(),
                  named.key, id, size());
    special_.*named.role = static_cast<Token>(id);
    // What ends or begins a sequence is not text, even if the converter of the file thought so.
    if (TokenType& type = types_[id]; type == TokenType::kUserDefined) type = TokenType::kControl;
  }
  LINNET_TRY(special_.add_bos,
             metadata.boolean_or("tokenizer.ggml.add_bos_token", add_bos && special_.bos != kNoToken));
  LINNET_TRY(special_.add_eos, metadata.boolean_or("tokenizer.ggml.add_eos_token", false));
  if ((special_.add_bos && special_.bos == kNoToken) || (special_.add_eos && special_.eos == kNoToken))
    return fail(ErrorCode::kCorrupt, "{}: tokenizer.ggml.add_{}_token is true, but no such token is named",
                metadata.file(), special_.add_bos && special_.bos == kNoToken ? "bos" : "eos");
  return {};
}

void Vocabulary::find_ends() {
  for (const EndName& end : kEndNames) {
    const Token token = find(end.text);
    if (token == kNoToken || type(token) != TokenType::kControl) continue;
    ends_.push_back(token);
    if (end.role != nullptr && special_.*end.role == kNoToken) special_.*end.role = token;
  }
  for (const Role role : kEndRoles) {
    if (special_.*role != kNoToken) ends_.push_back(special_.*role);
  }
}

Token Vocabulary::find_plain(std::string_view text) const noexcept {
  const Token token = find(text);
  const bool plain =
      token != kNoToken && type(token) != TokenType::kControl && type(token) != TokenType::kUnknown;
  return plain ? token : kNoToken;
}

bool Vocabulary::is_special(Token token) const noexcept {
  return type(token) == TokenType::kControl || type(token) == TokenType::kUnknown ||
         std::ranges::any_of(kSpecialRoles, [&](Role role) { return special_.*role == token; });
}

bool Vocabulary::is_end_of_generation(Token token) const noexcept {
  return std::ranges::find(ends_, token) != ends_.end();
}

}  // namespace linnet
