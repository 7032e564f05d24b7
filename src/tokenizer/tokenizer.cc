#include "tokenizer/tokenizer.h"

#include <algorithm>

#include "base/utf8.h"
#include "tokenizer/byte_pair.h"
#include "tokenizer/sentencepiece.h"

namespace linnet {
namespace {

// THE list of tokenizer models, by their GGUF names.
struct Kind {
  std::string_view name;
  Result<std::unique_ptr<const Tokenizer>> (*make)(const gguf::Metadata& metadata);
};
constexpr Kind kKinds[] = {
    {"gpt2", &make_byte_pair_tokenizer},
    {"llama", &make_sentencepiece_tokenizer},
};

constexpr std::size_t kMaxTextBytes = std::size_t{1} << 30;  // tripled by "▁", offsets still fit 32 bits

// The joined segments and where special tokens may be recognized in them.
struct JoinedText {
  struct Stretch {
    std::size_t begin, end;
  };
  std::string storage;
  std::string_view text;
  std::vector<Stretch> parsed;  // ascending, neighbours joined

  explicit JoinedText(std::span<const Segment> segments) {
    std::size_t begin = 0;
    for (const Segment& segment : segments) {
      const std::size_t end = begin + segment.text.size();
      if (segment.parse_special && !parsed.empty() && parsed.back().end == begin) {
        parsed.back().end = end;
      } else if (segment.parse_special) {
        parsed.push_back({begin, end});
      }
      if (segments.size() > 1) storage += segment.text;
      begin = end;
    }
    text = segments.size() == 1 ? segments[0].text : std::string_view(storage);
  }
};

}  // namespace

Result<Tokenizer::Core> Tokenizer::Core::from_metadata(const gguf::Metadata& metadata, bool add_bos) {
  LINNET_TRY(Vocabulary vocabulary, Vocabulary::from_metadata(metadata, add_bos));
  LINNET_TRY(SpecialMatcher specials, SpecialMatcher::from_vocabulary(vocabulary));
  return Core{std::move(vocabulary), std::move(specials)};
}

Result<std::unique_ptr<const Tokenizer>> Tokenizer::from_metadata(const gguf::Metadata& metadata) {
  LINNET_TRY(const std::string_view name, metadata.string("tokenizer.ggml.model"));
  const auto* kind = std::ranges::find(kKinds, name, &Kind::name);
  if (kind != std::end(kKinds)) return kind->make(metadata);
  std::string known;
  for (const Kind& k : kKinds) known.append(known.empty() ? "" : ", ").append(k.name);
  return fail(ErrorCode::kUnsupported, "{}: tokenizer.ggml.model is '{}'; linnet has {}", metadata.file(),
              utf8::printable(name), known);
}

Result<void> Tokenizer::encode(std::string_view text, bool parse_special, std::vector<Token>& out) const {
  const Segment segment{text, parse_special};
  return encode(std::span(&segment, 1), out);
}

Result<void> Tokenizer::encode(std::span<const Segment> segments, std::vector<Token>& out) const {
  return encode(segments, Place::kBeginning, out);
}

Result<void> Tokenizer::encode_inside(std::string_view text, std::vector<Token>& out) const {
  const Segment segment{text, false};
  return encode(std::span(&segment, 1), Place::kInside, out);
}

Result<void> Tokenizer::encode(std::span<const Segment> segments, Place place,
                               std::vector<Token>& out) const {
  std::size_t n_bytes = 0;
  for (const Segment& segment : segments) {
    if (segment.text.size() > kMaxTextBytes - n_bytes)
      return fail(ErrorCode::kInvalidArgument, "the text has more than {} bytes", kMaxTextBytes);
    n_bytes += segment.text.size();
  }
  const JoinedText joined(segments);
  const std::string_view text = joined.text;
  auto parsed = joined.parsed.begin();
  std::size_t plain = 0;  // text[plain, i) holds no special token
  const auto flush = [&](std::size_t end) -> Result<void> {
    return end == plain ? Result<void>() : encode_plain(text.substr(plain, end - plain), place, out);
  };
  for (std::size_t i = 0; i < text.size();) {
    while (parsed != joined.parsed.end() && parsed->end <= i) ++parsed;
    const bool in_parsed = parsed != joined.parsed.end() && parsed->begin <= i;
    const SpecialMatcher::Match match = core_.specials.longest(text, i, in_parsed ? parsed->end : 0);
    if (match.token == kNoToken) {
      ++i;
      continue;
    }
    LINNET_CHECK(flush(i));
    out.push_back(match.token);
    i += match.n_bytes;
    plain = i;
  }
  return flush(text.size());
}

std::string Tokenizer::decode(std::span<const Token> tokens, bool show_special) const {
  std::string text;
  for (const Token token : tokens) {
    if (show_special || !is_special(token)) text += piece(token);
  }
  if (adds_space_prefix() && text.starts_with(' ')) text.erase(0, 1);
  return text;
}

}  // namespace linnet
