#include <limits>

#include "sampling/filter.h"

namespace linnet::sampling {
namespace {

constexpr std::size_t kBlock = 16;

// Of kBlock logits, without a branch in between. NaN is above nothing.
bool any_above(const float* logits, float least) noexcept {
  int n = 0;
  for (std::size_t i = 0; i < kBlock; ++i) n += logits[i] > least;
  return n > 0;
}

Candidate candidate(std::span<const float> logits, std::size_t i) noexcept {
  const float logit = logits[i];
  return {static_cast<Token>(i), logit == logit ? logit : -std::numeric_limits<float>::infinity()};
}

}  // namespace

// Fan et al. 2018, arXiv:1805.04833, sec. 5.4. The first n tokens make a heap whose front is the least
// likely; nearly all others are below it, a block at a time. Among equals the first stays.
void choose(std::span<const float> logits, std::size_t n, Candidates& candidates) noexcept {
  auto& items = candidates.items;
  candidates.sorted = n < logits.size();
  items.clear();
  for (std::size_t i = 0; i < std::min(n, logits.size()); ++i) items.push_back(candidate(logits, i));
  if (!candidates.sorted || n == 0) return;
  std::make_heap(items.begin(), items.end(), Likelier{});
  for (std::size_t i = n; i < logits.size();) {
    if (i + kBlock <= logits.size() && !any_above(&logits[i], items.front().logit)) {
      i += kBlock;
      continue;
    }
    for (const std::size_t end = std::min(i + kBlock, logits.size()); i < end; ++i) {
      if (!(logits[i] > items.front().logit)) continue;
      std::pop_heap(items.begin(), items.end(), Likelier{});
      items.back() = candidate(logits, i);
      std::push_heap(items.begin(), items.end(), Likelier{});
    }
  }
  std::sort_heap(items.begin(), items.end(), Likelier{});
}

}  // namespace linnet::sampling
