#include "sampling/filter.h"

namespace linnet::sampling {
namespace {

// Repetition penalty: Keskar et al. 2019, arXiv:1909.05858, sec. 4.1, in the form for logits of either sign
// that everybody uses. Frequency and presence penalties are those of OpenAI's API.
class Penalties final : public Adjustment {
 public:
  Penalties(const SamplingOptions& options, std::size_t n_vocab)
      : repetition_(options.repetition_penalty),
        frequency_(options.frequency_penalty),
        presence_(options.presence_penalty),
        window_(static_cast<std::size_t>(options.penalty_window)),
        counts_(n_vocab) {}

  void apply(std::span<float> logits, std::span<const Token> history) noexcept override {
    const std::span<const Token> recent = history.last(std::min(window_, history.size()));
    for (const Token token : recent) {
      if (in_vocabulary(token)) ++counts_[static_cast<std::size_t>(token)];
    }
    for (const Token token : recent) {
      if (!in_vocabulary(token)) continue;
      std::uint32_t& count = counts_[static_cast<std::size_t>(token)];
      if (count == 0) continue;  // an earlier occurrence did it
      float& logit = logits[static_cast<std::size_t>(token)];
      logit = logit > 0 ? logit / repetition_ : logit * repetition_;
      logit -= frequency_ * static_cast<float>(count) + presence_;
      count = 0;
    }
  }

 private:
  bool in_vocabulary(Token token) const noexcept {
    return token >= 0 && static_cast<std::size_t>(token) < counts_.size();
  }

  float repetition_, frequency_, presence_;
  std::size_t window_;
  std::vector<std::uint32_t> counts_;  // all 0 between calls
};

}  // namespace

std::unique_ptr<Adjustment> make_penalties(const SamplingOptions& options, std::size_t n_vocab) {
  const bool penalizes =
      options.repetition_penalty != 1 || options.frequency_penalty != 0 || options.presence_penalty != 0;
  if (!penalizes || options.penalty_window == 0) return nullptr;
  return std::make_unique<Penalties>(options, n_vocab);
}

}  // namespace linnet::sampling
