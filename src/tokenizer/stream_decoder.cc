#include "base/utf8.h"
#include "tokenizer/tokenizer.h"

namespace linnet {
namespace {

// Appends `bytes` with U+FFFD in place of what is not UTF-8.
void append_valid(std::string& out, std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t valid = utf8::valid_prefix(bytes);
    out += bytes.substr(0, valid);
    bytes.remove_prefix(valid);
    if (bytes.empty()) break;
    utf8::append(out, utf8::kReplacement);
    bytes.remove_prefix(utf8::decode(bytes).n_bytes);
  }
}

}  // namespace

std::string StreamDecoder::push(Token token) {
  if (tokenizer_->is_special(token)) return {};
  const std::string piece = tokenizer_->piece(token);
  const bool added_space = at_start_ && tokenizer_->adds_space_prefix() && piece.starts_with(' ');
  return push(std::string_view(piece).substr(added_space ? 1 : 0));
}

std::string StreamDecoder::push(std::string_view bytes) {
  at_start_ = false;
  pending_ += bytes;
  const std::size_t ready = pending_.size() - utf8::incomplete_tail(pending_);
  std::string text;
  append_valid(text, std::string_view(pending_).substr(0, ready));
  pending_.erase(0, ready);
  return text;
}

std::string StreamDecoder::flush() {
  std::string text;
  append_valid(text, pending_);
  pending_.clear();
  return text;
}

}  // namespace linnet
