#include <limits>

#include "sampling/filter.h"

namespace linnet::sampling {
namespace {

class Temperature final : public Filter {
 public:
  explicit Temperature(float temperature) : temperature_(temperature) {}

  void apply(Candidates& candidates) noexcept override {
    const float largest = candidates.likeliest().logit;
    if (largest == -std::numeric_limits<float>::infinity()) return;  // nothing may be picked
    // Relative to the largest logit, which becomes 0: nothing overflows however low the temperature is.
    for (Candidate& candidate : candidates.items) {
      candidate.logit = candidate.logit == largest ? 0 : (candidate.logit - largest) / temperature_;
    }
  }

 private:
  float temperature_;
};

// The limit of temperature 0.
class Greedy final : public Filter {
 public:
  void apply(Candidates& candidates) noexcept override {
    candidates.items.front() = candidates.likeliest();
    candidates.keep_first(1);
    candidates.sorted = true;
  }
};

}  // namespace

std::unique_ptr<Filter> make_temperature(const SamplingOptions& options) {
  if (options.temperature == 1) return nullptr;
  if (options.temperature == 0) return std::make_unique<Greedy>();
  return std::make_unique<Temperature>(options.temperature);
}

}  // namespace linnet::sampling
