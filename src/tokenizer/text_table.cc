#include "tokenizer/text_table.h"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstring>

namespace linnet {
namespace {

template <class T>
std::uint64_t load(const char* bytes) noexcept {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

std::uint64_t mix(std::uint64_t x) noexcept {
  x *= 0x9E3779B97F4A7C15u;  // 2^64 / golden ratio
  return x ^ (x >> 32);
}

}  // namespace

std::uint64_t TextTable::hash(std::string_view text) const noexcept {
  std::uint64_t h = seed_ ^ text.size();
  const char* p = text.data();
  std::size_t n = text.size();
  for (; n >= 8; n -= 8, p += 8) h = mix(h ^ load<std::uint64_t>(p));
  if (n >= 4) {
    h = mix(h ^ (load<std::uint32_t>(p) | load<std::uint32_t>(p + n - 4) << 32));
  } else if (n > 0) {
    h = mix(h ^ (load<std::uint8_t>(p) | load<std::uint8_t>(p + n / 2) << 8 |
                 load<std::uint8_t>(p + n - 1) << 16));
  }
  return mix(h);
}

TextTable::TextTable(std::span<const std::string_view> texts)
    : texts_(texts),
      slots_(std::bit_ceil(std::max<std::size_t>(2 * texts.size(), 1))),
      // Nobody can make a file whose texts all collide without knowing the seed. It never shows in a result.
      seed_(static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count()) ^
            reinterpret_cast<std::uintptr_t>(texts.data())) {
  const std::size_t mask = slots_.size() - 1;
  // The slots of large vocabularies lie outside of the nearest cache: they are asked for some texts ahead.
  constexpr std::size_t kAhead = 16;
  std::array<std::uint64_t, kAhead> hashes{};
  for (std::size_t i = 0; i < texts.size() + kAhead; ++i) {
    const std::uint64_t h = hashes[i % kAhead];
    if (i < texts.size()) {
      hashes[i % kAhead] = hash(texts[i]);
      __builtin_prefetch(&slots_[hashes[i % kAhead] & mask]);
    }
    if (i >= kAhead) insert(static_cast<Token>(i - kAhead), h);
  }
}

void TextTable::insert(Token token, std::uint64_t h) noexcept {
  const std::size_t mask = slots_.size() - 1;
  const std::string_view text = texts_[static_cast<std::size_t>(token)];
  const auto tag = static_cast<std::uint32_t>(h >> 32);
  std::size_t i = h & mask;
  while (slots_[i].token != kNoToken &&
         (slots_[i].hash != tag || texts_[static_cast<std::size_t>(slots_[i].token)] != text)) {
    i = (i + 1) & mask;
  }
  if (slots_[i].token == kNoToken) slots_[i] = {tag, token};
}

Token TextTable::find(std::string_view text) const noexcept {
  if (slots_.empty()) return kNoToken;
  const std::size_t mask = slots_.size() - 1;
  const std::uint64_t h = hash(text);
  const auto tag = static_cast<std::uint32_t>(h >> 32);
  for (std::size_t i = h & mask;; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.token == kNoToken) return kNoToken;
    if (slot.hash == tag && texts_[static_cast<std::size_t>(slot.token)] == text) return slot.token;
  }
}

}  // namespace linnet
