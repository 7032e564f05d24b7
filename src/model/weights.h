// A model's weights, found by name, checked against the model's sizes, and packed for the kernels.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "base/aligned_buffer.h"
#include "base/fail.h"
#include "gguf/reader.h"
#include "model/hparams.h"
#include "tensor/matrix.h"
#include "threads/pool.h"

namespace linnet {

/// One decoder layer. Vectors that the architecture lacks are null; their lengths follow from the matrix or
/// head that they belong to.
struct LayerWeights {
  Matrix q, k, v, output;  ///< (d_attention, d_model), (d_kv, d_model) twice, (d_model, d_attention)
  Matrix gate, up, down;   ///< (d_ff, d_model) twice, (d_model, d_ff)
  const float* attention_norm = nullptr;          ///< (d_model)
  const float* feed_forward_norm = nullptr;       ///< (d_model)
  const float* post_attention_norm = nullptr;     ///< (d_model)
  const float* post_feed_forward_norm = nullptr;  ///< (d_model)
  const float* q_norm = nullptr;                  ///< (head_dim)
  const float* k_norm = nullptr;                  ///< (head_dim)
  const float* q_bias = nullptr;                  ///< (d_attention)
  const float* k_bias = nullptr;                  ///< (d_kv)
  const float* v_bias = nullptr;                  ///< (d_kv)
  const float* output_bias = nullptr;             ///< (d_model)
};

struct Weights {
  Matrix embedding;  ///< (n_vocab, d_model), read by row.
  Matrix head;       ///< (n_vocab, d_model): the embedding itself if the file has no output matrix.
  const float* output_norm = nullptr;   ///< (d_model)
  const float* rope_factors = nullptr;  ///< (n_rot / 2) or null
  std::vector<LayerWeights> layers;
  bool has_integer_formats = false;  ///< Some matrix wants quantized activations,
  bool has_float_formats = false;    ///< some matrix float ones.
  std::uint64_t n_bytes = 0;         ///< Of all matrices and vectors, here or in the file.
  AlignedBuffer storage;
};

/// Whether the file has the tensors that its architecture wants, and no others. Errors: kNotFound, a tensor
/// is missing; kCorrupt, one has the wrong shape; kUnsupported, a weight format or a tensor that the
/// architecture does not have.
Result<void> check_weights(const gguf::File& file, const Hparams& hparams);

/// Checks as check_weights() does, then reads each tensor once and packs it; or, where the file is packed,
/// refers to its mapping, which must outlive the Weights, and maps the pages that a token reads.
/// progress(fraction) is called on the calling thread with growing fractions, at last with 1; false gives up
/// with kCancelled. Errors: as check_weights(); kIo; kOutOfMemory.
Result<Weights> load_weights(const gguf::File& file, const Hparams& hparams, Pool& pool,
                             const std::function<bool(double)>& progress);

/// Adds all weights as they stand in memory, whatever file they came from.
void add_to_hash(Hash64& hash, const Weights& weights, const Hparams& hparams);

}  // namespace linnet
