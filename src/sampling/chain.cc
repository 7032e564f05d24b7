#include "sampling/chain.h"

#include <limits>

#include "base/assert.h"
#include "sampling/pick.h"

namespace linnet::sampling {
namespace {

// The steps that the options ask for, of those that the makers know.
template <class Step, class Makers, class... Arguments>
std::vector<std::unique_ptr<Step>> make_steps(const Makers& makers, const Arguments&... arguments) {
  std::vector<std::unique_ptr<Step>> steps;
  for (const auto make : makers) {
    if (auto step = make(arguments...)) steps.push_back(std::move(step));
  }
  return steps;
}

Token likeliest_of(std::span<const float> logits, std::span<const std::uint64_t> allowed) {
  Candidate best{kNoToken, -std::numeric_limits<float>::infinity()};
  for_each_token(allowed, logits.size(), [&](std::size_t token) {
    if (logits[token] > best.logit) best = {static_cast<Token>(token), logits[token]};
  });
  return best.token;
}

}  // namespace

struct Chain::Impl {
  std::vector<std::unique_ptr<Adjustment>> adjustments;
  std::vector<std::unique_ptr<Filter>> filters;
  std::size_t n_vocab = 0;
  std::size_t n_chosen = 0;     // at most, after the adjustments
  std::vector<float> adjusted;  // (n_vocab), if there are adjustments or a mask
  Candidates candidates;
  Rng rng{0};
  bool only_greedy = false;
};

Chain::Chain(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Chain::Chain(Chain&&) noexcept = default;
Chain& Chain::operator=(Chain&&) noexcept = default;
Chain::~Chain() = default;

Result<Chain> Chain::make(const SamplingOptions& options, std::size_t n_vocab, bool is_masked) {
  LINNET_CHECK(options.check());
  for (const auto& [token, bias] : options.logit_bias) {
    if (token < 0 || static_cast<std::size_t>(token) >= n_vocab) {
      return fail(ErrorCode::kInvalidArgument,
                  "logit bias for token {}, but the vocabulary has {} tokens, from 0", token, n_vocab);
    }
  }
  auto impl = std::make_unique<Impl>();
  impl->adjustments = make_steps<Adjustment>(adjustment_makers(), options, n_vocab);
  impl->filters = make_steps<Filter>(filter_makers(), options);
  impl->n_vocab = n_vocab;
  impl->rng = Rng(options.seed);
  // Every filter leaves the likeliest, so without adjustments that is known already.
  impl->only_greedy = impl->adjustments.empty() && options.temperature == 0;
  if (impl->only_greedy) return Chain(std::move(impl));
  const auto top_k = static_cast<std::size_t>(options.top_k);
  impl->n_chosen = top_k == 0 ? n_vocab : std::min(top_k, n_vocab);
  impl->candidates.items.reserve(impl->n_chosen);
  impl->candidates.weights.resize(impl->n_chosen);
  if (!impl->adjustments.empty() || is_masked) impl->adjusted.resize(n_vocab);
  return Chain(std::move(impl));
}

Token Chain::pick(std::span<const float> logits, Token likeliest, std::span<const Token> history,
                  std::span<const std::uint64_t> allowed) {
  if (impl_->only_greedy) return allowed.empty() ? likeliest : likeliest_of(logits, allowed);
  LINNET_ASSERT(logits.size() == impl_->n_vocab);
  std::vector<float>& adjusted = impl_->adjusted;
  if (!allowed.empty()) {
    std::fill(adjusted.begin(), adjusted.end(), -std::numeric_limits<float>::infinity());
    for_each_token(allowed, logits.size(), [&](std::size_t token) { adjusted[token] = logits[token]; });
    logits = adjusted;
  } else if (!impl_->adjustments.empty()) {
    std::copy(logits.begin(), logits.end(), adjusted.begin());
    logits = adjusted;
  }
  for (const auto& adjustment : impl_->adjustments) adjustment->apply(adjusted, history);
  choose(logits, impl_->n_chosen, impl_->candidates);
  for (const auto& filter : impl_->filters) filter->apply(impl_->candidates);
  return sampling::pick(impl_->candidates, impl_->rng);
}

}  // namespace linnet::sampling
