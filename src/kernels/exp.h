// exp() on 16 lanes and the reductions of one vector: the same operations in the same order on every
// instruction set.
#pragma once

namespace linnet::kernels {

/// Sum of 16 lanes by a fixed tree: i + (i + 8), then + 4, + 2, + 1.
template <class Isa>
[[gnu::always_inline]] inline float reduce_add(typename Isa::F32 v) {
  float lanes[16];
  Isa::store(lanes, v);
  for (int half = 8; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

template <class Isa>
[[gnu::always_inline]] inline float reduce_max(typename Isa::F32 v) {
  float lanes[16];
  Isa::store(lanes, v);
  for (int half = 8; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) lanes[i] = lanes[i] > lanes[i + half] ? lanes[i] : lanes[i + half];
  }
  return lanes[0];
}

/// exp(x) within 2 units in the last place; 0 below -87, exp(88) above 88.
/// x = n ln 2 + r with |r| <= ln(2) / 2, then 2^n times a polynomial in r (its Taylor terms, adjusted for
/// that interval as in Cephes' expf).
template <class Isa>
[[gnu::always_inline]] inline typename Isa::F32 exp(typename Isa::F32 x) {
  using F32 = typename Isa::F32;
  const F32 bounded = Isa::min(Isa::max(x, Isa::splat(-87.0f)), Isa::splat(88.0f));
  // Adding 1.5 * 2^23 leaves the nearest integer in the low bits of the sum.
  const F32 magic = Isa::splat(12582912.0f);
  const F32 n = Isa::sub(Isa::add(Isa::mul(bounded, Isa::splat(1.44269504088896341f)), magic), magic);
  F32 r = Isa::fma(n, Isa::splat(-0.693359375f), bounded);
  r = Isa::fma(n, Isa::splat(2.12194440e-4f), r);
  F32 p = Isa::splat(1.9875691500e-4f);
  p = Isa::fma(p, r, Isa::splat(1.3981999507e-3f));
  p = Isa::fma(p, r, Isa::splat(8.3334519073e-3f));
  p = Isa::fma(p, r, Isa::splat(4.1665795894e-2f));
  p = Isa::fma(p, r, Isa::splat(1.6666665459e-1f));
  p = Isa::fma(p, r, Isa::splat(5.0000001201e-1f));
  const F32 one_plus_r = Isa::add(r, Isa::splat(1.0f));
  const F32 value = Isa::mul(Isa::fma(p, Isa::mul(r, r), one_plus_r), Isa::power_of_two(n));
  return Isa::zero_where_less(value, x, Isa::splat(-87.0f));
}

}  // namespace linnet::kernels
