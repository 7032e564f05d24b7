#include "tokenizer/byte_pair.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/utf8.h"
#include "tokenizer/byte_level.h"
#include "tokenizer/merge_table.h"
#include "tokenizer/pretokenizer.h"

namespace linnet {
namespace {

constexpr std::string_view kReplacement = "\uFFFD";

class BytePairTokenizer final : public Tokenizer {
 public:
  BytePairTokenizer(Core core, Pretokenizer pretokenizer, MergeTable merges, bool whole_words);

  std::string piece(Token token) const override;
  bool adds_space_prefix() const noexcept override { return false; }

 private:
  Result<void> encode_plain(std::string_view text, Place place, std::vector<Token>& out) const override;
  void add_bytes(std::string_view word, Merger& merger) const;

  Pretokenizer pretokenizer_;
  MergeTable merges_;
  std::array<Token, 256> byte_tokens_;
  bool whole_words_;
};

BytePairTokenizer::BytePairTokenizer(Core core, Pretokenizer pretokenizer, MergeTable merges,
                                     bool whole_words)
    : Tokenizer(std::move(core)),
      pretokenizer_(std::move(pretokenizer)),
      merges_(std::move(merges)),
      whole_words_(whole_words) {
  for (std::size_t byte = 0; byte < byte_tokens_.size(); ++byte) {
    std::string character;
    utf8::append(character, byte_level::kCharacters[byte]);
    byte_tokens_[byte] = vocabulary().find_plain(character);
  }
}

// Real vocabularies lack bytes that never stood in their training text. Those of UTF-8 are left out, as the
// tokenizers that made these vocabularies do; in place of others stands U+FFFD.
void BytePairTokenizer::add_bytes(std::string_view word, Merger& merger) const {
  const auto add = [&](char byte) {
    const Token token = byte_tokens_[static_cast<std::uint8_t>(byte)];
    if (token != kNoToken) merger.add(1, token);
    return token != kNoToken;
  };
  const bool valid =
      utf8::decode(word).status == utf8::Status::kValid;  // words are UTF-8 throughout or not at all
  for (const char byte : word) {
    if (!add(byte) && !valid) std::ranges::for_each(kReplacement, add);
  }
}

Result<void> BytePairTokenizer::encode_plain(std::string_view text, Place, std::vector<Token>& out) const {
  std::vector<std::size_t> ends;
  LINNET_CHECK(pretokenizer_.split(text, ends));
  Merger merger;
  std::string characters;
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    const std::string_view word = text.substr(begin, end - begin);
    begin = end;
    if (whole_words_) {
      characters.clear();
      byte_level::encode(word, characters);
      if (const Token token = vocabulary().find_plain(characters); token != kNoToken) {
        out.push_back(token);
        continue;
      }
    }
    merger.clear();
    add_bytes(word, merger);
    merger.merge(
        [&](const Symbol& left, const Symbol& right) { return merges_.find(left.token, right.token); });
    merger.visit([&](const Symbol& symbol) { out.push_back(symbol.token); });
  }
  return {};
}

std::string BytePairTokenizer::piece(Token token) const {
  const std::string_view text = this->text(token);
  if (type(token) == TokenType::kNormal) {
    if (auto bytes = byte_level::decode(text)) return *std::move(bytes);
  }
  return std::string(text);
}

Result<MergeTable> read_merges(const gguf::Metadata& metadata, const Vocabulary& vocabulary) {
  constexpr std::string_view kKey = "tokenizer.ggml.merges";
  LINNET_TRY(const auto merges, metadata.strings(kKey));
  if (merges.size() > std::numeric_limits<std::uint32_t>::max())
    return fail(ErrorCode::kCorrupt, "{}: {} has {} entries", metadata.file(), kKey, merges.size());
  MergeTable table(merges.size());
  std::string joined;
  // Vocabularies usually list the unions in the order of their merges: the next token is the likeliest union.
  std::size_t next = 0;
  for (std::size_t rank = 0; rank < merges.size(); ++rank) {
    const std::string_view merge = merges[rank];
    const std::size_t space = merge.find(' ', 1);  // a first part may itself be a space
    if (space == std::string_view::npos || space + 1 == merge.size())
      return fail(ErrorCode::kCorrupt, "{}: {}[{}] is '{}'; wanted two parts with a space between",
                  metadata.file(), kKey, rank, utf8::printable(merge));
    const std::string_view left_text = merge.substr(0, space), right_text = merge.substr(space + 1);
    const Token left = vocabulary.find_plain(left_text), right = vocabulary.find_plain(right_text);
    joined.assign(left_text).append(right_text);
    const bool guessed = next < vocabulary.size() &&
                         vocabulary.type(static_cast<Token>(next)) == TokenType::kNormal &&
                         vocabulary.text(static_cast<Token>(next)) == joined;
    const Token token = guessed ? static_cast<Token>(next) : vocabulary.find_plain(joined);
    if (left == kNoToken || right == kNoToken || token == kNoToken) continue;
    table.insert(left, right, {static_cast<std::uint32_t>(rank), token});
    next = static_cast<std::size_t>(token) + 1;
  }
  return table;
}

Result<PretokenizerSpec> find_pretokenizer(const gguf::Metadata& metadata) {
  LINNET_TRY(const std::string_view name, metadata.string_or("tokenizer.ggml.pre", "default"));
  const auto list = pretokenizers();
  const auto row = std::ranges::find(list, name, &PretokenizerSpec::name);
  if (row != list.end()) return *row;
  std::string known;
  for (const PretokenizerSpec& spec : list) known.append(known.empty() ? "" : ", ").append(spec.name);
  return fail(ErrorCode::kUnsupported, "{}: the pre-tokenizer '{}' is not one that linnet has: {}",
              metadata.file(), utf8::printable(name), known);
}

}  // namespace

Result<std::unique_ptr<const Tokenizer>> make_byte_pair_tokenizer(const gguf::Metadata& metadata) {
  LINNET_TRY(const PretokenizerSpec spec, find_pretokenizer(metadata));
  LINNET_TRY(Tokenizer::Core core, Tokenizer::Core::from_metadata(metadata, spec.add_bos));
  LINNET_TRY(Pretokenizer pretokenizer, Pretokenizer::compile(spec));
  LINNET_TRY(MergeTable merges, read_merges(metadata, core.vocabulary));
  return std::unique_ptr<const Tokenizer>(std::make_unique<BytePairTokenizer>(
      std::move(core), std::move(pretokenizer), std::move(merges), spec.whole_words));
}

}  // namespace linnet
