// One request of a Batch, from its arrival until nobody can share its beginning any more.
#pragma once

#include <optional>
#include <vector>

#include <linnet/batch.h>

#include "base/stopwatch.h"
#include "base/wipe.h"
#include "engine/generator.h"
#include "model/kv_cache.h"

namespace linnet {

struct LINNET_LOCAL BatchRequest {
  BatchRequest(RequestId id_, std::span<const Token> prompt, std::size_t limit,
               const GenerateOptions& options_, const PieceCallback& callback_, CachePages& pages,
               bool wipe_tokens)
      : id(id_),
        options(options_),
        callback(callback_),
        n_prompt(prompt.size()),
        n_limit(limit),
        cache(pages, limit),
        is_wiped(wipe_tokens) {
    tokens.reserve(limit);
    tokens.assign(prompt.begin(), prompt.end());
  }
  ~BatchRequest() {
    if (is_wiped) wipe(tokens.data(), tokens.capacity() * sizeof(Token));
  }
  BatchRequest(const BatchRequest&) = delete;
  BatchRequest& operator=(const BatchRequest&) = delete;

  /// Tokens that stand in `tokens` and are not computed yet.
  std::size_t n_pending() const noexcept { return tokens.size() - n_computed; }
  /// Pages that it may still have to take.
  std::size_t n_missing_pages() const noexcept { return cache.n_missing(n_computed, n_limit); }
  /// Tokens at the beginning of `other` that are the same here.
  std::size_t n_common(std::span<const Token> other) const noexcept {
    const std::size_t n = std::min(tokens.size(), other.size());
    return static_cast<std::size_t>(
        std::mismatch(tokens.begin(), tokens.begin() + static_cast<long>(n), other.begin()).first -
        tokens.begin());
  }

  /// Puts behind the history what a pick led to.
  void apply(const Generator::Change& change) {
    tokens.resize(tokens.size() - change.n_removed);
    tokens.insert(tokens.end(), change.tokens.begin(), change.tokens.end());
    if (change.n_removed == 0) return;
    n_computed = std::min(n_computed, tokens.size() - change.tokens.size());
    cache.truncate(n_computed);
  }

  /// Ends it with what was made, or with an error.
  void finish(Result<Generation> with) {
    result.emplace(std::move(with));
    if (*result) {
      const double total = since_start ? since_start->seconds() : 0;
      if (!prompt_seconds) prompt_seconds = total;
      (*result)->stats.prompt = {n_prompt - std::min(n_prompt, n_shared), *prompt_seconds};
      (*result)->stats.decode = {(*result)->tokens.size(), total - *prompt_seconds};
    }
    generator.reset();
    tokens.resize(n_computed);
    cache.truncate(n_computed);
  }

  const RequestId id;
  const GenerateOptions options;
  const PieceCallback callback;
  std::vector<Token> tokens;  // the prompt and what was made of it; capacity n_limit
  const std::size_t n_prompt;
  const std::size_t n_limit;  // positions that it may take
  std::size_t n_computed = 0;
  std::size_t n_shared = 0;  // of them, taken over from another request
  KvCache cache;
  const bool is_wiped;  // before its memory is given back
  std::optional<Generator> generator;
  std::optional<Result<Generation>> result;  // once it is finished
  std::optional<Stopwatch> since_start;
  std::optional<double> prompt_seconds;
};

}  // namespace linnet
