// A model's sizes and constants, read from the file's metadata and checked. Immutable.
#pragma once

#include <cstddef>
#include <vector>

#include "base/fail.h"
#include "base/hash64.h"
#include "gguf/reader.h"
#include "model/arch_spec.h"

namespace linnet {

struct Hparams {
  const ArchSpec* arch = nullptr;
  std::size_t n_layers = 0;
  std::size_t n_heads = 0;
  std::size_t n_kv_heads = 0;  ///< Divides n_heads.
  std::size_t head_dim = 0;    ///< Multiple of 16.
  std::size_t d_model = 0;     ///< Multiple of 32, as are d_ff and n_heads * head_dim.
  std::size_t d_ff = 0;
  std::size_t n_vocab = 0;
  std::size_t n_ctx_train = 0;
  std::size_t n_rot = 0;       ///< Elements of a head that are rotated, even.
  std::size_t window = 0;      ///< Positions that a layer with a window sees; 0 = no layer has one.
  std::vector<bool> is_local;  ///< (n_layers): which layers have the window.
  float rms_epsilon = 0;
  float attention_scale = 0;  ///< Queries are multiplied by it.
  float embedding_scale = 1;
  float logit_cap = 0;  ///< logits = cap * tanh(logits / cap); 0 = none.
  double rope_base = 0;
  double local_rope_base = 0;  ///< Of the layers with a window.
  double rope_scale = 1;       ///< Positions are divided by it in the layers without a window.

  std::size_t d_attention() const noexcept { return n_heads * head_dim; }
  std::size_t d_kv() const noexcept { return n_kv_heads * head_dim; }
  std::size_t window_of(std::size_t layer) const noexcept { return is_local[layer] ? window : 0; }
};

/// Errors: kNotFound, a key is missing; kCorrupt, a value is out of range or contradicts another;
/// kUnsupported, an architecture or a variant of one that linnet lacks.
Result<Hparams> read_hparams(const gguf::File& file);

/// Adds everything that keys and values depend on.
void add_to_hash(Hash64& hash, const Hparams& hparams);

}  // namespace linnet
