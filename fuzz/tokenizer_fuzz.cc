// Any bytes as a GGUF file, and as the text that its tokenizer reads: an error, or tokens of the vocabulary,
// which decode to UTF-8 a token at a time, and of which text that may not be special makes none.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/utf8.h"
#include "gguf/reader.h"
#include "tokenizer/tokenizer.h"

namespace linnet {
namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void read(std::span<const std::byte> bytes) {
  const auto file = gguf::File::parse(bytes, "fuzz.gguf");
  if (!file) return;
  const auto tokenizer = Tokenizer::from_metadata((*file)->metadata());
  if (!tokenizer) return require(!tokenizer.error().message.empty());
  const Tokenizer& t = **tokenizer;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (const bool parse_special : {false, true}) {
    std::vector<Token> tokens;
    if (!t.encode(text, parse_special, tokens)) continue;
    StreamDecoder decoder(t);
    for (const Token token : tokens) {
      require(token >= 0 && static_cast<std::size_t>(token) < t.n_vocab());
      require(parse_special || t.type(token) != TokenType::kControl);
      require(utf8::is_valid(decoder.push(token)));
    }
    require(utf8::is_valid(decoder.flush()));
    require(t.decode(tokens, false).size() <= t.decode(tokens, true).size() + 1);
  }
}

}  // namespace
}  // namespace linnet

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  linnet::read(std::as_bytes(std::span(data, size)));
  return 0;
}
