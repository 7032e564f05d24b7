#include "model/decoder.h"

#include <algorithm>
#include <cmath>

#include "base/math.h"
#include "ops/attention.h"
#include "ops/linear.h"

namespace linnet {
namespace {

constexpr int kGlobal = 0;
constexpr int kLocal = 1;

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
             AlignedBuffer::allocate(measure.n_bytes(), AlignedBuffer::Pages::kSmall, "a session"));
  Arena arena(decoder->memory_);
  decoder->lay_out(arena);
  return decoder;
}

void Decoder::lay_out(Arena& arena) {
  const Hparams& h = hparams_;
  const std::size_t n = options_.n_chunk;
  cache_.lay_out(arena, h, options_.n_ctx, options_.cache);
  residual_ = arena.take<float>(n * h.d_model);
  block_output_ = arena.take<float>(n * h.d_model);
  q_ = arena.take<float>(n * h.d_attention());
  k_ = arena.take<float>(n * h.d_kv());
  v_ = arena.take<float>(n * h.d_kv());
  heads_ = arena.take<float>(n * h.d_attention());
  gate_ = arena.take<float>(n * h.d_ff);
  up_ = arena.take<float>(n * h.d_ff);
  for (float*& table : rope_tables_) table = arena.take<float>(n * h.n_rot);
  thread_rows_ = arena.take<float>(options_.n_threads * h.d_model);
  attention_rows_ = arena.take<kernels::AttentionRow>(options_.n_threads *
                                                      ops::attention_scratch_rows(h.n_heads, h.n_kv_heads));
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

void Decoder::forward(Team& team, std::span<const std::int32_t> tokens, std::size_t position) {
  const ops::Context context{kernels_, team};
  embed(context, tokens, position);
  for (std::size_t i = 0; i < hparams_.n_layers; ++i) {
    attention_block(context, i, tokens.size(), position);
    feed_forward_block(context, weights_.layers[i], tokens.size());
  }
}

// Token embeddings into the residual stream, and the rotary tables of these positions.
void Decoder::embed(const ops::Context& context, std::span<const std::int32_t> tokens, std::size_t position) {
  const Range share = context.team.split(tokens.size());
  for (std::size_t t = share.begin; t < share.end; ++t) {
    const auto token = static_cast<std::size_t>(tokens[t]);
    float* row = residual_ + t * hparams_.d_model;
    weights_.embedding.format->decode_row(weights_.embedding.group(token / quant::kTileRows),
                                          token % quant::kTileRows, hparams_.d_model, row);
    if (hparams_.embedding_scale != 1.0f) scale(row, hparams_.embedding_scale, hparams_.d_model);
    for (int kind : {kGlobal, kLocal}) {
      if (kind == kLocal && hparams_.window == 0) continue;  // no layer would read it
      ops::rope_table(rope_frequencies_[kind], position + t, rope_tables_[kind] + t * hparams_.n_rot);
    }
  }
}

// RMS norms of the residuals of n_tokens tokens from `first` on, as inputs_.
void Decoder::norm_inputs(const ops::Context& context, std::size_t first, std::size_t n_tokens,
                          const float* weight, float outlier) {
  const std::size_t n = hparams_.d_model;
  const Range share = context.team.split(n_tokens);
  for (std::size_t t = share.begin; t < share.end; ++t) {
    float* row = thread_row(context);
    kernels_.rms_norm(residual_ + (first + t) * n, weight, n, hparams_.rms_epsilon, row);
    ops::put_activations(context, row, outlier, t, n_tokens, n / quant::kBlockColumns, inputs_);
  }
}

void Decoder::attention_block(const ops::Context& context, std::size_t layer, std::size_t n_tokens,
                              std::size_t position) {
  const LayerWeights& weights = weights_.layers[layer];
  norm_inputs(context, 0, n_tokens, weights.attention_norm, ops::kOutlier);
  context.team.barrier();
  ops::linear(context, weights.q, inputs_, n_tokens, q_, hparams_.d_attention());
  ops::linear(context, weights.k, inputs_, n_tokens, k_, hparams_.d_kv());
  ops::linear(context, weights.v, inputs_, n_tokens, v_, hparams_.d_kv());
  context.team.barrier();
  finish_heads(context, weights, layer, n_tokens, position);
  context.team.barrier();
  const std::size_t scratch_rows = ops::attention_scratch_rows(hparams_.n_heads, hparams_.n_kv_heads);
  ops::attention(context, cache_.layer(layer), {hparams_.n_heads, hparams_.window_of(layer)}, position,
                 n_tokens, q_, heads_, hparams_.d_attention(),
                 attention_rows_ + context.team.rank() * scratch_rows);
  context.team.barrier();
  ops::put_activations(context, heads_, n_tokens, hparams_.d_attention(), head_inputs_);
  context.team.barrier();
  ops::linear(context, weights.output, head_inputs_, n_tokens, block_output_, hparams_.d_model);
  context.team.barrier();
  add_to_residual(context, n_tokens, weights.output_bias, weights.post_attention_norm);
}

// Biases, head norms and rotation of queries and keys; keys and values go into the cache.
void Decoder::finish_heads(const ops::Context& context, const LayerWeights& weights, std::size_t layer,
                           std::size_t n_tokens, std::size_t position) {
  const Hparams& h = hparams_;
  const float* table = rope_tables_[h.is_local[layer] ? kLocal : kGlobal];
  const auto finish = [&](float* x, std::size_t n_heads, const float* bias, const float* norm,
                          std::size_t t) {
    if (bias != nullptr) add(x, bias, n_heads * h.head_dim);
    if (norm != nullptr) {
      for (std::size_t i = 0; i < n_heads; ++i) {
        kernels_.rms_norm(x + i * h.head_dim, norm, h.head_dim, h.rms_epsilon, x + i * h.head_dim);
      }
    }
    ops::rope(x, n_heads, h.head_dim, h.n_rot / 2, table + t * h.n_rot, h.arch->rope);
  };
  const Range share = context.team.split(n_tokens);
  for (std::size_t t = share.begin; t < share.end; ++t) {
    float* q = q_ + t * h.d_attention();
    float* k = k_ + t * h.d_kv();
    float* v = v_ + t * h.d_kv();
    finish(q, h.n_heads, weights.q_bias, weights.q_norm, t);
    finish(k, h.n_kv_heads, weights.k_bias, weights.k_norm, t);
    if (weights.v_bias != nullptr) add(v, weights.v_bias, h.d_kv());
    scale(q, h.attention_scale, h.d_attention());
    ops::store_key_value(context, cache_.layer(layer), position + t, k, v);
  }
}

// residual += norm(block_output + bias), both where the architecture has them.
void Decoder::add_to_residual(const ops::Context& context, std::size_t n_tokens, const float* bias,
                              const float* norm) {
  const std::size_t n = hparams_.d_model;
  const Range share = context.team.split(n_tokens);
  for (std::size_t t = share.begin; t < share.end; ++t) {
    float* output = block_output_ + t * n;
    if (bias != nullptr) add(output, bias, n);
    if (norm != nullptr) kernels_.rms_norm(output, norm, n, hparams_.rms_epsilon, output);
    add(residual_ + t * n, output, n);
  }
}

void Decoder::feed_forward_block(const ops::Context& context, const LayerWeights& weights,
                                 std::size_t n_tokens) {
  const Hparams& h = hparams_;
  norm_inputs(context, 0, n_tokens, weights.feed_forward_norm, ops::kOutlier);
  context.team.barrier();
  // The same rows of gate and up, so that each thread can combine its own.
  const Range groups = context.team.split(weights.gate.n_groups());
  ops::linear(context, weights.gate, groups, inputs_, n_tokens, gate_, h.d_ff);
  ops::linear(context, weights.up, groups, inputs_, n_tokens, up_, h.d_ff);
  const std::size_t first = groups.begin * quant::kTileRows;
  const std::size_t n = (groups.end - groups.begin) * quant::kTileRows;
  const auto activate = h.arch->activation == Activation::kSilu ? kernels_.silu_mul : kernels_.gelu_mul;
  for (std::size_t t = 0; t < n_tokens; ++t) {
    float* gate = gate_ + t * h.d_ff + first;
    activate(gate, up_ + t * h.d_ff + first, n);
  }
  context.team.barrier();
  ops::put_activations(context, gate_, n_tokens, h.d_ff, hidden_);
  context.team.barrier();
  ops::linear(context, weights.down, hidden_, n_tokens, block_output_, h.d_model);
  context.team.barrier();
  add_to_residual(context, n_tokens, nullptr, weights.post_feed_forward_norm);
}

void Decoder::compute_logits(Team& team, std::size_t first, std::size_t count) {
  const ops::Context context{kernels_, team};
  norm_inputs(context, first, count, weights_.output_norm, ops::kRefineAll);
  team.barrier();
  const Range groups = team.split(weights_.head.n_groups());
  ops::linear(context, weights_.head, groups, inputs_, count, logits_, logits_stride_);
  if (hparams_.logit_cap == 0) return;
  const double cap = static_cast<double>(hparams_.logit_cap);
  for (std::size_t t = 0; t < count; ++t) {
    for (std::size_t i = groups.begin * quant::kTileRows; i < groups.end * quant::kTileRows; ++i) {
      float& logit = logits_[t * logits_stride_ + i];
      const double e = math::exp(-2.0 * static_cast<double>(logit) / cap);  // tanh(x) = (1 - e) / (1 + e)
      logit = static_cast<float>(std::isinf(e) ? -cap : cap * (1.0 - e) / (1.0 + e));
    }
  }
}

}  // namespace linnet
