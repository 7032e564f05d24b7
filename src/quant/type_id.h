// The weight formats' numbers under quant's name for them. The formats themselves are in all_types.h.
#pragma once

#include "base/weight_type.h"

namespace linnet::quant {

using TypeId = WeightType;

}  // namespace linnet::quant
