// What a model makes of texts on the way: the residual stream after chosen layers, token by token. Many short
// sequences are computed together, at the speed of one long prompt, and no layer behind the last chosen one.
// A StateReader owns its memory and threads and belongs to one thread at a time; it keeps its model alive.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <linnet/model.h>
#include <linnet/session.h>

#include "base/fail.h"

namespace linnet {

struct StateOptions {
  std::vector<std::size_t> layers;  ///< After which: ascending, 1 to n_layers.
  std::size_t n_ctx = 0;      ///< Tokens of a sequence at most, prefix included; 0 = as sessions have it.
  std::size_t n_chunk = 256;  ///< Tokens that one pass computes at most, 1 to kMaxChunk.
  unsigned n_threads = 0;     ///< At most kMaxThreads; 0 = default_threads().
  CacheFormat cache = CacheFormat::kF16;  ///< What keys and values are stored as.
  bool wipe = false;  ///< Overwrite keys, values and states before their memory is given back.
};

/// One sequence's states; valid until the callback that got them returns.
struct SequenceStates {
  std::size_t index;              ///< Which of the sequences given.
  std::size_t n_tokens;           ///< Its tokens, without the prefix.
  std::size_t d_row;              ///< layers.size() * d_model.
  std::span<const float> values;  ///< (n_tokens, d_row).

  /// The states of one token, those of the chosen layers one after the other.
  std::span<const float> row(std::size_t token) const noexcept {
    return values.subspan(token * d_row, d_row);
  }
};

/// Called for every sequence once all its tokens are computed, on the calling thread; a short sequence may
/// overtake a long one. False stops everything.
using StatesCallback = std::function<bool(const SequenceStates& states)>;

class StateReader {
 public:
  /// Errors: kInvalidArgument, an option out of range; kUnsupported, a model without weights; kOutOfMemory.
  static Result<std::unique_ptr<StateReader>> create(const Model& model, const StateOptions& options);
  ~StateReader();
  StateReader(const StateReader&) = delete;
  StateReader& operator=(const StateReader&) = delete;

  /// What all sequences from now on begin with; computed once, here. Empty = nothing. Errors:
  /// kInvalidArgument, a token outside the vocabulary; kContextFull.
  Result<void> set_prefix(std::span<const Token> prefix);

  /// Computes sequences; their tokens stand behind the prefix. The bits of a sequence's states do not depend
  /// on the sequences beside it, on n_chunk or on the threads. Errors: kInvalidArgument, a sequence without
  /// tokens or with one outside the vocabulary; kContextFull, one too long: both name it and come before
  /// anything is computed; kCancelled, by the callback.
  Result<void> read(std::span<const std::vector<Token>> sequences, const StatesCallback& callback);

  std::size_t d_row() const noexcept;  ///< Floats of a token's states: layers.size() * d_model.
  /// Tokens that a sequence may have behind the prefix.
  std::size_t max_tokens() const noexcept;

 private:
  struct Impl;
  explicit StateReader(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

/// Whether states can be taken after `layers`: some, ascending, 1 to n_layers.
bool are_layers(std::span<const std::size_t> layers, std::size_t n_layers) noexcept;

/// The mean of rows [begin, end) of some states, column by column, added in ascending order; begin < end.
/// `mean` is (d_row).
void mean_of_rows(const SequenceStates& states, std::size_t begin, std::size_t end, std::span<float> mean);

}  // namespace linnet
