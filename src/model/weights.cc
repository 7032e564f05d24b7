#include "model/weights.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_set>

#include "model/weight_packer.h"
#include "quant/codec.h"

namespace linnet {
namespace {

// Lengths that tensors have.
enum class Dim { kModel, kAttention, kKeyValue, kFeedForward, kHead, kVocabulary, kRotaryPairs };

std::size_t length_of(Dim dim, const Hparams& h) noexcept {
  switch (dim) {
    case Dim::kModel: return h.d_model;
    case Dim::kAttention: return h.d_attention();
    case Dim::kKeyValue: return h.d_kv();
    case Dim::kFeedForward: return h.d_ff;
    case Dim::kHead: return h.head_dim;
    case Dim::kVocabulary: return h.n_vocab;
    case Dim::kRotaryPairs: return h.n_rot / 2;
  }
  return 0;
}

struct MatrixSpec {
  std::string_view name;
  Matrix LayerWeights::*member;
  Dim rows, columns;
};

struct VectorSpec {
  std::string_view name;
  const float* LayerWeights::*member;
  Dim length;
  Presence ArchSpec::*presence;  // null: always
};

// The tensors of a layer, after "blk.N."
constexpr MatrixSpec kMatrices[] = {
    {"attn_q.weight", &LayerWeights::q, Dim::kAttention, Dim::kModel},
    {"attn_k.weight", &LayerWeights::k, Dim::kKeyValue, Dim::kModel},
    {"attn_v.weight", &LayerWeights::v, Dim::kKeyValue, Dim::kModel},
    {"attn_output.weight", &LayerWeights::output, Dim::kModel, Dim::kAttention},
    {"ffn_gate.weight", &LayerWeights::gate, Dim::kFeedForward, Dim::kModel},
    {"ffn_up.weight", &LayerWeights::up, Dim::kFeedForward, Dim::kModel},
    {"ffn_down.weight", &LayerWeights::down, Dim::kModel, Dim::kFeedForward},
};
constexpr VectorSpec kVectors[] = {
    {"attn_norm.weight", &LayerWeights::attention_norm, Dim::kModel, nullptr},
    {"ffn_norm.weight", &LayerWeights::feed_forward_norm, Dim::kModel, nullptr},
    {"post_attention_norm.weight", &LayerWeights::post_attention_norm, Dim::kModel, &ArchSpec::post_norms},
    {"post_ffw_norm.weight", &LayerWeights::post_feed_forward_norm, Dim::kModel, &ArchSpec::post_norms},
    {"attn_q_norm.weight", &LayerWeights::q_norm, Dim::kHead, &ArchSpec::qk_norm},
    {"attn_k_norm.weight", &LayerWeights::k_norm, Dim::kHead, &ArchSpec::qk_norm},
    {"attn_q.bias", &LayerWeights::q_bias, Dim::kAttention, &ArchSpec::qkv_bias},
    {"attn_k.bias", &LayerWeights::k_bias, Dim::kKeyValue, &ArchSpec::qkv_bias},
    {"attn_v.bias", &LayerWeights::v_bias, Dim::kKeyValue, &ArchSpec::qkv_bias},
    {"attn_output.bias", &LayerWeights::output_bias, Dim::kModel, &ArchSpec::output_bias},
};

// Where a tensor goes that is not used where it stands. Offsets into the storage become pointers once the
// storage's size is known.
struct MatrixJob {
  const gguf::Tensor* tensor;
  Matrix* matrix;
  std::size_t offset;
};
struct VectorJob {
  const gguf::Tensor* tensor;
  const float** vector;
  std::size_t length;
  std::size_t offset;
};

// Finds and checks tensors, and plans where each will stand.
class Plan {
 public:
  Plan(const gguf::File& file, const Hparams& hparams) : file_(file), hparams_(hparams) {}

  Result<void> matrix(const std::string& name, Dim rows, Dim columns, Matrix& matrix) {
    LINNET_TRY(const gguf::Tensor* tensor, require(name));
    LINNET_CHECK(check_shape(*tensor, length_of(columns, hparams_), length_of(rows, hparams_)));
    const auto* format = quant::find_packed_format(tensor->type);
    if (format == nullptr) {
      return fail(ErrorCode::kUnsupported,
                  "{}: tensor '{}' has weight format number {}, which linnet does not read", file_.name(),
                  name, static_cast<std::uint32_t>(tensor->type));
    }
    matrix = {format, tensor->n_rows(), tensor->n_columns(), nullptr};
    (format->is_float ? has_float_formats_ : has_integer_formats_) = true;
    n_bytes_ += matrix.n_bytes();
    if (tensor->is_packed) {
      LINNET_CHECK(check_place(*tensor));
      matrix.tiles = tensor->data.data();
    } else {
      matrices_.push_back({tensor, &matrix, reserve(matrix.n_bytes())});
    }
    return {};
  }

  Result<void> vector(const std::string& name, Dim length, Presence presence, const float*& vector) {
    if (presence == Presence::kNever) return {};
    if (presence == Presence::kOptional && file_.find(name) == nullptr) return {};
    LINNET_TRY(const gguf::Tensor* tensor, require(name));
    const std::size_t n = length_of(length, hparams_);
    LINNET_CHECK(check_shape(*tensor, n, 1));
    const auto* codec = quant::find_codec(tensor->type);
    if (codec == nullptr) {
      return fail(ErrorCode::kUnsupported,
                  "{}: tensor '{}' has weight format number {}, which linnet does not read", file_.name(),
                  name, static_cast<std::uint32_t>(tensor->type));
    }
    n_bytes_ += n * sizeof(float);
    if (tensor->is_packed) {
      return fail(ErrorCode::kCorrupt, "{}: tensor '{}' is packed, but a vector was wanted", file_.name(),
                  name);
    }
    if (file_.is_packed() && tensor->type == WeightType::kF32) {
      LINNET_CHECK(check_place(*tensor));
      vector = reinterpret_cast<const float*>(tensor->data.data());
    } else {
      vectors_.push_back({tensor, &vector, n, reserve(n * sizeof(float))});
    }
    return {};
  }

  // A tensor that nobody asked for means that the model computes something that linnet would leave out.
  Result<void> check_complete() const {
    for (const gguf::Tensor& tensor : file_.tensors()) {
      if (!taken_.contains(tensor.name)) {
        return fail(ErrorCode::kUnsupported,
                    "{}: tensor '{}' is not a part of architecture '{}' as linnet knows it", file_.name(),
                    tensor.name, hparams_.arch->name);
      }
    }
    return {};
  }

  const std::vector<MatrixJob>& matrices() const { return matrices_; }
  const std::vector<VectorJob>& vectors() const { return vectors_; }
  std::size_t n_stored_bytes() const { return n_stored_bytes_; }
  std::uint64_t n_bytes() const { return n_bytes_; }
  bool has_integer_formats() const { return has_integer_formats_; }
  bool has_float_formats() const { return has_float_formats_; }

 private:
  Result<const gguf::Tensor*> require(const std::string& name) {
    const gguf::Tensor* tensor = file_.find(name);
    if (tensor == nullptr) {
      return fail(ErrorCode::kNotFound, "{}: tensor '{}' is missing, which architecture '{}' needs",
                  file_.name(), name, hparams_.arch->name);
    }
    taken_.insert(tensor->name);
    return tensor;
  }

  Result<void> check_shape(const gguf::Tensor& tensor, std::size_t n_columns, std::size_t n_rows) const {
    if (tensor.n_columns() == n_columns && tensor.n_rows() == n_rows) return {};
    return fail(ErrorCode::kCorrupt, "{}: tensor '{}' has {} rows of {} columns; the metadata say {} of {}",
                file_.name(), tensor.name, tensor.n_rows(), tensor.n_columns(), n_rows, n_columns);
  }

  // The reader has checked offsets; memory that a caller gave it may stand anywhere.
  Result<void> check_place(const gguf::Tensor& tensor) const {
    if (reinterpret_cast<std::uintptr_t>(tensor.data.data()) % gguf::kPackedAlignment == 0) return {};
    return fail(ErrorCode::kCorrupt, "{}: tensor '{}' is used where it stands, but not aligned to {} bytes",
                file_.name(), tensor.name, gguf::kPackedAlignment);
  }

  std::size_t reserve(std::size_t n) {
    const std::size_t at = n_stored_bytes_;
    n_stored_bytes_ +=
        (n + AlignedBuffer::kAlignment - 1) / AlignedBuffer::kAlignment * AlignedBuffer::kAlignment;
    return at;
  }

  const gguf::File& file_;
  const Hparams& hparams_;
  std::vector<MatrixJob> matrices_;
  std::vector<VectorJob> vectors_;
  std::unordered_set<std::string_view> taken_;
  std::size_t n_stored_bytes_ = 0;
  std::uint64_t n_bytes_ = 0;
  bool has_integer_formats_ = false;
  bool has_float_formats_ = false;
};

Result<void> plan_weights(Plan& plan, const gguf::File& file, const Hparams& h, Weights& weights) {
  const ArchSpec& arch = *h.arch;
  LINNET_CHECK(plan.matrix("token_embd.weight", Dim::kVocabulary, Dim::kModel, weights.embedding));
  LINNET_CHECK(plan.vector("output_norm.weight", Dim::kModel, Presence::kAlways, weights.output_norm));
  LINNET_CHECK(plan.vector("rope_freqs.weight", Dim::kRotaryPairs, arch.rope_factors, weights.rope_factors));
  if (file.find("output.weight") != nullptr) {
    LINNET_CHECK(plan.matrix("output.weight", Dim::kVocabulary, Dim::kModel, weights.head));
  }
  weights.layers.resize(h.n_layers);
  for (std::size_t i = 0; i < h.n_layers; ++i) {
    LayerWeights& layer = weights.layers[i];
    const std::string prefix = fmt::format("blk.{}.", i);
    for (const MatrixSpec& spec : kMatrices) {
      LINNET_CHECK(plan.matrix(prefix + std::string(spec.name), spec.rows, spec.columns, layer.*spec.member));
    }
    for (const VectorSpec& spec : kVectors) {
      const Presence presence = spec.presence == nullptr ? Presence::kAlways : arch.*spec.presence;
      LINNET_CHECK(plan.vector(prefix + std::string(spec.name), spec.length, presence, layer.*spec.member));
    }
  }
  return plan.check_complete();
}

// Row vectors are small: they are read as wholes.
Result<void> read_vector(const gguf::File& file, const VectorJob& job, float* values) {
  std::vector<std::byte> blocks(job.tensor->data.size());
  LINNET_CHECK(file.read(job.tensor->data, blocks.data()));
  quant::find_codec(job.tensor->type)->decode_row(blocks.data(), values, job.length);
  *job.vector = values;
  return {};
}

// Where a packed file has the matrices that every token reads, which an embedding beside a head is not.
std::span<const std::byte> place_of_matrices(const Weights& weights) {
  const std::byte* begin = weights.head.tiles;
  const std::byte* end = begin + weights.head.n_bytes();
  for (const LayerWeights& layer : weights.layers) {
    for (const MatrixSpec& spec : kMatrices) {
      const Matrix& matrix = layer.*spec.member;
      begin = std::min(begin, matrix.tiles);
      end = std::max(end, matrix.tiles + matrix.n_bytes());
    }
  }
  return {begin, end};
}

}  // namespace

Result<void> check_weights(const gguf::File& file, const Hparams& hparams) {
  Weights weights;
  Plan plan(file, hparams);
  return plan_weights(plan, file, hparams, weights);
}

Result<Weights> load_weights(const gguf::File& file, const Hparams& hparams, Pool& pool,
                             const std::function<bool(double)>& progress) {
  Weights weights;
  Plan plan(file, hparams);
  LINNET_CHECK(plan_weights(plan, file, hparams, weights));
  LINNET_TRY(weights.storage,
             AlignedBuffer::allocate(plan.n_stored_bytes(), AlignedBuffer::Pages::kLarge, "the weights"));

  for (const VectorJob& job : plan.vectors()) {
    LINNET_CHECK(read_vector(file, job, reinterpret_cast<float*>(weights.storage.data() + job.offset)));
  }
  std::vector<PackJob> jobs;
  for (const MatrixJob& job : plan.matrices()) {
    std::byte* const tiles = weights.storage.data() + job.offset;
    job.matrix->tiles = tiles;
    jobs.push_back({job.tensor, job.matrix->format, tiles});
  }
  if (weights.head.format == nullptr) weights.head = weights.embedding;
  LINNET_CHECK(jobs.empty() ? fault_in_all(file, place_of_matrices(weights), pool, progress)
                            : pack_all(file, jobs, pool, progress));
  weights.has_float_formats = plan.has_float_formats();
  weights.has_integer_formats = plan.has_integer_formats();
  weights.n_bytes = plan.n_bytes();
  return weights;
}

namespace {

void add_matrix(Hash64& hash, const Matrix& matrix) {
  hash.add(static_cast<std::uint32_t>(matrix.format->id));
  hash.add(std::span<const std::byte>(matrix.tiles, matrix.n_bytes()));
}

void add_vector(Hash64& hash, const float* vector, std::size_t length) {
  hash.add(std::uint8_t{vector != nullptr});
  if (vector != nullptr) hash.add(std::as_bytes(std::span(vector, length)));
}

}  // namespace

void add_to_hash(Hash64& hash, const Weights& weights, const Hparams& h) {
  add_matrix(hash, weights.embedding);
  const bool has_head = weights.head.tiles != weights.embedding.tiles;
  hash.add(std::uint8_t{has_head});
  if (has_head) add_matrix(hash, weights.head);
  add_vector(hash, weights.output_norm, h.d_model);
  add_vector(hash, weights.rope_factors, h.n_rot / 2);
  for (const LayerWeights& layer : weights.layers) {
    for (const MatrixSpec& spec : kMatrices) add_matrix(hash, layer.*spec.member);
    for (const VectorSpec& spec : kVectors) add_vector(hash, layer.*spec.member, length_of(spec.length, h));
  }
}

}  // namespace linnet
