// Packed codes to vectors of bytes: the one place that knows how 4, 5 and 6 bits share a byte (quant/tile.h).
#pragma once

#include "kernels/unroll.h"
#include "quant/tile.h"

namespace linnet::kernels {

/// Codes are unpacked in steps, which touch their lines one after the other: step s gives word s and, where a
/// line holds two, word s + 4.
template <int kBits>
inline constexpr int kSteps = kBits == 8 ? 8 : 4;

// unpack_step(): the words of step kStep of each of 16 rows, as unsigned bytes; for 8-bit codes as the
// instruction set's dot product wants signed ones.

template <class Isa, int kStep>
[[gnu::always_inline]] inline void unpack_step(const quant::TileCodes<4>& codes,
                                               typename Isa::Bytes (&words)[2]) {
  const auto line = Isa::load_bytes(codes.lines[kStep]);
  words[0] = Isa::template bits<0, 0x0f>(line);
  words[1] = Isa::template bits<-4, 0x0f>(line);
}

template <class Isa, int kStep>
[[gnu::always_inline]] inline void unpack_step(const quant::TileCodes<5>& codes,
                                               typename Isa::Bytes (&words)[2]) {
  unpack_step<Isa, kStep>(codes.low, words);
  const auto high = Isa::load_bytes(codes.high);
  words[0] = Isa::merge(words[0], Isa::template bits<4 - kStep, 0x10>(high));
  words[1] = Isa::merge(words[1], Isa::template bits<-kStep, 0x10>(high));
}

template <class Isa, int kStep>
[[gnu::always_inline]] inline void unpack_step(const quant::TileCodes<6>& codes,
                                               typename Isa::Bytes (&words)[2]) {
  unpack_step<Isa, kStep>(codes.low, words);
  unroll<2>([&](auto half) __attribute__((always_inline)) {
    const auto high = Isa::load_bytes(codes.high[half]);
    words[half] = Isa::merge(words[half], Isa::template bits<4 - 2 * kStep, 0x30>(high));
  });
}

template <class Isa, int kStep>
[[gnu::always_inline]] inline void unpack_step(const quant::TileCodes<8>& codes,
                                               typename Isa::Bytes (&words)[1]) {
  words[0] = Isa::signed_codes(Isa::load_bytes(codes.lines[kStep]));
}

/// All eight words, in their order.
template <class Isa, int kBits>
[[gnu::always_inline]] inline void unpack(const quant::TileCodes<kBits>& codes,
                                          typename Isa::Bytes (&words)[8]) {
  constexpr int steps = kSteps<kBits>;
  unroll<steps>([&](auto step) __attribute__((always_inline)) {
    typename Isa::Bytes some[8 / steps];
    unpack_step<Isa, step>(codes, some);
    unroll<8 / steps>([&](auto i) __attribute__((always_inline)) { words[step + i * steps] = some[i]; });
  });
}

}  // namespace linnet::kernels
