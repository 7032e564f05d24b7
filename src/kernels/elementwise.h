// Kernels on vectors of floats: quantizing activations, norms, activations, conversions.
#pragma once

#include <cmath>
#include <limits>

#include "kernels/exp.h"
#include "kernels/kernel_table.h"
#include "kernels/unroll.h"

namespace linnet::kernels {

/// Sum of squares: element i goes to partial sum i mod 16.
template <class Isa>
[[gnu::always_inline]] inline float sum_of_squares(const float* x, std::size_t n) {
  auto squares = Isa::splat(0.0f);
  for (std::size_t i = 0; i < n; i += 16) {
    const auto v = Isa::load(x + i);
    squares = Isa::fma(v, v, squares);
  }
  return reduce_add<Isa>(squares);
}

/// Two vectors of values to one block. Codes are limited to their range because NaN and infinity, which have
/// none, must give the same codes everywhere: max takes NaN to -127.
template <class Isa>
[[gnu::always_inline]] inline void quantize_block(const typename Isa::F32 (&values)[2], float largest,
                                                  quant::ActivationBlock& out) {
  out.scale = largest / 127.0f;
  // Below this the inverse would overflow; the block is as good as zero.
  const auto inverse = Isa::splat(largest > 1e-30f ? 127.0f / largest : 0.0f);
  unroll<2>([&](auto half) __attribute__((always_inline)) {
    const auto scaled = Isa::mul(values[half], inverse);
    const auto codes = Isa::round(Isa::min(Isa::max(scaled, Isa::splat(-127.0f)), Isa::splat(127.0f)));
    Isa::store_i8(out.codes + 16 * half, codes);
    out.sum[half] = Isa::sum_of_lanes(codes);
  });
  out.scaled_sum = out.scale * static_cast<float>(out.sum[0] + out.sum[1]);
}

/// Replaces the values that a block was made of by what rounding left over.
template <class Isa>
[[gnu::always_inline]] inline void leave_rest(const quant::ActivationBlock& block,
                                              typename Isa::F32 (&values)[2]) {
  unroll<2>([&](auto half) __attribute__((always_inline)) {
    const auto codes = Isa::to_float(Isa::load_i8(block.codes + 16 * half));
    values[half] = Isa::fma(Isa::splat(-block.scale), codes, values[half]);
  });
}

/// KernelTable::quantize.
template <class Isa>
void quantize(const float* x, std::size_t n_blocks, float outlier, quant::ActivationBlock* out,
              quant::ActivationBlock* refinements, std::uint8_t* refined, std::size_t stride) noexcept {
  const std::size_t n = n_blocks * quant::kBlockColumns;
  const float mean = sum_of_squares<Isa>(x, n) / static_cast<float>(n);
  const float limit = outlier * std::sqrt(mean);
  // The maximum passes over NaN, the mean does not: one NaN makes all scales of the row NaN.
  const auto largest_of = [mean](const auto& values) {
    return std::isnan(mean) ? mean : Isa::largest_lane(Isa::max(Isa::abs(values[0]), Isa::abs(values[1])));
  };
  for (std::size_t b = 0; b < n_blocks; ++b, x += quant::kBlockColumns) {
    typename Isa::F32 values[2] = {Isa::load(x), Isa::load(x + 16)};
    const float largest = largest_of(values);
    quantize_block<Isa>(values, largest, out[b * stride]);
    refined[b * stride] = largest > limit;
    if (largest > limit) {
      leave_rest<Isa>(out[b * stride], values);
      quantize_block<Isa>(values, largest_of(values), refinements[b * stride]);
    } else {
      refinements[b * stride] = {};
    }
  }
}

/// KernelTable::rms_norm.
template <class Isa>
void rms_norm(const float* x, const float* weight, std::size_t n, float epsilon, float* y) noexcept {
  const float mean = sum_of_squares<Isa>(x, n) / static_cast<float>(n);
  const auto factor = Isa::splat(1.0f / std::sqrt(mean + epsilon));
  for (std::size_t i = 0; i < n; i += 16) {
    Isa::store(y + i, Isa::mul(Isa::mul(Isa::load(x + i), factor), Isa::load(weight + i)));
  }
}

/// x / (1 + exp(-k x)) with k x given: silu for k = 1.
template <class Isa>
[[gnu::always_inline]] inline typename Isa::F32 times_sigmoid(typename Isa::F32 x, typename Isa::F32 kx) {
  const auto e = exp<Isa>(Isa::sub(Isa::splat(0.0f), kx));
  return Isa::div(x, Isa::add(Isa::splat(1.0f), e));
}

/// KernelTable::silu_mul.
template <class Isa>
void silu_mul(float* gate, const float* up, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; i += 16) {
    const auto x = Isa::load(gate + i);
    Isa::store(gate + i, Isa::mul(times_sigmoid<Isa>(x, x), Isa::load(up + i)));
  }
}

/// KernelTable::gelu_mul. 0.5 x (1 + tanh(u)) = x / (1 + exp(-2 u)), u = sqrt(2 / pi) (x + 0.044715 x^3).
template <class Isa>
void gelu_mul(float* gate, const float* up, std::size_t n) noexcept {
  constexpr float kTwiceRoot = 1.5957691216057308f;  // 2 sqrt(2 / pi)
  for (std::size_t i = 0; i < n; i += 16) {
    const auto x = Isa::load(gate + i);
    const auto cubic = Isa::fma(Isa::mul(Isa::mul(x, x), Isa::splat(0.044715f)), x, x);
    const auto twice_u = Isa::mul(cubic, Isa::splat(kTwiceRoot));
    Isa::store(gate + i, Isa::mul(times_sigmoid<Isa>(x, twice_u), Isa::load(up + i)));
  }
}

/// Calls body(values) for every 16 of n values; the last are filled up with -infinity.
template <class Isa, class Body>
[[gnu::always_inline]] inline void for_each_sixteen(const float* x, std::size_t n, Body&& body) {
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16) body(Isa::load(x + i));
  if (i == n) return;
  float last[16];
  for (std::size_t j = 0; j < 16; ++j) {
    last[j] = i + j < n ? x[i + j] : -std::numeric_limits<float>::infinity();
  }
  body(Isa::load(last));
}

/// KernelTable::largest.
template <class Isa>
float largest(const float* x, std::size_t n) noexcept {
  auto most = Isa::splat(-std::numeric_limits<float>::infinity());
  for_each_sixteen<Isa>(
      x, n, [&](auto values) __attribute__((always_inline)) {
        most = Isa::max(values, most);  // the second if the first is NaN
      });
  return Isa::largest_lane(most);
}

/// KernelTable::sum_exp.
template <class Isa>
float sum_exp(const float* x, std::size_t n, float maximum) noexcept {
  auto sum = Isa::splat(0.0f);
  for_each_sixteen<Isa>(
      x, n, [&](auto values) __attribute__((always_inline)) {
        sum = Isa::add(sum, exp<Isa>(Isa::sub(values, Isa::splat(maximum))));
      });
  return reduce_add<Isa>(sum);
}

/// KernelTable::to_half.
template <class Isa>
void to_half(const float* x, std::uint16_t* y, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; i += 16) Isa::store_half(y + i, Isa::load(x + i));
}

}  // namespace linnet::kernels
