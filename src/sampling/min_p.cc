#include "sampling/filter.h"

namespace linnet::sampling {
namespace {

// Nguyen et al. 2024, arXiv:2407.01082, sec. 3. p >= min_p * p_max is logit >= logit_max + log(min_p): no
// softmax.
class MinP final : public Filter {
 public:
  explicit MinP(float p) : log_p_(math::log(p)) {}

  void apply(Candidates& candidates) noexcept override {
    auto& items = candidates.items;
    const double threshold = static_cast<double>(candidates.likeliest().logit) + log_p_;
    std::size_t n = 0;
    for (const Candidate& candidate : items) {
      if (static_cast<double>(candidate.logit) >= threshold) items[n++] = candidate;
    }
    candidates.keep_first(n);
  }

 private:
  double log_p_;
};

}  // namespace

std::unique_ptr<Filter> make_min_p(const SamplingOptions& options) {
  if (options.min_p <= 0) return nullptr;
  return std::make_unique<MinP>(options.min_p);
}

}  // namespace linnet::sampling
