#include "sampling/pick.h"

#include <limits>

namespace linnet::sampling {

Token pick(Candidates& candidates, Rng& rng) noexcept {
  const std::span<const Candidate> items = candidates.items;
  const Candidate likeliest = candidates.likeliest();
  if (likeliest.logit == -std::numeric_limits<float>::infinity()) return kNoToken;
  if (items.size() == 1) return likeliest.token;
  double total = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    candidates.weights[i] = weight(items[i].logit, likeliest.logit);
    total += candidates.weights[i];
  }
  // The first candidate whose running sum passes the number; rounding cannot run past the last one that has
  // weight, because the same additions in the same order end at `total`, which is larger than u * total.
  const double target = rng.next_double() * total;
  double sum = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    sum += candidates.weights[i];
    if (sum > target) return items[i].token;
  }
  return likeliest.token;
}

}  // namespace linnet::sampling
