// Random numbers that are the same on every platform: xoshiro256** 1.0 (Blackman and Vigna 2018,
// arXiv:1805.01407), its state filled by splitmix64 (Steele, Lea and Flood 2014). For sampling, not for
// secrets. A value; one thread.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace linnet {

class Rng {
 public:
  /// Any seed is good, 0 too.
  explicit constexpr Rng(std::uint64_t seed) noexcept {
    for (std::uint64_t& word : state_) {
      seed += 0x9e3779b97f4a7c15;
      std::uint64_t z = seed;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
      z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
      word = z ^ (z >> 31);
    }
  }

  /// 64 uniform bits.
  constexpr std::uint64_t next() noexcept {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  /// Uniform in [0, 1): the top 53 bits, each multiple of 2^-53 equally likely.
  constexpr double next_double() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }
  /// Uniform in [0, 1): the top 24 bits.
  constexpr float next_float() noexcept { return static_cast<float>(next() >> 40) * 0x1p-24f; }

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace linnet
