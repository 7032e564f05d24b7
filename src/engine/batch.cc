#include <linnet/batch.h>

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "base/guard.h"
#include "engine/batch_impl.h"
#include "engine/compute_options.h"

namespace linnet {
namespace {

constexpr std::size_t kMaxRequests = 256;
// A request waits for another that will have this many more tokens of its beginning than are there now: about
// what one step computes.
constexpr std::size_t kWorthWaiting = 64;

Result<BatchOptions> fill_in_batch(const Model::Impl& model, const BatchOptions& options) {
  LINNET_TRY(BatchOptions filled, fill_in(model, options));
  if (filled.n_requests == 0 || filled.n_requests > kMaxRequests) {
    return fail(ErrorCode::kInvalidArgument, "{} requests at a time; 1 to {} are possible", filled.n_requests,
                kMaxRequests);
  }
  if (filled.n_chunk < filled.n_requests) {
    return fail(ErrorCode::kInvalidArgument, "steps of {} tokens are too few for {} requests at a time",
                filled.n_chunk, filled.n_requests);
  }
  if (filled.n_positions == 0) {
    filled.n_positions = filled.n_requests * CachePages::pages_for(filled.n_ctx) * kernels::kAttentionBlock;
  }
  if (filled.n_positions > kMaxContext) {
    return fail(ErrorCode::kInvalidArgument, "{} positions in all; at most {} are possible",
                filled.n_positions, kMaxContext);
  }
  filled.n_ctx = std::min(filled.n_ctx, filled.n_positions);
  return filled;
}

}  // namespace

Batch::Impl::~Impl() {
  if (!options.wipe || decoder == nullptr) return;
  decoder->wipe();
  pages->wipe();
}

Result<RequestId> Batch::Impl::submit(std::span<const Token> prompt, const GenerateOptions& generate_options,
                                      const PieceCallback& callback) {
  const Model::Impl& m = *model.impl();
  LINNET_CHECK(check_tokens(prompt, m.hparams.n_vocab));
  if (generate_options.shift_keep) {
    return fail(ErrorCode::kUnsupported, "a batch does not shift its contexts: leave shift_keep unset");
  }
  if (generate_options.n_beams != 1) {
    return fail(ErrorCode::kUnsupported, "a batch follows one beam for each request: leave n_beams at 1");
  }
  if (prompt.size() >= options.n_ctx) {
    return fail(ErrorCode::kContextFull,
                "a prompt of {} tokens; a request of this batch holds {}, answer included", prompt.size(),
                options.n_ctx);
  }
  const std::size_t n_limit =
      prompt.size() + std::min(generate_options.max_tokens, options.n_ctx - prompt.size());
  const RequestId id{next_id};
  auto request =
      std::make_unique<Request>(id, prompt, n_limit, generate_options, callback, *pages, options.wipe);
  LINNET_TRY(Generator generator, Generator::create(m, request->options, request->callback));
  request->generator.emplace(std::move(generator));
  if (request->generator->is_done()) {
    request->finish(request->generator->finish());
  } else {
    waiting.push_back(request.get());
  }
  try {
    requests.emplace(id, std::move(request));
  } catch (...) {
    if (!waiting.empty() && waiting.back()->id == id) waiting.pop_back();
    throw;
  }
  ++next_id;
  return id;
}

BatchRequest* Batch::Impl::find(RequestId id) const noexcept {
  const auto found = requests.find(id);
  return found == requests.end() ? nullptr : found->second.get();
}

void Batch::Impl::admit_all() {
  for (auto at = waiting.begin(); at != waiting.end() && running.size() < options.n_requests;) {
    Request& request = **at;
    if (is_worth_waiting(request, find_donor(request).second)) {
      ++at;  // those behind it need not wait
      continue;
    }
    if (!admit(request)) return;  // those behind it must not take the pages that it waits for
    at = waiting.erase(at);
  }
}

bool Batch::Impl::admit(Request& request) {
  const auto [donor, n] = find_donor(request);
  if (donor != nullptr) request.cache.share(donor->cache, n);
  request.n_computed = n;
  while (!has_pages_for(request)) {
    if (evict()) continue;
    request.cache.truncate(0);
    request.n_computed = 0;
    return false;
  }
  // Copies a page that the donor goes on writing, so that nobody else has to. Cannot fail: see above.
  [[maybe_unused]] const bool copied = request.cache.ensure(n, n + 1);
  request.n_shared = n;
  counts.n_shared += n;
  request.since_start.emplace();
  running.push_back(&request);
  return true;
}

std::pair<const BatchRequest*, std::size_t> Batch::Impl::find_donor(const Request& request) const noexcept {
  std::pair<const Request*, std::size_t> best{nullptr, 0};
  // The last token of the prompt is computed in any case, for its logits.
  const auto prompt = std::span(request.tokens).first(request.n_prompt - 1);
  const auto consider = [&](const Request& other) {
    const std::size_t n = std::min(other.n_common(prompt), other.n_computed);
    if (n > best.second) best = {&other, n};
  };
  for (const auto& [id, other] : requests) consider(*other);
  for (const auto& other : kept) consider(*other);
  return best;
}

bool Batch::Impl::is_worth_waiting(const Request& request, std::size_t n_shared) const noexcept {
  const auto prompt = std::span(request.tokens).first(request.n_prompt - 1);
  return std::any_of(running.begin(), running.end(), [&](const Request* other) {
    return std::min(other->n_common(prompt), other->n_prompt) >= n_shared + kWorthWaiting;
  });
}

bool Batch::Impl::has_pages_for(const Request& request) const noexcept {
  std::size_t promised = request.n_missing_pages();
  for (const Request* other : running) promised += other->n_missing_pages();
  return promised <= pages->n_free();
}

bool Batch::Impl::evict() noexcept {
  if (!kept.empty()) {
    kept.pop_front();
    return true;
  }
  for (auto& [id, request] : requests) {
    if (!request->result || request->n_computed == 0) continue;
    request->cache.truncate(0);
    request->n_computed = 0;
    return true;
  }
  return false;
}

// A token for each request that has one left to compute; the others share what is left of the step.
void Batch::Impl::plan_step() {
  std::size_t n_reading = 0;
  for (const Request* request : running) n_reading += request->n_pending() > 1 ? 1 : 0;
  std::size_t n_left = options.n_chunk - (running.size() - n_reading);
  slices.clear();
  for (Request* request : running) {
    std::size_t n = 1;
    if (request->n_pending() > 1) {
      n = std::min(request->n_pending(), n_left / n_reading--);
      n_left -= n;
    }
    [[maybe_unused]] const bool has_room =
        request->cache.ensure(request->n_computed, request->n_computed + n);
    LINNET_ASSERT(has_room);
    slices.push_back(
        {std::span(request->tokens).subspan(request->n_computed, n), request->n_computed, &request->cache});
  }
}

Result<bool> Batch::Impl::step() {
  admit_all();
  if (running.empty()) return !waiting.empty();
  plan_step();
  pool->run([&](Team& team) { decoder->forward(team, slices); });
  for (std::size_t i = 0; i < running.size(); ++i) {
    running[i]->n_computed += slices[i].tokens.size();
    counts.n_computed += slices[i].tokens.size();
  }
  ++counts.n_steps;
  take_tokens();
  std::erase_if(running, [](const Request* request) { return request->result.has_value(); });
  return !(running.empty() && waiting.empty());
}

// For the requests that are computed to their end.
void Batch::Impl::take_tokens() {
  std::array<Request*, Decoder::kMaxLogitRows> of{};
  std::array<std::size_t, Decoder::kMaxLogitRows> rows{};
  std::size_t n = 0;
  std::size_t end = 0;  // row after those of the slice
  for (std::size_t i = 0; i < running.size(); ++i) {
    end += slices[i].tokens.size();
    if (running[i]->n_pending() == 0) {
      of[n] = running[i];
      rows[n++] = end - 1;
    }
    if (n == of.size() || (n > 0 && i + 1 == running.size())) {
      take_tokens(std::span(of).first(n), std::span(rows).first(n));
      n = 0;
    }
  }
}

void Batch::Impl::take_tokens(std::span<Request* const> of, std::span<const std::size_t> rows) {
  std::array<Generator::Pick, Decoder::kMaxLogitRows> picks{};
  pool->run([&](Team& team) {
    decoder->compute_logits(team, rows);
    team.barrier();
    const Range share = team.split(of.size());
    for (std::size_t i = share.begin; i < share.end; ++i) {
      picks[i] = of[i]->generator->pick(decoder->logits(i), of[i]->tokens);
    }
  });
  for (std::size_t i = 0; i < of.size(); ++i) {
    Request& request = *of[i];
    if (!request.prompt_seconds) request.prompt_seconds = request.since_start->seconds();
    // What goes wrong with one request is its own result.
    const auto change = guard([&] {
      return request.generator->take(picks[i], decoder->logits(i), request.n_limit - request.tokens.size());
    });
    if (!change) {
      request.finish(change.error());
    } else {
      request.apply(*change);
      counts.n_made += change->tokens.size();
      if (request.generator->is_done())
        request.finish(guard([&]() -> Result<Generation> { return request.generator->finish(); }));
    }
  }
}

Batch::Batch(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Batch::Batch(Batch&&) noexcept = default;
Batch& Batch::operator=(Batch&&) noexcept = default;
Batch::~Batch() = default;

Result<Batch> Batch::open(const Model& model, const BatchOptions& options) {
  return guard([&]() -> Result<Batch> {
    const Model::Impl& m = *model.impl();
    LINNET_TRY(const BatchOptions filled, fill_in_batch(m, options));
    auto impl = std::make_unique<Impl>(model, filled);
    LINNET_TRY(impl->pool, Pool::create(filled.n_threads));
    LINNET_TRY(impl->pages, CachePages::create(m.hparams, element_of(filled.cache),
                                               CachePages::pages_for(filled.n_positions)));
    LINNET_TRY(impl->decoder, Decoder::create(m.weights, m.hparams, *m.kernels,
                                              {.n_ctx = filled.n_ctx,
                                               .n_chunk = filled.n_chunk,
                                               .n_slices = filled.n_requests,
                                               .n_threads = filled.n_threads}));
    impl->running.reserve(filled.n_requests);
    impl->slices.reserve(filled.n_requests);
    return Batch(std::move(impl));
  });
}

Result<RequestId> Batch::submit(std::span<const Token> prompt, const GenerateOptions& options,
                                const PieceCallback& callback) {
  return guard([&] { return impl_->submit(prompt, options, callback); });
}

Result<bool> Batch::step() {
  return guard([&] { return impl_->step(); });
}

Result<void> Batch::run() {
  return guard([&]() -> Result<void> {
    for (bool more = true; more;) {
      if (impl_->interrupt_requested.exchange(false, std::memory_order_relaxed)) return {};
      LINNET_TRY(more, impl_->step());
    }
    return {};
  });
}

void Batch::interrupt() noexcept { impl_->interrupt_requested.store(true, std::memory_order_relaxed); }

Result<void> Batch::cancel(RequestId id) {
  return guard([&]() -> Result<void> {
    Impl::Request* request = impl_->find(id);
    if (request == nullptr) {
      return fail(ErrorCode::kNotFound, "the batch has no request number {}", static_cast<std::uint64_t>(id));
    }
    if (request->result) return {};
    request->generator->stop(FinishReason::kCancelled);
    request->finish(request->generator->finish());
    std::erase(impl_->waiting, request);
    std::erase(impl_->running, request);
    return {};
  });
}

bool Batch::is_finished(RequestId id) const noexcept {
  const Impl::Request* request = impl_->find(id);
  return request != nullptr && request->result;
}

Result<Generation> Batch::take(RequestId id) {
  return guard([&]() -> Result<Generation> {
    if (!is_finished(id)) {
      return fail(ErrorCode::kNotFound, "the batch has no finished request number {}",
                  static_cast<std::uint64_t>(id));
    }
    auto node = impl_->requests.extract(id);
    Result<Generation> result = *std::move(node.mapped()->result);
    if (node.mapped()->n_computed > 0) impl_->kept.push_back(std::move(node.mapped()));
    return result;
  });
}

BatchStats Batch::stats() const noexcept {
  BatchStats stats = impl_->counts;
  stats.n_waiting = impl_->waiting.size();
  stats.n_running = impl_->running.size();
  stats.n_finished = impl_->requests.size() - stats.n_waiting - stats.n_running;
  stats.n_bytes = impl_->decoder->n_bytes() + impl_->pages->n_bytes();
  return stats;
}

const Model& Batch::model() const noexcept { return impl_->model; }

}  // namespace linnet
