// What picking a token wants to know of a whole row of logits.
#pragma once

#include <span>

#include <linnet/model.h>

#include "kernels/kernel_table.h"

namespace linnet {

struct LogitSummary {
  Token likeliest = kNoToken;  ///< The lowest of those with the largest logit; kNoToken if all are -infinity.
  double log_sum_exp = 0;      ///< log(sum(exp(logits))) to within 5e-6.
};

/// NaN counts as -infinity. The same bits from every instruction set.
LogitSummary summarize(const kernels::KernelTable& kernels, std::span<const float> logits) noexcept;

}  // namespace linnet
