// Activations as float weights meet them.
#pragma once

#include "quant/activation.h"

namespace linnet::kernels {

/// 32 activations of one token, arranged in panels as ActivationBlocks are.
struct FloatBlock {
  float values[quant::kBlockColumns];
};

}  // namespace linnet::kernels
