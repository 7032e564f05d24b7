#include "sampling/filter.h"

namespace linnet::sampling {
namespace {

// Nucleus sampling: Holtzman et al. 2020, arXiv:1904.09751, sec. 3.1.
class TopP final : public Filter {
 public:
  explicit TopP(float p) : p_(p) {}

  void apply(Candidates& candidates) noexcept override {
    auto& items = candidates.items;
    const float largest = candidates.likeliest().logit;
    double total = 0;
    for (std::size_t i = 0; i < items.size(); ++i) candidates.weights[i] = weight(items[i].logit, largest);
    for (std::size_t i = 0; i < items.size(); ++i) total += candidates.weights[i];
    if (!candidates.sorted) {
      drop_surely_outside(candidates, total);
      std::sort(items.begin(), items.end(), Likelier{});
      candidates.sorted = true;
    }
    double sum = 0;
    std::size_t n = 0;
    while (n < items.size() && (n == 0 || sum < p_ * total)) sum += weight(items[n++].logit, largest);
    candidates.keep_first(n);
  }

 private:
  // Tokens lighter than (1 - p) total / n weigh less than (1 - p) total together, so all of them are behind
  // the nucleus: what must be sorted is a few hundred tokens, not the vocabulary. Half of it, for the
  // rounding of sums.
  void drop_surely_outside(Candidates& candidates, double total) const noexcept {
    auto& items = candidates.items;
    const double threshold = 0.5 * (1 - p_) * total / static_cast<double>(items.size());
    std::size_t n = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (candidates.weights[i] >= threshold) items[n++] = items[i];
    }
    candidates.keep_first(n);
  }

  double p_;
};

}  // namespace

std::unique_ptr<Filter> make_top_p(const SamplingOptions& options) {
  if (options.top_p >= 1) return nullptr;
  return std::make_unique<TopP>(options.top_p);
}

}  // namespace linnet::sampling
