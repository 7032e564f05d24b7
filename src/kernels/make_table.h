// Fills a KernelTable for one instruction set from the list of formats.
#pragma once

#include "kernels/attention.h"
#include "kernels/elementwise.h"
#include "kernels/matmul.h"

namespace linnet::kernels {

template <class Isa, class... Formats>
constexpr KernelTable make_table(const char* isa, quant::TypeList<Formats...>) noexcept {
  return {.isa = isa,
          .matmul = {&matmul<Isa, Formats>...},
          .quantize = &quantize<Isa>,
          .rms_norm = &rms_norm<Isa>,
          .silu_mul = &silu_mul<Isa>,
          .gelu_mul = &gelu_mul<Isa>,
          .to_half = &to_half<Isa>,
          .attend = {&attend<Isa, quant::Half>, &attend<Isa, float>},
          .merge = &merge<Isa>};
}

}  // namespace linnet::kernels
