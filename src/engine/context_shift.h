// What GenerateOptions::shift_keep asks for: which tokens go when the context is full.
#pragma once

#include <cstddef>
#include <optional>

#include "base/fail.h"

namespace linnet {

/// Tokens after the first `keep` that are forgotten at a time. Requires keep < n_ctx.
constexpr std::size_t shift_size(std::size_t n_ctx, std::size_t keep) noexcept {
  return (n_ctx - keep + 1) / 2;
}

/// Error: kInvalidArgument, nothing would be left to forget.
inline Result<void> check_shift(std::optional<std::size_t> keep, std::size_t n_ctx) {
  if (!keep || *keep < n_ctx) return {};
  return fail(ErrorCode::kInvalidArgument,
              "shift_keep is {}, but the context holds {} tokens: keep fewer, so that some can be forgotten",
              *keep, n_ctx);
}

}  // namespace linnet
