// GPT-2's printable alphabet for bytes: in a byte-level vocabulary each byte of a token's text is written as
// one character, bytes that print as themselves, the rest from U+0100 up. Source: Radford et al. 2019,
// https://github.com/openai/gpt-2 (bytes_to_unicode).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace linnet::byte_level {

/// The character that stands for each byte.
extern const std::array<char16_t, 256> kCharacters;

/// Appends the characters of `bytes` as UTF-8.
void encode(std::string_view bytes, std::string& out);

/// The bytes that `text` stands for; nothing if one of its characters stands for none.
std::optional<std::string> decode(std::string_view text);

}  // namespace linnet::byte_level
