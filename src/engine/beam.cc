#include "engine/beam.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/constraint_impl.h"
#include "engine/generator.h"
#include "engine/logit_summary.h"
#include "sampling/chain.h"

namespace linnet {
namespace {

// Tokens of an answer that every beam has room for at least.
constexpr std::size_t kAnswerTokens = 1024;

}  // namespace

Result<void> check_beams(const GenerateOptions& options, std::size_t n_beams_reserved) {
  if (options.n_beams > n_beams_reserved) {
    return fail(ErrorCode::kInvalidArgument, "{} beams, but the session was opened for {}", options.n_beams,
                n_beams_reserved);
  }
  if (options.n_draft > 0 || options.shift_keep || !options.stop.empty() || options.n_top_logprobs > 0) {
    return fail(ErrorCode::kUnsupported,
                "several beams do not go together with guesses, a context that shifts, stop texts or other "
                "tokens' log-probabilities");
  }
  const SamplingOptions& sampling = options.sampling;
  if (sampling.temperature != 0 || sampling.repetition_penalty != 1 || sampling.frequency_penalty != 0 ||
      sampling.presence_penalty != 0 || !sampling.logit_bias.empty()) {
    return fail(ErrorCode::kUnsupported,
                "several beams follow the model's own probabilities: leave the sampling options at their "
                "defaults");
  }
  return {};
}

std::size_t beam_pages(std::size_t n_beams, std::size_t n_ctx) noexcept {
  return n_beams < 2 ? 0 : n_beams * (CachePages::pages_for(std::min(n_ctx, kAnswerTokens)) + 1);
}

Result<BeamSearch> BeamSearch::create(Session::Impl& session, const GenerateOptions& options) {
  BeamSearch search(session, options);
  Beam first;
  first.cache = std::make_unique<KvCache>(*session.pages, session.options.n_ctx);
  first.cache->share(*session.cache, session.n_computed);
  first.row = *session.logits_row;
  if (options.constraint) {
    const Model::Impl& model = *session.model.impl();
    LINNET_TRY(first.text, ConstrainedText::begin(options.constraint->impl()->masks(model.token_texts()),
                                                  *model.tokenizer, true));
  }
  search.masked_.resize(session.model.impl()->hparams.n_vocab);
  if (options.max_tokens == 0) {
    search.end(std::move(first), FinishReason::kMaxTokens);
  } else {
    search.beams_.push_back(std::move(first));
  }
  return search;
}

Result<Generation> BeamSearch::run(const PieceCallback& callback) {
  while (!beams_.empty()) {
    if (session_.take_cancel()) {
      end(std::move(beams_.front()), FinishReason::kCancelled);
      beams_.clear();
      break;
    }
    LINNET_TRY(const std::vector<Candidate> chosen, candidates());
    LINNET_CHECK(branch(chosen));
    // A text only becomes less likely as it grows.
    std::erase_if(beams_, [this](const Beam& beam) { return best_ && beam.logprob <= best_->logprob; });
    const std::size_t n_held = session_.tokens.size() + (beams_.empty() ? 0 : beams_.front().tokens.size());
    if (!beams_.empty() && (n_held == session_.options.n_ctx || !compute())) {
      if (!best_) end(std::move(beams_.front()), FinishReason::kContext);
      beams_.clear();
    }
  }
  return adopt(callback);
}

// The likeliest next tokens of all beams together, as many as there may be beams.
Result<std::vector<BeamSearch::Candidate>> BeamSearch::candidates() {
  std::vector<Candidate> all;
  for (std::size_t i = 0; i < beams_.size(); ++i) {
    const Beam& beam = beams_[i];
    std::span<const float> logits = session_.decoder->logits(beam.row);
    const double log_sum_exp = summarize(*session_.model.impl()->kernels, logits).log_sum_exp;
    if (!std::isfinite(log_sum_exp)) {
      return fail(ErrorCode::kCorrupt, "the model's logits are not finite; its weights must be damaged");
    }
    if (beam.text) {
      std::fill(masked_.begin(), masked_.end(), -std::numeric_limits<float>::infinity());
      sampling::for_each_token(beam.text->allowed(), masked_.size(),
                               [&](std::size_t token) { masked_[token] = logits[token]; });
      logits = masked_;
    }
    for (const TokenLogprob& token : sampling::top_logprobs(logits, log_sum_exp, options_.n_beams)) {
      if (std::isfinite(token.logprob)) all.push_back({i, token, beam.logprob + double{token.logprob}});
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Candidate& a, const Candidate& b) { return a.logprob > b.logprob; });
  if (all.size() > options_.n_beams) all.resize(options_.n_beams);
  return all;
}

Result<void> BeamSearch::branch(const std::vector<Candidate>& chosen) {
  const Tokenizer& tokenizer = *session_.model.impl()->tokenizer;
  std::vector<Beam> next;
  for (const Candidate& candidate : chosen) {
    const Beam& parent = beams_[candidate.beam];
    const bool is_known = static_cast<std::size_t>(candidate.token.token) < tokenizer.n_vocab();
    const bool is_end = is_known && tokenizer.is_end_of_generation(candidate.token.token);
    if (is_end && (!options_.ignore_end || parent.text)) {
      Beam ended;
      ended.tokens = parent.tokens;
      ended.logprob = candidate.logprob;
      ended.cache = std::make_unique<KvCache>(*session_.pages, session_.options.n_ctx);
      ended.cache->share(*parent.cache, session_.tokens.size() + parent.tokens.size());
      end(std::move(ended), FinishReason::kEnd);
      continue;
    }
    LINNET_TRY(Beam child, extend(parent, candidate.token));
    if (child.text && child.text->is_complete()) {
      end(std::move(child), FinishReason::kEnd);
    } else if (child.tokens.size() == options_.max_tokens) {
      end(std::move(child), FinishReason::kMaxTokens);
    } else {
      next.push_back(std::move(child));
    }
  }
  beams_ = std::move(next);
  return {};
}

Result<BeamSearch::Beam> BeamSearch::extend(const Beam& parent, const TokenLogprob& token) {
  Beam child;
  child.tokens = parent.tokens;
  child.tokens.push_back({token.token, token.logprob, {}});
  child.logprob = parent.logprob + double{token.logprob};
  child.text = parent.text;
  if (child.text) LINNET_CHECK(child.text->take(token.token));
  child.cache = std::make_unique<KvCache>(*session_.pages, session_.options.n_ctx);
  child.cache->share(*parent.cache, session_.tokens.size() + parent.tokens.size());
  return child;
}

// The newest token of every beam. False if there is no room for it.
bool BeamSearch::compute() {
  const std::size_t position = session_.tokens.size() + beams_.front().tokens.size() - 1;
  std::vector<Slice> slices;
  std::array<std::size_t, Decoder::kMaxLogitRows> rows{};
  for (Beam& beam : beams_) {
    if (!beam.cache->ensure(position, position + 1)) return false;
    beam.row = slices.size();
    rows[beam.row] = beam.row;
    slices.push_back({{&beam.tokens.back().token, 1}, position, beam.cache.get()});
  }
  session_.pool->run([&](Team& team) {
    session_.decoder->forward(team, slices);
    team.barrier();
    session_.decoder->compute_logits(team, std::span(rows).first(slices.size()));
  });
  return true;
}

void BeamSearch::end(Beam beam, FinishReason reason) {
  if (best_ && best_->logprob >= beam.logprob) return;
  best_ = std::move(beam);
  finish_ = reason;
}

Result<Generation> BeamSearch::adopt(const PieceCallback& callback) {
  Beam& best = *best_;
  TextOutput output(*session_.model.impl()->tokenizer, options_, callback);
  std::vector<Token> tokens;
  for (const GeneratedToken& made : best.tokens) {
    tokens.push_back(made.token);
    output.push(made.token);
  }
  const std::size_t n_before = session_.tokens.size();
  session_.logits_row.reset();
  if (!tokens.empty()) {
    LINNET_CHECK(session_.hold(tokens));
    // The newest token is held, but not computed.
    session_.n_computed = n_before + tokens.size() - 1;
    session_.cache->share(*best.cache, session_.n_computed);
  }
  Generation generation;
  generation.text = output.finish();
  generation.tokens = std::move(best.tokens);
  generation.finish = finish_;
  return generation;
}

}  // namespace linnet
