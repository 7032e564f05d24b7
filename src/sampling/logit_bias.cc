#include <cmath>

#include "sampling/filter.h"

namespace linnet::sampling {
namespace {

class LogitBias final : public Adjustment {
 public:
  explicit LogitBias(std::vector<std::pair<Token, float>> bias) : bias_(std::move(bias)) {}

  void apply(std::span<float> logits, std::span<const Token>) noexcept override {
    for (const auto& [token, bias] : bias_) {
      float& logit = logits[static_cast<std::size_t>(token)];
      logit = std::isinf(bias) ? bias : logit + bias;  // forbids also where the model says +infinity
    }
  }

 private:
  std::vector<std::pair<Token, float>> bias_;
};

}  // namespace

std::unique_ptr<Adjustment> make_logit_bias(const SamplingOptions& options, std::size_t) {
  if (options.logit_bias.empty()) return nullptr;
  return std::make_unique<LogitBias>(options.logit_bias);
}

}  // namespace linnet::sampling
