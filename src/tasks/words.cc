#include "tasks/words.h"

#include <algorithm>
#include <string>

#include "base/hash64.h"
#include "base/utf8.h"

namespace linnet::tasks {
namespace {

enum class Kind : std::uint8_t { kSpace, kLetter, kDigit, kOther };

bool is_between(char32_t c, char32_t low, char32_t high) { return c >= low && c <= high; }

// Blocks of Unicode are enough here: no table, and every script's letters are letters.
Kind kind_of(char32_t c) {
  if (c == ' ' || is_between(c, '\t', '\r') || c == 0x85 || c == 0xA0 || c == 0x3000 ||
      is_between(c, 0x2000, 0x200B) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0xFEFF) {
    return Kind::kSpace;
  }
  if (is_between(c, '0', '9')) return Kind::kDigit;
  if (c < 0x80) return is_between(c | 0x20, 'a', 'z') ? Kind::kLetter : Kind::kOther;
  const bool is_symbol = is_between(c, 0x80, 0xBF) || c == 0xD7 || c == 0xF7 ||
                         is_between(c, 0x2000, 0x2BFF) || is_between(c, 0x3000, 0x303F) ||
                         is_between(c, 0xFF00, 0xFF0F);
  return is_symbol ? Kind::kOther : Kind::kLetter;
}

std::string lower(std::string_view word) {
  std::string out(word);
  for (char& c : out)
    c = static_cast<char>(is_between(static_cast<unsigned char>(c), 'A', 'Z') ? c | 0x20 : c);
  return out;
}

// "Hello" is "Aaa": runs count up to two, those of digits up to five.
std::string shape_of(std::string_view word) {
  std::string out;
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    const char sort = is_between(byte, 'A', 'Z')                   ? 'A'
                      : is_between(byte, 'a', 'z') || byte >= 0x80 ? 'a'
                      : is_between(byte, '0', '9')                 ? '9'
                                                                   : c;
    const std::size_t most = sort == '9' ? 5 : 2;
    const std::size_t from = out.size() < most ? 0 : out.size() - most;
    if (out.size() < most || std::string_view(out).substr(from) != std::string(most, sort)) out += sort;
  }
  return out;
}

std::uint64_t cue(std::string_view trait, std::string_view value) {
  Hash64 hash;
  hash.add(trait);
  hash.add(value);
  return hash.value();
}

}  // namespace

std::vector<ByteSpan> words_of(std::string_view text) {
  std::vector<ByteSpan> words;
  Kind last = Kind::kSpace;
  for (std::size_t at = 0; at < text.size();) {
    const utf8::Decoded decoded = utf8::decode(text.substr(at));
    const Kind kind = kind_of(decoded.code_point);
    const std::size_t end = at + decoded.n_bytes;
    const bool goes_on = kind == last && (kind == Kind::kLetter || kind == Kind::kDigit);
    if (goes_on) {
      words.back().end = end;
    } else if (kind != Kind::kSpace) {
      words.push_back({at, end});
    }
    last = kind;
    at = end;
  }
  return words;
}

WordSpan words_in(const std::vector<ByteSpan>& words, const ByteSpan& bytes) {
  const auto begin = std::ranges::upper_bound(words, bytes.begin, {}, &ByteSpan::end);
  const auto end = std::ranges::lower_bound(begin, words.end(), bytes.end, {}, &ByteSpan::begin);
  return {static_cast<std::size_t>(begin - words.begin()), static_cast<std::size_t>(end - words.begin())};
}

std::size_t space_at(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const utf8::Decoded decoded = utf8::decode(text);
  return kind_of(decoded.code_point) == Kind::kSpace ? decoded.n_bytes : 0;
}

std::vector<std::uint64_t> cues_of(std::string_view text, const std::vector<ByteSpan>& words, std::size_t i) {
  const auto word_at = [&](std::size_t base, std::ptrdiff_t offset) -> std::string_view {
    const auto at = static_cast<std::ptrdiff_t>(base) + offset;
    if (at < 0 || at >= static_cast<std::ptrdiff_t>(words.size())) return {};  // no word is empty
    return words[static_cast<std::size_t>(at)].of(text);
  };
  const std::string word = lower(word_at(i, 0));
  const std::string_view view = word;
  const auto head = [&](std::size_t n) { return view.substr(0, n); };
  const auto tail = [&](std::size_t n) { return view.substr(view.size() - std::min(n, view.size())); };
  std::vector<std::uint64_t> cues = {cue("word", word), cue("shape", shape_of(word_at(i, 0))),
                                     cue("head3", head(3)), cue("tail3", tail(3)), cue("tail2", tail(2))};
  constexpr std::string_view kWord[] = {"word-2", "word-1", "word+1", "word+2"};
  constexpr std::string_view kShape[] = {"shape-2", "shape-1", "shape+1", "shape+2"};
  constexpr std::ptrdiff_t kOffset[] = {-2, -1, 1, 2};
  for (std::size_t k = 0; k < std::size(kOffset); ++k) {
    const std::string_view other = word_at(i, kOffset[k]);
    cues.push_back(cue(kWord[k], lower(other)));
    cues.push_back(cue(kShape[k], shape_of(other)));
  }
  const bool space_before = i == 0 || words[i - 1].end < words[i].begin;
  const bool space_after = i + 1 == words.size() || words[i].end < words[i + 1].begin;
  cues.push_back(cue("space", space_before ? "before" : "not before"));
  cues.push_back(cue("space", space_after ? "after" : "not after"));
  return cues;
}

}  // namespace linnet::tasks
