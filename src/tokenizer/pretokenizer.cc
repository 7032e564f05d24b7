#include "tokenizer/pretokenizer.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <string>
#include <utility>

#include "base/utf8.h"

namespace linnet {
namespace {

struct FreeMatch {
  void operator()(pcre2_match_data* match) const noexcept { pcre2_match_data_free(match); }
};
using MatchData = std::unique_ptr<pcre2_match_data, FreeMatch>;

std::string pcre2_message(int code) {
  PCRE2_UCHAR text[128] = "";
  pcre2_get_error_message(code, text, sizeof text);
  return reinterpret_cast<const char*>(text);
}

// The tokenizers' own \s is Unicode's White_Space; PCRE2's has U+180E besides.
std::string with_unicode_space(std::string_view pattern) {
  constexpr std::string_view kSpace = R"(\p{Z}\t-\r\x{85})";
  std::string out;
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c != '\\' || i + 1 == pattern.size()) {
      if (c == '[') in_class = true;
      if (c == ']') in_class = false;
      out += c;
      continue;
    }
    const char escaped = pattern[++i];
    if (escaped != 's' && escaped != 'S') {
      out.append({c, escaped});
    } else if (in_class) {
      out += kSpace;
    } else {
      out.append(escaped == 's' ? "[" : "[^").append(kSpace).append("]");
    }
  }
  return out;
}

// Cuts text[begin, end) at the matches of `code` and puts the words' ends into `ends`.
Result<void> cut(const pcre2_code* code, pcre2_match_data* match, std::string_view text, std::size_t begin,
                 std::size_t end, std::vector<std::size_t>& ends) {
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data() + begin);
  const std::size_t n_bytes = end - begin;
  for (std::size_t done = 0; done < n_bytes;) {
    int status = pcre2_match(code, subject, n_bytes, done, PCRE2_NO_UTF_CHECK, match, nullptr);
    if (status == PCRE2_ERROR_JIT_STACKLIMIT)  // the interpreter keeps its state on the heap
      status = pcre2_match(code, subject, n_bytes, done, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, match, nullptr);
    if (status == PCRE2_ERROR_NOMATCH) break;
    if (status < 0)
      return fail(ErrorCode::kInvalidArgument, "cannot split the text at byte {} into words: {}",
                  begin + done, pcre2_message(status));
    const PCRE2_SIZE* span = pcre2_get_ovector_pointer(match);
    if (span[0] > done) ends.push_back(begin + span[0]);
    ends.push_back(begin + span[1]);
    done = span[1];
  }
  if (ends.empty() || ends.back() != end) ends.push_back(end);
  return {};
}

// Bytes at the start of `text` before the next whole character.
std::size_t invalid_prefix(std::string_view text) noexcept {
  std::size_t n = 0;
  while (n < text.size()) {
    const utf8::Decoded next = utf8::decode(text.substr(n));
    if (next.status == utf8::Status::kValid) break;
    n += next.n_bytes;
  }
  return n;
}

}  // namespace

void Pretokenizer::Free::operator()(pcre2_code* code) const noexcept { pcre2_code_free(code); }

Result<Pretokenizer> Pretokenizer::compile(const PretokenizerSpec& spec) {
  Pretokenizer pretokenizer;
  for (const std::string_view pattern : spec.patterns) {
    const std::string expanded = with_unicode_space(pattern);
    int status = 0;
    PCRE2_SIZE at = 0;
    pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(expanded.data()), expanded.size(),
                                     PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY, &status, &at, nullptr);
    if (code == nullptr)
      return fail(ErrorCode::kInternal, "pre-tokenizer '{}': {} at offset {} of {}", spec.name,
                  pcre2_message(status), at, expanded);
    pretokenizer.patterns_.emplace_back(code);
    // Where executable memory is refused, matching is interpreted: slower, with the same result.
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
  }
  return pretokenizer;
}

Result<void> Pretokenizer::split(std::string_view text, std::vector<std::size_t>& ends) const {
  const MatchData match(pcre2_match_data_create(1, nullptr));
  if (!match) return Error{ErrorCode::kOutOfMemory, "out of memory"};
  ends.clear();
  std::vector<std::size_t> words, parts;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t stretch = begin + utf8::valid_prefix(text.substr(begin));
    if (stretch > begin) words.assign(1, stretch);
    for (const auto& pattern : patterns_) {
      parts.clear();
      std::size_t done = begin;
      for (const std::size_t end : words) {
        LINNET_CHECK(cut(pattern.get(), match.get(), text, done, end, parts));
        done = end;
      }
      words.swap(parts);
    }
    ends.insert(ends.end(), words.begin(), words.end());
    words.clear();
    begin = stretch + invalid_prefix(text.substr(stretch));
    if (begin > stretch) ends.push_back(begin);
  }
  return {};
}

}  // namespace linnet
