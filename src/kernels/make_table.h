// Fills a KernelTable for one instruction set from the lists of formats.
#pragma once

#include "kernels/attention.h"
#include "kernels/elementwise.h"
#include "kernels/matmul.h"

namespace linnet::kernels {

template <class Isa, class... Formats, class... Caches>
constexpr KernelTable make_table(const char* isa, quant::TypeList<Formats...>,
                                 quant::TypeList<Caches...>) noexcept {
  return {.isa = isa,
          .matmul = {&matmul<Isa, Formats>...},
          .quantize = &quantize<Isa>,
          .rms_norm = &rms_norm<Isa>,
          .silu_mul = &silu_mul<Isa>,
          .gelu_mul = &gelu_mul<Isa>,
          .to_half = &to_half<Isa>,
          .largest = &largest<Isa>,
          .sum_exp = &sum_exp<Isa>,
          .attend = {&attend<Isa, Caches>...},
          .merge = &merge<Isa>};
}

template <class Isa>
constexpr KernelTable make_table(const char* isa) noexcept {
  return make_table<Isa>(isa, quant::AllTypes{}, CacheTypes{});
}

}  // namespace linnet::kernels
