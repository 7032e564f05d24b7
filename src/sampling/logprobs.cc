#include <limits>

#include "sampling/chain.h"
#include "sampling/filter.h"

namespace linnet::sampling {

std::vector<TokenLogprob> top_logprobs(std::span<const float> logits, double log_sum_exp, std::size_t n) {
  std::vector<Candidate> best;  // a heap whose front is the least likely of those kept
  n = std::min(n, logits.size());
  best.reserve(n + 1);
  for (std::size_t i = 0; i < logits.size() && n > 0; ++i) {
    const float logit = logits[i] == logits[i] ? logits[i] : -std::numeric_limits<float>::infinity();
    if (best.size() == n && logit <= best.front().logit) continue;  // equals have a higher number
    best.push_back({static_cast<Token>(i), logit});
    std::push_heap(best.begin(), best.end(), Likelier{});
    if (best.size() > n) {
      std::pop_heap(best.begin(), best.end(), Likelier{});
      best.pop_back();
    }
  }
  std::sort_heap(best.begin(), best.end(), Likelier{});
  std::vector<TokenLogprob> result;
  result.reserve(best.size());
  for (const auto& [token, logit] : best) {
    // Infinities do not subtract: a forbidden token stays at -infinity, one that outweighs all has
    // probability 1.
    const bool is_infinite = logit - logit != 0;
    const double logprob = !is_infinite ? logit - log_sum_exp : logit < 0 ? static_cast<double>(logit) : 0.0;
    result.push_back({token, static_cast<float>(logprob)});
  }
  return result;
}

}  // namespace linnet::sampling
