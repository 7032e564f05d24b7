// The forward pass of a decoder-only transformer. A Decoder belongs to one session: it owns that session's
// memory, reserved once, and allocates nothing afterwards. It belongs to one thread at a time, which lends it
// a team.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/aligned_buffer.h"
#include "model/hparams.h"
#include "model/kv_cache.h"
#include "model/weights.h"
#include "ops/activations.h"
#include "ops/context.h"

namespace linnet {

struct DecoderOptions {
  std::size_t n_ctx = 0;    ///< Positions that the cache holds.
  std::size_t n_chunk = 0;  ///< Tokens that forward() takes at most.
  unsigned n_threads = 1;   ///< Size of the teams that will call.
  kernels::CacheElement cache = kernels::CacheElement::kF16;
};

class Decoder {
 public:
  /// Tokens whose logits are computed together at most.
  static constexpr std::size_t kMaxLogitRows = quant::kPanelTokens;

  /// weights and hparams must outlive the decoder. Error: kOutOfMemory.
  static Result<std::unique_ptr<Decoder>> create(const Weights& weights, const Hparams& hparams,
                                                 const kernels::KernelTable& kernels,
                                                 const DecoderOptions& options);

  /// Computes tokens.size() <= n_chunk tokens whose first has position `position`, after all before it, and
  /// keeps their final states. Called by every thread of the team.
  void forward(Team& team, std::span<const std::int32_t> tokens, std::size_t position);

  /// Logits of `count` <= kMaxLogitRows tokens of the last forward(), from its `first` on. Called by every
  /// thread.
  void compute_logits(Team& team, std::size_t first, std::size_t count);

  /// Row `i` of the last compute_logits(): (n_vocab).
  std::span<float> logits(std::size_t i) const noexcept {
    return {logits_ + i * logits_stride_, hparams_.n_vocab};
  }

  std::size_t n_bytes() const noexcept { return memory_.size(); }
  /// Overwrites keys, values and all intermediate states with zeros.
  void wipe() noexcept { memory_.wipe(); }

 private:
  Decoder(const Weights& weights, const Hparams& hparams, const kernels::KernelTable& kernels,
          const DecoderOptions& options);
  void lay_out(Arena& arena);
  ops::Activations take_activations(Arena& arena, std::size_t n_columns) const;

  void embed(const ops::Context& context, std::span<const std::int32_t> tokens, std::size_t position);
  void norm_inputs(const ops::Context& context, std::size_t first, std::size_t n_tokens, const float* weight,
                   float outlier);
  void attention_block(const ops::Context& context, std::size_t layer, std::size_t n_tokens,
                       std::size_t position);
  void finish_heads(const ops::Context& context, const LayerWeights& weights, std::size_t layer,
                    std::size_t n_tokens, std::size_t position);
  void feed_forward_block(const ops::Context& context, const LayerWeights& weights, std::size_t n_tokens);
  void add_to_residual(const ops::Context& context, std::size_t n_tokens, const float* bias,
                       const float* norm);
  float* thread_row(const ops::Context& context) const noexcept;

  const Weights& weights_;
  const Hparams& hparams_;
  const kernels::KernelTable& kernels_;
  const DecoderOptions options_;
  std::vector<double> rope_frequencies_[2];  // of layers that see everything, of layers with a window

  AlignedBuffer memory_;
  KvCache cache_;
  std::size_t logits_stride_ = 0;
  // (n_chunk, columns) each, row-major.
  float* residual_ = nullptr;
  float* block_output_ = nullptr;  // d_model
  float* q_ = nullptr;             // d_attention
  float* k_ = nullptr;             // d_kv
  float* v_ = nullptr;             // d_kv
  float* heads_ = nullptr;         // d_attention
  float* gate_ = nullptr;          // d_ff
  float* up_ = nullptr;            // d_ff
  float* rope_tables_[2] = {};     // n_rot
  float* logits_ = nullptr;        // (kMaxLogitRows, logits_stride_)
  float* thread_rows_ = nullptr;   // (n_threads, d_model)
  kernels::AttentionRow* attention_rows_ = nullptr;
  ops::Activations inputs_;       // d_model
  ops::Activations head_inputs_;  // d_attention
  ops::Activations hidden_;       // d_ff
};

}  // namespace linnet
