// The forward pass of a decoder-only transformer, for tokens of one sequence or of several. A Decoder owns
// the memory for what is computed on the way, reserved once, and allocates nothing afterwards; keys and
// values belong to the sequences. It belongs to one thread at a time, which lends it a team.
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
#include "ops/attention.h"
#include "ops/context.h"
#include "tensor/arena.h"

namespace linnet {

struct DecoderOptions {
  std::size_t n_ctx = 0;     ///< Positions of the longest sequence.
  std::size_t n_chunk = 0;   ///< Tokens that forward() takes at most,
  std::size_t n_slices = 1;  ///< of at most this many sequences.
  unsigned n_threads = 1;    ///< Size of the teams that will call.
};

/// Neighbouring tokens of one sequence: tokens[0] has position `position`, and all before it are in the
/// cache, which has room for all of these (KvCache::ensure()).
struct Slice {
  std::span<const std::int32_t> tokens;
  std::size_t position;
  const KvCache* cache;
  float* states = nullptr;  ///< What forward() with taps writes: (tokens.size(), taps.size(), d_model).
};

class Decoder {
 public:
  /// Rows whose logits are computed together at most.
  static constexpr std::size_t kMaxLogitRows = quant::kPanelTokens;

  /// weights and hparams must outlive the decoder. Error: kOutOfMemory.
  static Result<std::unique_ptr<Decoder>> create(const Weights& weights, const Hparams& hparams,
                                                 const kernels::KernelTable& kernels,
                                                 const DecoderOptions& options);

  /// Computes all tokens of the slices, which are of different sequences, stores their keys and values, and
  /// keeps their final states as rows 0, 1, ... in the order of the slices. What a token gets does not depend
  /// on the slices beside it. Called by every thread of the team; the slices must stay until all are back.
  ///
  /// `taps` are numbers of layers, ascending, 1 to n_layers. With some, the residual stream after each of
  /// them goes to the slices' states, and the layers behind the last tap are left out: there are no final
  /// states then, and the caches are good for nothing but calls with the same last tap. The bits are those of
  /// a whole pass.
  void forward(Team& team, std::span<const Slice> slices, std::span<const std::size_t> taps = {});

  /// Logits of at most kMaxLogitRows rows of the last forward(). Called by every thread.
  void compute_logits(Team& team, std::span<const std::size_t> rows);

  /// Row `i` of the last compute_logits(): (n_vocab).
  std::span<float> logits(std::size_t i) const noexcept {
    return {logits_ + i * logits_stride_, hparams_.n_vocab};
  }

  std::size_t n_bytes() const noexcept { return memory_.size(); }
  /// Overwrites all intermediate states with zeros.
  void wipe() noexcept { memory_.wipe(); }

 private:
  Decoder(const Weights& weights, const Hparams& hparams, const kernels::KernelTable& kernels,
          const DecoderOptions& options);
  void lay_out(Arena& arena);
  ops::Activations take_activations(Arena& arena, std::size_t n_columns) const;

  /// What every step of one forward pass needs.
  struct Pass;

  void embed(const Pass& pass);
  void keep_states(const Pass& pass, std::size_t tap, std::size_t n_taps) const;
  void norm_input(const ops::Context& context, std::size_t row, const float* weight, float outlier,
                  std::size_t token, std::size_t n_tokens);
  void norm_inputs(const Pass& pass, const float* weight);
  void attention_block(const Pass& pass, std::size_t layer);
  void finish_heads(const Pass& pass, std::size_t layer);
  void feed_forward_block(const Pass& pass, const LayerWeights& weights);
  void add_to_residual(const Pass& pass, const float* bias, const float* norm);
  void cap_logits(Range entries, std::size_t n) noexcept;
  float* thread_row(const ops::Context& context) const noexcept;

  const Weights& weights_;
  const Hparams& hparams_;
  const kernels::KernelTable& kernels_;
  const DecoderOptions options_;
  std::vector<double> rope_frequencies_[2];  // of layers that see everything, of layers with a window

  AlignedBuffer memory_;
  // From row to row, at least as many as there are columns.
  std::size_t q_stride_ = 0;
  std::size_t kv_stride_ = 0;
  std::size_t ff_stride_ = 0;
  std::size_t output_stride_ = 0;
  std::size_t logits_stride_ = 0;
  // (n_chunk, stride) each: what columns and stride are.
  float* residual_ = nullptr;      // d_model, d_model
  float* block_output_ = nullptr;  // d_model, output_stride_
  float* q_ = nullptr;             // d_attention, q_stride_
  float* k_ = nullptr;             // d_kv, kv_stride_
  float* v_ = nullptr;             // d_kv, kv_stride_
  float* heads_ = nullptr;         // d_attention, q_stride_
  float* gate_ = nullptr;          // d_ff, ff_stride_
  float* up_ = nullptr;            // d_ff, ff_stride_
  float* rope_tables_[2] = {};     // n_rot
  float* logits_ = nullptr;        // (kMaxLogitRows, logits_stride_)
  float* thread_rows_ = nullptr;   // (n_threads, d_model)
  ops::AttentionScratch attention_scratch_{};
  ops::AttentionSlice* attention_slices_ = nullptr;  // (n_slices), of the pass
  ops::Activations inputs_;                          // d_model
  ops::Activations head_inputs_;                     // d_attention
  ops::Activations hidden_;                          // d_ff
};

}  // namespace linnet
