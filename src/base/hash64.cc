#include "base/hash64.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace linnet {
namespace {

constexpr std::uint64_t kPrime1 = 0x9E3779B185EBCA87;
constexpr std::uint64_t kPrime2 = 0xC2B2AE3D27D4EB4F;
constexpr std::uint64_t kPrime3 = 0x165667B19E3779F9;
constexpr std::uint64_t kPrime4 = 0x85EBCA77C2B2AE63;
constexpr std::uint64_t kPrime5 = 0x27D4EB2F165667C5;

constexpr std::uint64_t mix(std::uint64_t lane, std::uint64_t input) noexcept {
  return std::rotl(lane + input * kPrime2, 31) * kPrime1;
}

}  // namespace

Hash64::Hash64() noexcept : lanes_{kPrime1 + kPrime2, kPrime2, 0, 0 - kPrime1} {}

void Hash64::add_stripe(const std::byte* stripe) noexcept {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    lanes_[i] = mix(lanes_[i], load_little<std::uint64_t>(stripe + 8 * i));
  }
}

void Hash64::add(std::span<const std::byte> bytes) noexcept {
  const auto n_waiting = static_cast<std::size_t>(n_bytes_ % kStripeBytes);
  n_bytes_ += bytes.size();
  if (n_waiting > 0) {
    const auto head = bytes.first(std::min(bytes.size(), kStripeBytes - n_waiting));
    std::ranges::copy(head, rest_.begin() + static_cast<std::ptrdiff_t>(n_waiting));
    bytes = bytes.subspan(head.size());
    if (n_waiting + head.size() < kStripeBytes) return;
    add_stripe(rest_.data());
  }
  for (; bytes.size() >= kStripeBytes; bytes = bytes.subspan(kStripeBytes)) add_stripe(bytes.data());
  std::ranges::copy(bytes, rest_.begin());
}

std::uint64_t Hash64::value() const noexcept {
  std::uint64_t hash = kPrime5;
  if (n_bytes_ >= kStripeBytes) {
    hash = std::rotl(lanes_[0], 1) + std::rotl(lanes_[1], 7) + std::rotl(lanes_[2], 12) +
           std::rotl(lanes_[3], 18);
    for (const std::uint64_t lane : lanes_) hash = (hash ^ mix(0, lane)) * kPrime1 + kPrime4;
  }
  hash += n_bytes_;
  ByteReader rest({rest_.data(), static_cast<std::size_t>(n_bytes_ % kStripeBytes)});
  while (const auto eight = rest.number<std::uint64_t>()) {
    hash = std::rotl(hash ^ mix(0, *eight), 27) * kPrime1 + kPrime4;
  }
  if (const auto four = rest.number<std::uint32_t>()) {
    hash = std::rotl(hash ^ (*four * kPrime1), 23) * kPrime2 + kPrime3;
  }
  while (const auto one = rest.number<std::uint8_t>()) {
    hash = std::rotl(hash ^ (*one * kPrime5), 11) * kPrime1;
  }
  hash = (hash ^ (hash >> 33)) * kPrime2;
  hash = (hash ^ (hash >> 29)) * kPrime3;
  return hash ^ (hash >> 32);
}

}  // namespace linnet
