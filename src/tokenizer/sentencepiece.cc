#include "tokenizer/sentencepiece.h"

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>

#include "base/utf8.h"
#include "tokenizer/merge.h"

namespace linnet {
namespace {

constexpr std::string_view kSpace = "▁";

std::uint8_t byte_of(char c) noexcept { return static_cast<std::uint8_t>(c); }

// Ascending ranks for descending scores. Any order will do for NaN.
std::uint32_t rank_of(double score) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(score) + 0.0f);  // -0 is 0
  return bits >> 31 ? bits : ~bits & 0x7FFFFFFFu;
}

struct Options {
  bool space_prefix;
  bool join_spaces;  // sentencepiece's remove_extra_whitespaces
};

class SentencePieceTokenizer final : public Tokenizer {
 public:
  SentencePieceTokenizer(Core core, std::vector<std::uint32_t> ranks, Options options);

  std::string piece(Token token) const override;
  bool adds_space_prefix() const noexcept override { return options_.space_prefix; }

 private:
  Result<void> encode_plain(std::string_view text, Place place, std::vector<Token>& out) const override;
  std::string normalize(std::string_view text, Place place) const;
  std::size_t word_end(std::string_view text, std::size_t begin) const noexcept;
  void encode_word(std::string_view word, Merger& merger, std::vector<Token>& out) const;
  void encode_unknown(std::string_view bytes, std::vector<Token>& out) const;

  std::vector<std::uint32_t> ranks_;
  Options options_;
  std::array<Token, 256> byte_tokens_;
  Token replacement_;  // for what the vocabulary cannot express
  std::size_t max_token_bytes_ = 0;
  std::bitset<256> before_space_;  // bytes that stand before an inner "▁" in some token
};

SentencePieceTokenizer::SentencePieceTokenizer(Core core, std::vector<std::uint32_t> ranks, Options options)
    : Tokenizer(std::move(core)), ranks_(std::move(ranks)), options_(options) {
  for (std::size_t byte = 0; byte < byte_tokens_.size(); ++byte)
    byte_tokens_[byte] = find(fmt::format("<0x{:02X}>", byte));
  replacement_ = vocabulary().find_plain("\uFFFD");
  const Token unknown = special().unknown;
  // Some files name a control token as the unknown one; text must not become that.
  if (replacement_ == kNoToken && unknown != kNoToken && type(unknown) == TokenType::kUnknown)
    replacement_ = unknown;
  for (std::size_t i = 0; i < n_vocab(); ++i) {
    const std::string_view text = this->text(static_cast<Token>(i));
    max_token_bytes_ = std::max(max_token_bytes_, text.size());
    // The last byte of "▁" is rare in other characters, and a false alarm only makes a word longer.
    for (std::size_t at = text.find(kSpace[0], 1); at != std::string_view::npos;
         at = text.find(kSpace[0], at + 1)) {
      if (text.substr(at).starts_with(kSpace) && !text.substr(0, at).ends_with(kSpace))
        before_space_.set(byte_of(text[at - 1]));
    }
  }
}

std::string SentencePieceTokenizer::normalize(std::string_view text, Place place) const {
  std::string out;
  out.reserve(text.size() + text.size() / 2);
  const bool is_beginning = place == Place::kBeginning;
  const bool joins_spaces = options_.join_spaces && is_beginning;
  if (joins_spaces) text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  if (options_.space_prefix && is_beginning && !text.empty()) out += kSpace;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != ' ') {
      out += text[i];
    } else if (!joins_spaces || (i + 1 < text.size() && text[i + 1] != ' ')) {
      out += kSpace;
    }
  }
  return out;
}

// Words end before a "▁" that no token holds after what precedes it: no merge crosses that place, so merging
// word by word gives what merging the whole text would.
std::size_t SentencePieceTokenizer::word_end(std::string_view text, std::size_t begin) const noexcept {
  for (std::size_t at = text.find(kSpace, begin + 1); at != std::string_view::npos;
       at = text.find(kSpace, at + 1)) {
    const bool after_space =
        at >= begin + kSpace.size() && text.substr(at - kSpace.size()).starts_with(kSpace);
    if (!after_space && !before_space_[byte_of(text[at - 1])]) return at;
  }
  return text.size();
}

Result<void> SentencePieceTokenizer::encode_plain(std::string_view text, Place place,
                                                  std::vector<Token>& out) const {
  const std::string normal = normalize(text, place);
  Merger merger;
  for (std::size_t begin = 0; begin < normal.size();) {
    const std::size_t end = word_end(normal, begin);
    encode_word(std::string_view(normal).substr(begin, end - begin), merger, out);
    begin = end;
  }
  return {};
}

void SentencePieceTokenizer::encode_word(std::string_view word, Merger& merger,
                                         std::vector<Token>& out) const {
  merger.clear();
  for (std::size_t i = 0; i < word.size();) {
    const utf8::Decoded character = utf8::decode(word.substr(i));
    const std::size_t n_bytes = character.status == utf8::Status::kValid ? character.n_bytes : 1;
    merger.add(static_cast<std::uint32_t>(n_bytes), vocabulary().find_plain(word.substr(i, n_bytes)));
    i += n_bytes;
  }
  merger.merge([&](const Symbol& left, const Symbol& right) -> Union {
    const std::size_t n_bytes = std::size_t{left.n_bytes} + right.n_bytes;
    if (n_bytes > max_token_bytes_) return {0, kNoToken};
    const Token token = vocabulary().find_plain(word.substr(left.begin, n_bytes));
    return {token == kNoToken ? 0 : ranks_[static_cast<std::size_t>(token)], token};
  });
  merger.visit([&](const Symbol& symbol) {
    if (symbol.token != kNoToken) {
      out.push_back(symbol.token);
    } else {
      encode_unknown(word.substr(symbol.begin, symbol.n_bytes), out);
    }
  });
}

void SentencePieceTokenizer::encode_unknown(std::string_view bytes, std::vector<Token>& out) const {
  const auto token_of = [&](char byte) { return byte_tokens_[byte_of(byte)]; };
  if (std::ranges::all_of(bytes, [&](char byte) { return token_of(byte) != kNoToken; })) {
    for (const char byte : bytes) out.push_back(token_of(byte));
  } else if (replacement_ != kNoToken) {
    out.push_back(replacement_);
  }
}

std::string SentencePieceTokenizer::piece(Token token) const {
  const std::string_view text = this->text(token);
  if (type(token) == TokenType::kByte) {
    const auto byte = std::ranges::find(byte_tokens_, token);
    if (byte != byte_tokens_.end()) return {static_cast<char>(byte - byte_tokens_.begin())};
  }
  if (is_special(token)) return std::string(text);
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const bool space = text.substr(i).starts_with(kSpace);
    out += space ? ' ' : text[i];
    i += space ? kSpace.size() : 1;
  }
  return out;
}

Result<std::vector<std::uint32_t>> read_ranks(const gguf::Metadata& metadata, std::size_t n_vocab) {
  constexpr std::string_view kKey = "tokenizer.ggml.scores";
  std::vector<std::uint32_t> ranks(n_vocab, 0);
  if (!metadata.has(kKey)) return ranks;
  LINNET_TRY(const gguf::NumberArray scores, metadata.numbers(kKey));
  if (scores.count < n_vocab)
    return fail(ErrorCode::kCorrupt, "{}: {} has {} entries for {} tokens", metadata.file(), kKey,
                scores.count, n_vocab);
  const bool real = scores.type == gguf::ValueType::kF32 || scores.type == gguf::ValueType::kF64;
  for (std::size_t i = 0; i < n_vocab; ++i)
    ranks[i] = rank_of(real ? scores.real(i) : static_cast<double>(scores.integer(i)));
  return ranks;
}

}  // namespace

Result<std::unique_ptr<const Tokenizer>> make_sentencepiece_tokenizer(const gguf::Metadata& metadata) {
  LINNET_TRY(Tokenizer::Core core, Tokenizer::Core::from_metadata(metadata, true));
  LINNET_TRY(std::vector<std::uint32_t> ranks, read_ranks(metadata, core.vocabulary.size()));
  LINNET_TRY(const bool space_prefix, metadata.boolean_or("tokenizer.ggml.add_space_prefix", true));
  LINNET_TRY(const bool join_spaces, metadata.boolean_or("tokenizer.ggml.remove_extra_whitespaces", false));
  return std::unique_ptr<const Tokenizer>(std::make_unique<SentencePieceTokenizer>(
      std::move(core), std::move(ranks), Options{space_prefix, join_spaces}));
}

}  // namespace linnet
