// The last step: one token out of the candidates that are left.
#pragma once

#include "base/rng.h"
#include "sampling/filter.h"

namespace linnet::sampling {

/// Draws a candidate with a chance proportional to e^logit, using one number of `rng`, or none if only one
/// candidate is left. kNoToken if no candidate may be picked.
Token pick(Candidates& candidates, Rng& rng) noexcept;

}  // namespace linnet::sampling
