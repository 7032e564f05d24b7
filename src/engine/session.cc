#include <linnet/session.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "base/assert.h"
#include "base/stopwatch.h"
#include "base/wipe.h"
#include "engine/beam.h"
#include "engine/compute_options.h"
#include "engine/generator.h"
#include "engine/session_impl.h"

namespace linnet {

static_assert(kMaxBeams <= Decoder::kMaxLogitRows);

Session::Impl::~Impl() {
  if (!options.wipe || decoder == nullptr) return;
  decoder->wipe();
  pages->wipe();
  wipe(tokens.data(), tokens.capacity() * sizeof(Token));
}

Result<void> Session::Impl::hold(std::span<const Token> more) {
  LINNET_CHECK(check_tokens(more, model.impl()->hparams.n_vocab));
  if (more.size() > options.n_ctx - tokens.size()) {
    return fail(
        ErrorCode::kContextFull,
        "{} tokens do not fit: the context holds {} and {} are taken; open the session with a larger context",
        more.size(), options.n_ctx, tokens.size());
  }
  tokens.insert(tokens.end(), more.begin(), more.end());
  logits_row.reset();
  return {};
}

Result<void> Session::Impl::compute(std::size_t first, const LogitsCallback* each) {
  const auto cancelled = [this] {
    return fail(ErrorCode::kCancelled, "cancelled after {} tokens", n_computed);
  };
  // Logits come from the newest token's state, which is left only by its own computation.
  if (!logits_row) n_computed = std::min(n_computed, tokens.size() - 1);
  while (n_computed < tokens.size()) {
    const std::size_t start = n_computed;
    const std::size_t n = std::min(options.n_chunk, tokens.size() - start);
    forward(start, std::span(tokens).subspan(start, n));
    n_computed += n;
    const bool is_last = n_computed == tokens.size();
    for (std::size_t row = std::max(first, start) - start; each != nullptr && row < n;
         row += Decoder::kMaxLogitRows) {
      const std::size_t count = std::min(Decoder::kMaxLogitRows, n - row);
      compute_logits(row, count);
      if (is_last && row + count == n) logits_row = count - 1;
      for (std::size_t r = 0; r < count; ++r) {
        if (!(*each)(start + row + r, decoder->logits(r))) return cancelled();
      }
    }
    if (!is_last && take_cancel()) return cancelled();
    if (is_last && !logits_row) {
      compute_logits(n - 1, 1);
      logits_row = 0;
    }
  }
  return {};
}

void Session::Impl::forward(std::size_t position, std::span<const Token> chunk) noexcept {
  [[maybe_unused]] const bool has_room = cache->ensure(position, position + chunk.size());
  LINNET_ASSERT(has_room);  // there are pages for n_ctx positions, and nobody else uses them
  const Slice slice{chunk, position, &*cache};
  pool->run([&](Team& team) { decoder->forward(team, {&slice, 1}); });
}

void Session::Impl::compute_logits(std::size_t row, std::size_t count) {
  std::array<std::size_t, Decoder::kMaxLogitRows> rows{};
  std::iota(rows.begin(), rows.end(), row);
  pool->run([&](Team& team) { decoder->compute_logits(team, std::span(rows).first(count)); });
}

Result<void> Session::Impl::append(std::span<const Token> more, const LogitsCallback* each) {
  if (take_cancel()) return fail(ErrorCode::kCancelled, "cancelled before the first token");
  const std::size_t first = tokens.size();
  LINNET_CHECK(hold(more));
  const Result<void> result = compute_prompt(first, each);
  if (!result) truncate(n_computed);
  return result;
}

Result<void> Session::Impl::compute_prompt(std::size_t first, const LogitsCallback* each) {
  const Stopwatch stopwatch;
  const Result<void> result = compute(first, each);
  stats.prompt.n_tokens += n_computed - std::min(first, n_computed);
  stats.prompt.seconds += stopwatch.seconds();
  return result;
}

void Session::Impl::truncate(std::size_t n) noexcept {
  if (n == tokens.size()) return;
  tokens.resize(n);
  n_computed = std::min(n_computed, n);
  cache->truncate(n);
  logits_row.reset();
}

void Session::Impl::forget(std::size_t first, std::size_t n) noexcept {
  const auto begin = tokens.begin() + static_cast<std::ptrdiff_t>(first);
  tokens.erase(begin, begin + static_cast<std::ptrdiff_t>(n));
  n_computed = std::min(n_computed, first);
  cache->truncate(n_computed);
  logits_row.reset();
}

Session::Session(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Result<Session> Session::open(const Model& model, const SessionOptions& options) {
  return guard([&]() -> Result<Session> {
    const Model::Impl& m = *model.impl();
    LINNET_TRY(SessionOptions filled, fill_in(m, options));
    if (filled.n_beams == 0 || filled.n_beams > kMaxBeams) {
      return fail(ErrorCode::kInvalidArgument, "{} beams; 1 to {} are possible", filled.n_beams, kMaxBeams);
    }
    filled.n_chunk = std::max(std::min(filled.n_chunk, filled.n_ctx), filled.n_beams);
    auto impl = std::make_unique<Impl>(model, filled);
    LINNET_TRY(impl->pool, Pool::create(filled.n_threads));
    const std::size_t n_pages =
        CachePages::pages_for(filled.n_ctx) + beam_pages(filled.n_beams, filled.n_ctx);
    LINNET_TRY(impl->pages, CachePages::create(m.hparams, element_of(filled.cache), n_pages));
    impl->cache.emplace(*impl->pages, filled.n_ctx);
    LINNET_TRY(impl->decoder, Decoder::create(m.weights, m.hparams, *m.kernels,
                                              {.n_ctx = filled.n_ctx,
                                               .n_chunk = filled.n_chunk,
                                               .n_slices = filled.n_beams,
                                               .n_threads = filled.n_threads}));
    impl->tokens.reserve(filled.n_ctx);
    impl->stats.load_seconds = m.info.load_seconds;
    return Session(std::move(impl));
  });
}

Result<void> Session::append(std::span<const Token> tokens) {
  return guard([&] { return impl_->append(tokens, nullptr); });
}

Result<void> Session::append(std::span<const Token> tokens, const LogitsCallback& each) {
  return guard([&] { return impl_->append(tokens, each ? &each : nullptr); });
}

std::span<const float> Session::logits() const noexcept {
  if (!impl_->logits_row) return {};
  return impl_->decoder->logits(*impl_->logits_row);
}

Result<Generation> Session::generate(const GenerateOptions& options, const PieceCallback& callback) {
  return guard([&] { return impl_->generate(options, callback, {}); });
}

Result<void> Session::rewind(std::size_t n_tokens) {
  if (n_tokens > impl_->tokens.size()) {
    return guard([&]() -> Result<void> {
      return fail(ErrorCode::kInvalidArgument, "cannot rewind to {} tokens: the session holds {}", n_tokens,
                  impl_->tokens.size());
    });
  }
  impl_->truncate(n_tokens);
  return {};
}

Result<void> Session::forget(std::size_t first, std::size_t n_tokens) {
  return guard([&]() -> Result<void> {
    const std::size_t n_held = impl_->tokens.size();
    if (first > n_held || n_tokens > n_held - first) {
      return fail(ErrorCode::kInvalidArgument,
                  "cannot forget {} tokens from position {} on: the session holds {}", n_tokens, first,
                  n_held);
    }
    if (n_tokens == 0) return {};
    impl_->forget(first, n_tokens);
    if (impl_->tokens.empty()) return {};
    if (impl_->take_cancel()) return fail(ErrorCode::kCancelled, "cancelled before anything was computed");
    return impl_->compute_prompt(first, nullptr);
  });
}

void Session::cancel() noexcept { impl_->cancel_requested.store(true, std::memory_order_relaxed); }
std::span<const Token> Session::tokens() const noexcept { return impl_->tokens; }
std::size_t Session::n_ctx() const noexcept { return impl_->options.n_ctx; }
std::size_t Session::n_bytes() const noexcept { return impl_->decoder->n_bytes() + impl_->pages->n_bytes(); }
const Stats& Session::stats() const noexcept { return impl_->stats; }
const Model& Session::model() const noexcept { return impl_->model; }

}  // namespace linnet
