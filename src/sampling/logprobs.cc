#include "sampling/chain.h"
#include "sampling/filter.h"

namespace linnet::sampling {

std::vector<TokenLogprob> top_logprobs(std::span<const float> logits, double log_sum_exp, std::size_t n) {
  Candidates best;
  best.items.reserve(std::min(n, logits.size()));
  choose(logits, n, best);
  if (!best.sorted) std::sort(best.items.begin(), best.items.end(), Likelier{});
  std::vector<TokenLogprob> result;
  result.reserve(best.items.size());
  for (const auto& [token, logit] : best.items) {
    // Infinities do not subtract: a forbidden token stays at -infinity, one that outweighs all has
    // probability 1.
    const bool is_infinite = logit - logit != 0;
    const double logprob = !is_infinite ? logit - log_sum_exp : logit < 0 ? static_cast<double>(logit) : 0.0;
    result.push_back({token, static_cast<float>(logprob)});
  }
  return result;
}

}  // namespace linnet::sampling
