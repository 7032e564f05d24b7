// What weights are multiplied with.
#pragma once

#include "quant/activation.h"

namespace linnet::kernels {

/// 32 activations of one token, arranged in panels as ActivationBlocks are.
struct FloatBlock {
  float values[quant::kBlockColumns];
};

/// One panel of activations in the forms that weights may want; a form that no weight of the model wants is
/// null.
struct MatMulInput {
  quant::Panel quantized;
  const FloatBlock* floats;
};

}  // namespace linnet::kernels
