// Packed codes to vectors of bytes: the one place that knows how 4, 5 and 6 bits share a byte (quant/tile.h).
#pragma once

#include "kernels/unroll.h"
#include "quant/tile.h"

namespace linnet::kernels {

/// Word w of each of 16 rows, as unsigned bytes; for 8-bit codes as the instruction set's dot product wants
/// signed ones.
template <class Isa>
[[gnu::always_inline]] inline void unpack(const quant::TileCodes<4>& codes, typename Isa::Bytes (&words)[8]) {
  unroll<4>([&](auto w) __attribute__((always_inline)) {
    const auto line = Isa::load_bytes(codes.lines[w]);
    words[w] = Isa::template bits<0, 0x0f>(line);
    words[w + 4] = Isa::template bits<-4, 0x0f>(line);
  });
}

template <class Isa>
[[gnu::always_inline]] inline void unpack(const quant::TileCodes<5>& codes, typename Isa::Bytes (&words)[8]) {
  unpack<Isa>(codes.low, words);
  const auto high = Isa::load_bytes(codes.high);
  unroll<8>([&](auto w) __attribute__((always_inline)) {
    words[w] = Isa::merge(words[w], Isa::template bits<4 - w, 0x10>(high));
  });
}

template <class Isa>
[[gnu::always_inline]] inline void unpack(const quant::TileCodes<6>& codes, typename Isa::Bytes (&words)[8]) {
  unpack<Isa>(codes.low, words);
  const typename Isa::Bytes high[2] = {Isa::load_bytes(codes.high[0]), Isa::load_bytes(codes.high[1])};
  unroll<8>([&](auto w) __attribute__((always_inline)) {
    words[w] = Isa::merge(words[w], Isa::template bits<4 - 2 * (w % 4), 0x30>(high[w / 4]));
  });
}

template <class Isa>
[[gnu::always_inline]] inline void unpack(const quant::TileCodes<8>& codes, typename Isa::Bytes (&words)[8]) {
  unroll<8>([&](auto w) __attribute__((always_inline)) {
    words[w] = Isa::signed_codes(Isa::load_bytes(codes.lines[w]));
  });
}

}  // namespace linnet::kernels
