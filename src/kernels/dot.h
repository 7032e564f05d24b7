// The exact integer sums of a block of codes with the activations of some neighbouring tokens.
#pragma once

#include <cstring>

#include "kernels/codes.h"
#include "quant/activation.h"

namespace linnet::kernels {

/// Instruction sets that multiply two tokens' activations at once have a type for the sums of a pair.
template <class Isa>
concept MultipliesPairs = requires {
  typename Isa::Pair;
};

/// Tokens whose sums are made side by side when kTokens are multiplied: every word of codes is loaded once
/// for all of them.
template <class Isa, int kTokens>
inline constexpr int kGroup = kTokens < Isa::kDotTokens ? kTokens : Isa::kDotTokens;

/// Four neighbouring codes of a block as one word.
[[gnu::always_inline]] inline std::int32_t word_of(const quant::ActivationBlock& block, int w) {
  std::int32_t word;
  std::memcpy(&word, block.codes + 4 * w, sizeof word);
  return word;
}

/// A block's codes in the form that dot() of kTokens tokens wants.
template <class Isa, int kTokens, class Codes>
[[gnu::always_inline]] inline void unpack_for(const Codes& codes, typename Isa::Bytes (&words)[8]) {
  unpack<Isa>(codes, words);
  if constexpr (MultipliesPairs<Isa> && kGroup < Isa, kTokens >> 1) {
    unroll<4>([&](auto i)
                  __attribute__((always_inline)) { Isa::interleave(words[2 * i], words[2 * i + 1]); });
  }
}

/// sums[t] = start(x[t]) + the exact sum of code * activation over words [kFirst, kFirst + kCount) of token
/// t's block, for a group of the kTokens tokens.
template <class Isa, int kTokens, int kBits, int kFirst, int kCount, class Start>
[[gnu::always_inline]] inline void dot(const typename Isa::Bytes (&words)[8], const quant::ActivationBlock* x,
                                       Start&& start, typename Isa::I32 (&sums)[kGroup<Isa, kTokens>]) {
  constexpr int group = kGroup<Isa, kTokens>;
  if constexpr (MultipliesPairs<Isa> && group > 1) {
    typename Isa::Pair pairs[group / 2];
    unroll<group / 2>([&](auto p) __attribute__((always_inline)) {
      pairs[p] = Isa::splat_pair(start(x[2 * p]), start(x[2 * p + 1]));
    });
    unroll<kCount / 2>([&](auto i) __attribute__((always_inline)) {
      constexpr int w = kFirst + 2 * i;
      unroll<group / 2>([&](auto p) __attribute__((always_inline)) {
        Isa::dot_pair(pairs[p], words[w], words[w + 1], x[2 * p].codes + 4 * w, x[2 * p + 1].codes + 4 * w);
      });
    });
    unroll<group / 2>([&](auto p) __attribute__((always_inline)) {
      Isa::split(pairs[p], sums[2 * p], sums[2 * p + 1]);
    });
  } else {
    // Of few tokens in two sums each, because a dot product takes some cycles; more fill them by themselves.
    constexpr int n_sums = kTokens < 4 ? 2 : 1;
    typename Isa::I32 parts[group][2];
    unroll<group>([&](auto t) __attribute__((always_inline)) {
      parts[t][0] = Isa::splat_int(start(x[t]));
      parts[t][1] = Isa::splat_int(0);
    });
    unroll<kCount>([&](auto i) __attribute__((always_inline)) {
      constexpr int w = kFirst + i;
      unroll<group>([&](auto t) __attribute__((always_inline)) {
        auto& sum = parts[t][i % n_sums];
        sum = Isa::template dot<kBits>(sum, words[w], word_of(x[t], w));
      });
    });
    unroll<group>([&](auto t) __attribute__((always_inline)) {
      sums[t] = n_sums == 1 ? parts[t][0] : Isa::add_int(parts[t][0], parts[t][1]);
    });
  }
}

}  // namespace linnet::kernels
