#include "sampling/chain.h"

#include <limits>

#include "base/assert.h"
#include "sampling/pick.h"

namespace linnet::sampling {
namespace {

constexpr float kForbidden = -std::numeric_limits<float>::infinity();

float without_nan(float logit) noexcept { return logit == logit ? logit : kForbidden; }

}  // namespace

struct Chain::Impl {
  std::vector<std::unique_ptr<Filter>> filters;
  Candidates candidates;
  Rng rng{0};
  bool only_greedy = false;
};

Chain::Chain(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Chain::Chain(Chain&&) noexcept = default;
Chain& Chain::operator=(Chain&&) noexcept = default;
Chain::~Chain() = default;

Result<Chain> Chain::make(const SamplingOptions& options, std::size_t n_vocab) {
  LINNET_CHECK(options.check());
  for (const auto& [token, bias] : options.logit_bias) {
    if (token < 0 || static_cast<std::size_t>(token) >= n_vocab) {
      return fail(ErrorCode::kInvalidArgument,
                  "logit bias for token {}, but the vocabulary has {} tokens, from 0", token, n_vocab);
    }
  }
  auto impl = std::make_unique<Impl>();
  for (const FilterMaker make : filter_makers()) {
    if (auto filter = make(options, n_vocab)) impl->filters.push_back(std::move(filter));
  }
  impl->rng = Rng(options.seed);
  impl->only_greedy = impl->filters.size() == 1 && options.temperature == 0;
  if (!impl->only_greedy) {
    impl->candidates.items.reserve(n_vocab);
    impl->candidates.weights.resize(n_vocab);
  }
  return Chain(std::move(impl));
}

Token Chain::pick(std::span<const float> logits, Token likeliest, std::span<const Token> history) {
  if (impl_->only_greedy) return likeliest;
  LINNET_ASSERT(logits.size() == impl_->candidates.weights.size());
  Candidates& candidates = impl_->candidates;
  candidates.items.resize(logits.size());
  candidates.sorted = false;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    candidates.items[i] = {static_cast<Token>(i), without_nan(logits[i])};
  }
  for (const auto& filter : impl_->filters) {
    filter->apply(candidates, history);
  }
  return sampling::pick(candidates, impl_->rng);
}

}  // namespace linnet::sampling
