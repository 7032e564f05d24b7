#include "model/weights.h"

#include <atomic>
#include <string>
#include <unordered_set>

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

// Where a tensor goes. Offsets into the storage become pointers once the storage's size is known.
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
    matrices_.push_back({tensor, &matrix, reserve(matrix.n_bytes())});
    n_parameters_ += tensor->n_elements();
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
    vectors_.push_back({tensor, &vector, n, reserve(n * sizeof(float))});
    n_parameters_ += n;
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
  std::size_t n_bytes() const { return n_bytes_; }
  std::uint64_t n_parameters() const { return n_parameters_; }

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

  std::size_t reserve(std::size_t n) {
    const std::size_t at = n_bytes_;
    n_bytes_ += (n + AlignedBuffer::kAlignment - 1) / AlignedBuffer::kAlignment * AlignedBuffer::kAlignment;
    return at;
  }

  const gguf::File& file_;
  const Hparams& hparams_;
  std::vector<MatrixJob> matrices_;
  std::vector<VectorJob> vectors_;
  std::unordered_set<std::string_view> taken_;
  std::size_t n_bytes_ = 0;
  std::uint64_t n_parameters_ = 0;
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

// Row groups that a thread packs before it takes the next: some hundred kilobytes.
constexpr std::size_t kGroupsAtOnce = 8;

// Packs one slice of a matrix and lets its pages of the file go.
void pack_slice(const gguf::File& file, const MatrixJob& job, std::size_t first_group) {
  const Matrix& matrix = *job.matrix;
  const std::size_t row_bytes = job.tensor->data.size() / matrix.n_rows;
  const std::size_t end = std::min(first_group + kGroupsAtOnce, matrix.n_groups());
  for (std::size_t g = first_group; g < end; ++g) {
    const std::size_t row = g * quant::kTileRows;
    matrix.format->pack_group(job.tensor->data.data() + row * row_bytes, row_bytes,
                              std::min(quant::kTileRows, matrix.n_rows - row), matrix.n_columns,
                              matrix.group(g));
  }
  const std::size_t from = first_group * quant::kTileRows * row_bytes;
  const std::size_t to = std::min(end * quant::kTileRows, matrix.n_rows) * row_bytes;
  file.release(job.tensor->data.subspan(from, to - from));
}

// Threads take slices as they come: pages that must be read from a disk make the slices uneven.
bool pack_all(const gguf::File& file, const std::vector<MatrixJob>& jobs, Pool& pool,
              const std::function<bool(double)>& progress) {
  std::vector<std::pair<const MatrixJob*, std::size_t>> slices;
  for (const MatrixJob& job : jobs) {
    for (std::size_t g = 0; g < job.matrix->n_groups(); g += kGroupsAtOnce) slices.emplace_back(&job, g);
  }
  std::atomic<std::size_t> next{0};
  std::atomic<bool> cancelled{false};
  pool.run([&](Team& team) {
    for (;;) {
      const std::size_t i = next.fetch_add(1, std::memory_order_relaxed);
      if (i >= slices.size() || cancelled.load(std::memory_order_relaxed)) return;
      pack_slice(file, *slices[i].first, slices[i].second);
      if (team.rank() == 0 && progress &&
          !progress(static_cast<double>(i + 1) / static_cast<double>(slices.size()))) {
        cancelled.store(true, std::memory_order_relaxed);
      }
    }
  });
  return !cancelled.load();
}

}  // namespace

Result<Weights> load_weights(const gguf::File& file, const Hparams& hparams, Pool& pool,
                             const std::function<bool(double)>& progress) {
  Weights weights;
  Plan plan(file, hparams);
  LINNET_CHECK(plan_weights(plan, file, hparams, weights));
  LINNET_TRY(weights.storage,
             AlignedBuffer::allocate(plan.n_bytes(), AlignedBuffer::Pages::kLarge, "the weights"));

  for (const VectorJob& job : plan.vectors()) {
    auto* values = reinterpret_cast<float*>(weights.storage.data() + job.offset);
    quant::find_codec(job.tensor->type)->decode_row(job.tensor->data.data(), values, job.length);
    *job.vector = values;
  }
  for (const MatrixJob& job : plan.matrices()) {
    job.matrix->tiles = weights.storage.data() + job.offset;
    (job.matrix->format->is_float ? weights.has_float_formats : weights.has_integer_formats) = true;
  }
  if (!pack_all(file, plan.matrices(), pool, progress)) {
    return fail(ErrorCode::kCancelled, "{}: loading was cancelled", file.name());
  }
  if (weights.head.format == nullptr) weights.head = weights.embedding;
  weights.n_parameters = plan.n_parameters();
  return weights;
}

}  // namespace linnet
