#include "tokenizer/byte_level.h"

#include "base/utf8.h"

namespace linnet::byte_level {
namespace {

constexpr bool prints_as_itself(int byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xFF && byte != 0xAD);
}

constexpr std::array<char16_t, 256> characters() {
  std::array<char16_t, 256> table{};
  char16_t next = 0x100;
  for (int byte = 0; byte < 256; ++byte)
    table[static_cast<std::size_t>(byte)] = prints_as_itself(byte) ? static_cast<char16_t>(byte) : next++;
  return table;
}

constexpr std::size_t kLimit = 0x144;  // one past the last character in use

constexpr std::array<std::int16_t, kLimit> bytes() {
  std::array<std::int16_t, kLimit> table{};
  for (std::int16_t& byte : table) byte = -1;
  for (std::size_t byte = 0; byte < 256; ++byte) table[characters()[byte]] = static_cast<std::int16_t>(byte);
  return table;
}
constexpr auto kBytes = bytes();

}  // namespace

constinit const std::array<char16_t, 256> kCharacters = characters();

void encode(std::string_view bytes, std::string& out) {
  for (const char byte : bytes) utf8::append(out, kCharacters[static_cast<std::uint8_t>(byte)]);
}

std::optional<std::string> decode(std::string_view text) {
  std::string bytes;
  while (!text.empty()) {
    const utf8::Decoded character = utf8::decode(text);
    if (character.code_point >= kLimit || kBytes[character.code_point] < 0) return std::nullopt;
    bytes += static_cast<char>(kBytes[character.code_point]);
    text.remove_prefix(character.n_bytes);
  }
  return bytes;
}

}  // namespace linnet::byte_level
