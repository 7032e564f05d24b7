// What sessions and batches agree on: defaults and limits of the options that both have.
#pragma once

#include <algorithm>
#include <iterator>

#include <linnet/session.h>

#include "engine/model_impl.h"
#include "ops/attention.h"

namespace linnet {

inline constexpr std::size_t kDefaultContext = 4096;

/// Requires a format that fill_in() accepted: one list has the order of the other.
constexpr kernels::CacheElement element_of(CacheFormat format) noexcept {
  return static_cast<kernels::CacheElement>(format);
}
static_assert(std::size(kCacheFormats) == kernels::CacheTypes::kSize);

/// Errors: kInvalidArgument, no token or one outside the vocabulary.
inline Result<void> check_tokens(std::span<const Token> tokens, std::size_t n_vocab) {
  if (tokens.empty()) return fail(ErrorCode::kInvalidArgument, "no tokens were given");
  for (const Token token : tokens) {
    if (token < 0 || static_cast<std::size_t>(token) >= n_vocab) {
      return fail(ErrorCode::kInvalidArgument, "token {} is outside the vocabulary of {}", token, n_vocab);
    }
  }
  return {};
}

/// SessionOptions or BatchOptions with the defaults filled in. Errors: kUnsupported, a model without weights;
/// kInvalidArgument.
template <class Options>
Result<Options> fill_in(const Model::Impl& model, Options options) {
  if (!model.has_weights) {
    return fail(ErrorCode::kUnsupported, "{}: only the vocabulary was loaded; computing needs the weights",
                model.file->name());
  }
  if (options.n_ctx == 0) options.n_ctx = std::min(model.hparams.n_ctx_train, kDefaultContext);
  if (options.n_threads == 0) options.n_threads = default_threads();
  if (options.n_ctx > kMaxContext) {
    return fail(ErrorCode::kInvalidArgument, "a context of {} tokens; at most {} are possible", options.n_ctx,
                kMaxContext);
  }
  if (options.n_chunk == 0 || options.n_chunk > kMaxChunk) {
    return fail(ErrorCode::kInvalidArgument, "chunks of {} tokens; 1 to {} are possible", options.n_chunk,
                kMaxChunk);
  }
  if (static_cast<std::size_t>(options.cache) >= std::size(kCacheFormats)) {
    return fail(ErrorCode::kInvalidArgument, "cache format number {} does not exist",
                static_cast<int>(options.cache));
  }
  if (options.n_ctx > model.hparams.n_ctx_train) {
    model.log(LogLevel::kWarning, "a context of {} tokens, but the model was trained for {}", options.n_ctx,
              model.hparams.n_ctx_train);
  }
  return options;
}

}  // namespace linnet
