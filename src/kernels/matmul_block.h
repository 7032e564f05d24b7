// What weights are multiplied with.
#pragma once

#include "quant/activation.h"

namespace linnet::kernels {

/// 32 activations of one token, arranged in panels as ActivationBlocks are.
struct FloatBlock {
  float values[quant::kBlockColumns];
};

/// Panels of activations, one after the other, in the forms that weights may want; a form that no weight of
/// the model wants is null.
struct MatMulInput {
  quant::Panel quantized;
  const FloatBlock* floats;

  /// From the panel on whose first token is `token`, a multiple of kPanelTokens.
  MatMulInput from(std::size_t token, std::size_t n_blocks) const noexcept {
    const std::size_t at = token * n_blocks;
    const quant::Panel panel =
        quantized.blocks == nullptr
            ? quant::Panel{}
            : quant::Panel{quantized.blocks + at, quantized.refinements + at, quantized.refined + at};
    return {panel, floats == nullptr ? nullptr : floats + at};
  }
};

}  // namespace linnet::kernels
