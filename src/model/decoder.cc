#include "model/decoder.h"

#include <algorithm>
#include <cmath>

#include "base/assert.h"
#include "base/math.h"
#include "ops/attention.h"
#include "ops/linear.h"

namespace linnet {
namespace {

constexpr int kGlobal = 0;
constexpr int kLocal = 1;
// Histories that are split over threads in one pass; with more sequences than that each thread has some.
constexpr std::size_t kMaxSplit = 16;

void add(float* x, const float* y, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i) x[i] += y[i];
}

void scale(float* x, float factor, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i) x[i] *= factor;
}

}  // namespace

Decoder::Decoder(const Weights& weights, const Hparams& hparams, const kernels::KernelTable& kernels,
                 const DecoderOptions& options)
    : weights_(weights), hparams_(hparams), kernels_(kernels), options_(options) {
  const std::span<const float> factors(weights.rope_factors,
                                       weights.rope_factors == nullptr ? 0 : hparams.n_rot / 2);
  rope_frequencies_[kGlobal] =
      ops::rope_frequencies(hparams.n_rot, hparams.rope_base, hparams.rope_scale, factors);
  rope_frequencies_[kLocal] = ops::rope_frequencies(hparams.n_rot, hparams.local_rope_base, 1.0, factors);
}

Result<std::unique_ptr<Decoder>> Decoder::create(const Weights& weights, const Hparams& hparams,
                                                 const kernels::KernelTable& kernels,
                                                 const DecoderOptions& options) {
  std::unique_ptr<Decoder> decoder(new Decoder(weights, hparams, kernels, options));
  Arena measure;
  decoder->lay_out(measure);
  LINNET_TRY(decoder->memory_,
             AlignedBuffer::allocate(measure.n_bytes(), AlignedBuffer::Pages::kSmall, "the decoder"));
  Arena arena(decoder->memory_);
  decoder->lay_out(arena);
  return decoder;
}

void Decoder::lay_out(Arena& arena) {
  const Hparams& h = hparams_;
  const std::size_t n = options_.n_chunk;
  q_stride_ = ops::row_stride(h.d_attention());
  kv_stride_ = ops::row_stride(h.d_kv());
  ff_stride_ = ops::row_stride(h.d_ff);
  output_stride_ = ops::row_stride(h.d_model);
  residual_ = arena.take<float>(n * h.d_model);
  block_output_ = arena.take<float>(n * output_stride_);
  q_ = arena.take<float>(n * q_stride_);
  k_ = arena.take<float>(n * kv_stride_);
  v_ = arena.take<float>(n * kv_stride_);
  heads_ = arena.take<float>(n * q_stride_);
  gate_ = arena.take<float>(n * ff_stride_);
  up_ = arena.take<float>(n * ff_stride_);
  for (float*& table : rope_tables_) table = arena.take<float>(n * h.n_rot);
  thread_rows_ = arena.take<float>(options_.n_threads * h.d_model);
  const std::size_t n_blocks = CachePages::pages_for(options_.n_ctx);
  const std::size_t n_split = std::min(options_.n_slices, kMaxSplit);
  attention_scratch_ = {
      arena.take<kernels::AttentionRow>(options_.n_threads * ops::attention_rows(h.n_heads, h.n_kv_heads)),
      arena.take<kernels::AttentionRow>(n_split * n_blocks * h.n_heads),
      arena.take<float>(n_split * n_blocks * h.d_attention()), n_split, n_blocks};
  attention_slices_ = arena.take<ops::AttentionSlice>(options_.n_slices);
  inputs_ = take_activations(arena, h.d_model);
  head_inputs_ = take_activations(arena, h.d_attention());
  hidden_ = take_activations(arena, h.d_ff);
  logits_stride_ = padded_rows(h.n_vocab);
  logits_ = arena.take<float>(kMaxLogitRows * logits_stride_);  // pages that nobody touches cost nothing
}

ops::Activations Decoder::take_activations(Arena& arena, std::size_t n_columns) const {
  const std::size_t n_blocks = std::max(options_.n_chunk, kMaxLogitRows) * n_columns / quant::kBlockColumns;
  ops::Activations activations;
  if (weights_.has_integer_formats) {
    activations.blocks = arena.take<quant::ActivationBlock>(n_blocks);
    activations.refinements = arena.take<quant::ActivationBlock>(n_blocks);
    activations.refined = arena.take<std::uint8_t>(n_blocks);
  }
  if (weights_.has_float_formats) activations.floats = arena.take<kernels::FloatBlock>(n_blocks);
  return activations;
}

float* Decoder::thread_row(const ops::Context& context) const noexcept {
  return thread_rows_ + context.team.rank() * hparams_.d_model;
}

struct Decoder::Pass {
  ops::Context context;
  std::span<const Slice> slices;
  std::size_t n_tokens;  // of all slices

  Team& team() const noexcept { return context.team; }
  std::span<const ops::AttentionSlice> attention_slices(const Decoder& decoder) const noexcept {
    return {decoder.attention_slices_, slices.size()};
  }
  /// Calls body(row, slice, position) for this thread's share of the tokens.
  template <class Body>
  void for_each_token(Body&& body) const {
    const Range share = team().split(n_tokens);
    std::size_t row = 0;
    for (const Slice& slice : slices) {
      for (std::size_t i = 0; i < slice.tokens.size(); ++i, ++row) {
        if (row >= share.begin && row < share.end) body(row, slice, slice.position + i);
      }
    }
  }
};

void Decoder::forward(Team& team, std::span<const Slice> slices, std::span<const std::size_t> taps) {
  std::size_t n_tokens = 0;
  for (const Slice& slice : slices) n_tokens += slice.tokens.size();
  LINNET_ASSERT(n_tokens <= options_.n_chunk && slices.size() <= options_.n_slices);
  const Pass pass{{kernels_, team}, slices, n_tokens};
  embed(pass);
  const std::size_t n_layers = taps.empty() ? hparams_.n_layers : taps.back();
  LINNET_ASSERT(n_layers <= hparams_.n_layers);
  std::size_t tap = 0;
  for (std::size_t i = 0; i < n_layers; ++i) {
    attention_block(pass, i);
    feed_forward_block(pass, weights_.layers[i]);
    if (tap < taps.size() && taps[tap] == i + 1) keep_states(pass, tap++, taps.size());
  }
}

// Each thread has added to the residuals of its share of the tokens itself: nobody has to wait.
void Decoder::keep_states(const Pass& pass, std::size_t tap, std::size_t n_taps) const {
  const std::size_t n = hparams_.d_model;
  pass.for_each_token([&](std::size_t row, const Slice& slice, std::size_t position) {
    const std::size_t token = position - slice.position;
    std::copy_n(residual_ + row * n, n, slice.states + (token * n_taps + tap) * n);
  });
}

// Token embeddings into the residual stream, the rotary tables of these positions, and what attention wants
// to know of the slices.
void Decoder::embed(const Pass& pass) {
  const Hparams& h = hparams_;
  pass.for_each_token([&](std::size_t row, const Slice& slice, std::size_t position) {
    const auto token = static_cast<std::size_t>(slice.tokens[position - slice.position]);
    float* state = residual_ + row * h.d_model;
    weights_.embedding.format->decode_row(weights_.embedding.group(token / quant::kTileRows),
                                          token % quant::kTileRows, h.d_model, state);
    if (h.embedding_scale != 1.0f) scale(state, h.embedding_scale, h.d_model);
    for (int kind : {kGlobal, kLocal}) {
      if (kind == kLocal && h.window == 0) continue;  // no layer would read it
      ops::rope_table(rope_frequencies_[kind], position, rope_tables_[kind] + row * h.n_rot);
    }
  });
  if (pass.team().rank() != 0) return;
  std::size_t row = 0;
  for (std::size_t i = 0; i < pass.slices.size(); row += pass.slices[i++].tokens.size()) {
    const Slice& slice = pass.slices[i];
    attention_slices_[i] = {slice.cache->pages().data(), slice.position, row, slice.tokens.size()};
  }
}

// RMS norm of row `row` of the residuals, as token `token` of `n_tokens` of inputs_.
void Decoder::norm_input(const ops::Context& context, std::size_t row, const float* weight, float outlier,
                         std::size_t token, std::size_t n_tokens) {
  const std::size_t n = hparams_.d_model;
  float* normed = thread_row(context);
  kernels_.rms_norm(residual_ + row * n, weight, n, hparams_.rms_epsilon, normed);
  ops::put_activations(context, normed, outlier, token, n_tokens, n / quant::kBlockColumns, inputs_);
}

void Decoder::norm_inputs(const Pass& pass, const float* weight) {
  const Range share = pass.team().split(pass.n_tokens);
  for (std::size_t t = share.begin; t < share.end; ++t) {
    norm_input(pass.context, t, weight, ops::kOutlier, t, pass.n_tokens);
  }
}

void Decoder::attention_block(const Pass& pass, std::size_t layer) {
  const Hparams& h = hparams_;
  const ops::Context& context = pass.context;
  const std::size_t n_tokens = pass.n_tokens;
  const LayerWeights& weights = weights_.layers[layer];
  norm_inputs(pass, weights.attention_norm);
  pass.team().barrier();
  ops::linear(context, weights.q, inputs_, n_tokens, q_, q_stride_);
  ops::linear(context, weights.k, inputs_, n_tokens, k_, kv_stride_);
  ops::linear(context, weights.v, inputs_, n_tokens, v_, kv_stride_);
  pass.team().barrier();
  finish_heads(pass, layer);
  pass.team().barrier();
  ops::attention(context, pass.slices.front().cache->pool().layer(layer), {h.n_heads, h.window_of(layer)},
                 pass.attention_slices(*this), q_, heads_, q_stride_, attention_scratch_);
  ops::put_activations(context, heads_, q_stride_, n_tokens, h.d_attention(), head_inputs_);
  pass.team().barrier();
  ops::linear(context, weights.output, head_inputs_, n_tokens, block_output_, output_stride_);
  pass.team().barrier();
  add_to_residual(pass, weights.output_bias, weights.post_attention_norm);
}

// Biases, head norms and rotation of queries and keys; keys and values go into the cache.
void Decoder::finish_heads(const Pass& pass, std::size_t layer) {
  const Hparams& h = hparams_;
  const LayerWeights& weights = weights_.layers[layer];
  const float* table = rope_tables_[h.is_local[layer] ? kLocal : kGlobal];
  const auto finish = [&](float* x, std::size_t n_heads, const float* bias, const float* norm,
                          std::size_t row) {
    if (bias != nullptr) add(x, bias, n_heads * h.head_dim);
    if (norm != nullptr) {
      for (std::size_t i = 0; i < n_heads; ++i) {
        kernels_.rms_norm(x + i * h.head_dim, norm, h.head_dim, h.rms_epsilon, x + i * h.head_dim);
      }
    }
    ops::rope(x, n_heads, h.head_dim, h.n_rot / 2, table + row * h.n_rot, h.arch->rope);
  };
  pass.for_each_token([&](std::size_t row, const Slice& slice, std::size_t position) {
    float* q = q_ + row * q_stride_;
    float* k = k_ + row * kv_stride_;
    float* v = v_ + row * kv_stride_;
    finish(q, h.n_heads, weights.q_bias, weights.q_norm, row);
    finish(k, h.n_kv_heads, weights.k_bias, weights.k_norm, row);
    if (weights.v_bias != nullptr) add(v, weights.v_bias, h.d_kv());
    scale(q, h.attention_scale, h.d_attention());
    ops::store_key_value(pass.context, slice.cache->pool().layer(layer), slice.cache->pages().data(),
                         position, k, v);
  });
}

// residual += norm(block_output + bias), both where the architecture has them.
void Decoder::add_to_residual(const Pass& pass, const float* bias, const float* norm) {
  const std::size_t n = hparams_.d_model;
  const Range share = pass.team().split(pass.n_tokens);
  for (std::size_t t = share.begin; t < share.end; ++t) {
    float* output = block_output_ + t * output_stride_;
    if (bias != nullptr) add(output, bias, n);
    if (norm != nullptr) kernels_.rms_norm(output, norm, n, hparams_.rms_epsilon, output);
    add(residual_ + t * n, output, n);
  }
}

void Decoder::feed_forward_block(const Pass& pass, const LayerWeights& weights) {
  const Hparams& h = hparams_;
  const ops::Context& context = pass.context;
  const std::size_t n_tokens = pass.n_tokens;
  norm_inputs(pass, weights.feed_forward_norm);
  pass.team().barrier();
  // The same rows of gate and up, so that each thread can combine its own.
  const Range groups = pass.team().split(weights.gate.n_groups());
  ops::linear(context, weights.gate, groups, inputs_, n_tokens, gate_, ff_stride_);
  ops::linear(context, weights.up, groups, inputs_, n_tokens, up_, ff_stride_);
  const std::size_t first = groups.begin * quant::kTileRows;
  const std::size_t n = (groups.end - groups.begin) * quant::kTileRows;
  const auto activate = h.arch->activation == Activation::kSilu ? kernels_.silu_mul : kernels_.gelu_mul;
  for (std::size_t t = 0; t < n_tokens; ++t) {
    float* gate = gate_ + t * ff_stride_ + first;
    activate(gate, up_ + t * ff_stride_ + first, n);
  }
  pass.team().barrier();
  ops::put_activations(context, gate_, ff_stride_, n_tokens, h.d_ff, hidden_);
  pass.team().barrier();
  ops::linear(context, weights.down, hidden_, n_tokens, block_output_, output_stride_);
  pass.team().barrier();
  add_to_residual(pass, nullptr, weights.post_feed_forward_norm);
}

void Decoder::compute_logits(Team& team, std::span<const std::size_t> rows) {
  LINNET_ASSERT(rows.size() <= kMaxLogitRows);
  const ops::Context context{kernels_, team};
  const Range share = team.split(rows.size());
  for (std::size_t i = share.begin; i < share.end; ++i) {
    norm_input(context, rows[i], weights_.output_norm, ops::kRefineAll, i, rows.size());
  }
  team.barrier();
  const Range groups = team.split(weights_.head.n_groups());
  ops::linear(context, weights_.head, groups, inputs_, rows.size(), logits_, logits_stride_);
  if (hparams_.logit_cap != 0) {
    cap_logits({groups.begin * quant::kTileRows, groups.end * quant::kTileRows}, rows.size());
  }
}

// logit = cap * tanh(logit / cap), for some entries of the first n rows.
void Decoder::cap_logits(Range entries, std::size_t n) noexcept {
  const double cap = static_cast<double>(hparams_.logit_cap);
  for (std::size_t t = 0; t < n; ++t) {
    for (std::size_t i = entries.begin; i < entries.end; ++i) {
      float& logit = logits_[t * logits_stride_ + i];
      const double e = math::exp(-2.0 * static_cast<double>(logit) / cap);  // tanh(x) = (1 - e) / (1 + e)
      logit = static_cast<float>(std::isinf(e) ? -cap : cap * (1.0 - e) / (1.0 + e));
    }
  }
}

}  // namespace linnet
