#include <array>
#include <limits>

#include "sampling/chain.h"
#include "sampling/filter.h"

namespace linnet::sampling {

namespace {

constexpr std::size_t kSums = 16;

}  // namespace

float largest_of(std::span<const float> logits) noexcept {
  std::array<float, kSums> largest;
  largest.fill(-std::numeric_limits<float>::infinity());
  std::size_t i = 0;
  for (; i + kSums <= logits.size(); i += kSums) {
    for (std::size_t j = 0; j < kSums; ++j)
      largest[j] = logits[i + j] > largest[j] ? logits[i + j] : largest[j];
  }
  for (; i < logits.size(); ++i) largest[0] = logits[i] > largest[0] ? logits[i] : largest[0];
  return *std::max_element(largest.begin(), largest.end());
}

double log_sum_exp(std::span<const float> logits) noexcept {
  const float largest = largest_of(logits);
  if (largest - largest != 0) return largest;  // infinite: nothing left, or one token that outweighs all

  std::array<double, kSums> sums{};
  std::array<float, kSums> weights;
  std::size_t i = 0;
  for (; i + kSums <= logits.size(); i += kSums) {
    for (std::size_t j = 0; j < kSums; ++j) weights[j] = weight(logits[i + j], largest);
    for (std::size_t j = 0; j < kSums; ++j) sums[j] += static_cast<double>(weights[j]);
  }
  for (std::size_t j = 0; i + j < logits.size(); ++j)
    sums[j] += static_cast<double>(weight(logits[i + j], largest));
  for (std::size_t half = kSums / 2; half > 0; half /= 2) {
    for (std::size_t j = 0; j < half; ++j) sums[j] += sums[j + half];
  }
  return static_cast<double>(largest) + math::log(sums[0]);
}

std::vector<TokenLogprob> top_logprobs(std::span<const float> logits, std::size_t n) {
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
  const double normalizer = log_sum_exp(logits);
  std::vector<TokenLogprob> result;
  result.reserve(best.size());
  for (const auto& [token, logit] : best) {
    // Infinities do not subtract: a forbidden token stays at -infinity, one that outweighs all has
    // probability 1.
    const bool is_infinite = logit - logit != 0;
    const double logprob = !is_infinite ? logit - normalizer : logit < 0 ? static_cast<double>(logit) : 0.0;
    result.push_back({token, static_cast<float>(logprob)});
  }
  return result;
}

}  // namespace linnet::sampling
