#include "model/hparams.h"

#include <cmath>
#include <limits>
#include <string>

#include "kernels/cache_types.h"
#include "model/arch/registry.h"
#include "quant/activation.h"

namespace linnet {
namespace {

constexpr std::uint64_t kMaxLayers = 1024;
constexpr std::uint64_t kMaxHeads = 1024;
constexpr std::uint64_t kMaxWidth = 1 << 20;
constexpr std::uint64_t kMaxContext = 1 << 26;
constexpr std::uint64_t kMaxVocabulary = 1 << 24;

// The architecture's keys, prefixed with its name.
class Keys {
 public:
  Keys(const gguf::Metadata& metadata, std::string_view prefix)
      : metadata_(metadata), prefix_(std::string(prefix) + ".") {}

  bool has(std::string_view key) const { return metadata_.has(name(key)); }
  std::string name(std::string_view key) const { return prefix_ + std::string(key); }

  // One number, or an array whose elements are all the same: linnet's layers are all alike.
  Result<std::size_t> size(std::string_view key, std::uint64_t maximum) const {
    const std::string full = name(key);
    const auto* array = metadata_.has(full) ? std::get_if<gguf::NumberArray>(metadata_.find(full)) : nullptr;
    if (array == nullptr) {
      LINNET_TRY(const std::uint64_t value, metadata_.integer(full, 1, maximum));
      return static_cast<std::size_t>(value);
    }
    LINNET_TRY(const gguf::NumberArray values, metadata_.numbers(full));
    if (values.count == 0 || values.type == gguf::ValueType::kF32 || values.type == gguf::ValueType::kF64) {
      return fail(ErrorCode::kCorrupt, "{}: '{}' is not a list of integers", metadata_.file(), full);
    }
    const std::int64_t first = values.integer(0);
    for (std::size_t i = 1; i < values.count; ++i) {
      if (values.integer(i) != first) {
        return fail(ErrorCode::kUnsupported,
                    "{}: '{}' differs from layer to layer ({} and {}); linnet wants it the same",
                    metadata_.file(), full, first, values.integer(i));
      }
    }
    if (first < 1 || static_cast<std::uint64_t>(first) > maximum) {
      return fail(ErrorCode::kCorrupt, "{}: '{}' is {}, but must be 1 to {}", metadata_.file(), full, first,
                  maximum);
    }
    return static_cast<std::size_t>(first);
  }
  Result<std::size_t> size_or(std::string_view key, std::size_t fallback, std::uint64_t maximum) const {
    if (!has(key)) return fallback;
    return size(key, maximum);
  }
  Result<double> real_or(std::string_view key, double fallback, double minimum, double maximum) const {
    return metadata_.real_or(name(key), fallback, minimum, maximum);
  }
  const gguf::Metadata& metadata() const { return metadata_; }

 private:
  const gguf::Metadata& metadata_;
  std::string prefix_;
};

Result<void> read_sizes(const Keys& keys, Hparams& h) {
  LINNET_TRY(h.n_layers, keys.size("block_count", kMaxLayers));
  LINNET_TRY(h.d_model, keys.size("embedding_length", kMaxWidth));
  LINNET_TRY(h.d_ff, keys.size("feed_forward_length", kMaxWidth));
  LINNET_TRY(h.n_ctx_train, keys.size("context_length", kMaxContext));
  LINNET_TRY(h.n_heads, keys.size("attention.head_count", kMaxHeads));
  LINNET_TRY(h.n_kv_heads, keys.size_or("attention.head_count_kv", h.n_heads, kMaxHeads));
  LINNET_TRY(h.head_dim, keys.size_or("attention.key_length", h.d_model / h.n_heads, kernels::kMaxHeadDim));
  LINNET_TRY(const std::size_t value_dim,
             keys.size_or("attention.value_length", h.head_dim, kernels::kMaxHeadDim));
  LINNET_TRY(h.n_rot, keys.size_or("rope.dimension_count", h.head_dim, kernels::kMaxHeadDim));
  LINNET_TRY(const std::uint64_t n_experts,
             keys.metadata().integer_or(keys.name("expert_count"), 0, 0, kMaxHeads));
  const std::string& file = keys.metadata().file();
  if (n_experts != 0) {
    return fail(ErrorCode::kUnsupported, "{}: a mixture of {} experts; linnet runs dense models", file,
                n_experts);
  }
  if (h.n_heads % h.n_kv_heads != 0) {
    return fail(ErrorCode::kCorrupt, "{}: {} query heads cannot share {} key heads evenly", file, h.n_heads,
                h.n_kv_heads);
  }
  if (value_dim != h.head_dim) {
    return fail(ErrorCode::kUnsupported, "{}: keys are {} wide and values {}; linnet wants them the same",
                file, h.head_dim, value_dim);
  }
  if (h.n_rot % 2 != 0 || h.n_rot > h.head_dim) {
    return fail(ErrorCode::kCorrupt,
                "{}: {} of {} elements of a head are rotated, which must be even and no more", file, h.n_rot,
                h.head_dim);
  }
  if (h.head_dim % quant::kTileRows != 0) {
    return fail(ErrorCode::kUnsupported, "{}: heads are {} wide; linnet wants a multiple of {}", file,
                h.head_dim, quant::kTileRows);
  }
  const std::pair<const char*, std::size_t> widths[] = {
      {"the model", h.d_model}, {"the feed-forward layer", h.d_ff}, {"all heads together", h.d_attention()}};
  for (const auto& [what, width] : widths) {
    if (width % quant::kBlockColumns != 0) {
      return fail(ErrorCode::kUnsupported, "{}: {} is {} wide; linnet wants a multiple of {}", file, what,
                  width, quant::kBlockColumns);
    }
  }
  return {};
}

Result<void> read_window(const Keys& keys, Hparams& h) {
  h.is_local.assign(h.n_layers, false);
  if (!h.arch->has_window) return {};
  LINNET_TRY(const std::uint64_t window,
             keys.metadata().integer_or(keys.name("attention.sliding_window"), 0, 0, kMaxContext));
  h.window = static_cast<std::size_t>(window);
  if (h.window == 0) return {};
  std::uint64_t period = h.arch->global_every;
  const std::string pattern = keys.name("attention.sliding_window_pattern");
  if (const gguf::Value* value = keys.metadata().find(pattern)) {
    if (std::holds_alternative<gguf::NumberArray>(*value)) {
      LINNET_TRY(const gguf::NumberArray flags, keys.metadata().numbers(pattern));
      if (flags.count != h.n_layers) {
        return fail(ErrorCode::kCorrupt, "{}: '{}' has {} elements for {} layers", keys.metadata().file(),
                    pattern, flags.count, h.n_layers);
      }
      for (std::size_t i = 0; i < h.n_layers; ++i) h.is_local[i] = flags.integer(i) != 0;
      return {};
    }
    LINNET_TRY(period, keys.metadata().integer(pattern, 1, kMaxLayers));
  }
  for (std::size_t i = 0; i < h.n_layers; ++i) h.is_local[i] = period == 0 || (i + 1) % period != 0;
  return {};
}

Result<void> read_rope(const Keys& keys, Hparams& h) {
  LINNET_TRY(h.rope_base, keys.real_or("rope.freq_base", 10000.0, 1.0, 1e12));
  const double local = h.arch->local_rope_base != 0 ? h.arch->local_rope_base : h.rope_base;
  LINNET_TRY(h.local_rope_base, keys.real_or("rope.freq_base_swa", local, 1.0, 1e12));
  LINNET_TRY(const std::string_view scaling,
             keys.metadata().string_or(keys.name("rope.scaling.type"), "linear"));
  if (scaling != "none" && scaling != "linear") {
    return fail(ErrorCode::kUnsupported, "{}: rotary scaling of type '{}'; linnet knows none and linear",
                keys.metadata().file(), scaling);
  }
  if (scaling == "none") return {};
  LINNET_TRY(const double old_scale, keys.real_or("rope.scale_linear", 1.0, 1e-3, 1e6));
  LINNET_TRY(h.rope_scale, keys.real_or("rope.scaling.factor", old_scale, 1e-3, 1e6));
  return {};
}

}  // namespace

Result<Hparams> read_hparams(const gguf::File& file) {
  const gguf::Metadata& metadata = file.metadata();
  Hparams h;
  LINNET_TRY(const std::string_view name, metadata.string("general.architecture"));
  auto arch = find_arch(name);
  if (!arch) return fail(arch.error().code, "{}: {}", metadata.file(), arch.error().message);
  h.arch = *arch;
  const Keys keys(metadata, name);
  LINNET_CHECK(read_sizes(keys, h));
  LINNET_CHECK(read_window(keys, h));
  LINNET_CHECK(read_rope(keys, h));

  const gguf::Tensor* embedding = file.find("token_embd.weight");
  if (embedding == nullptr)
    return fail(ErrorCode::kNotFound, "{}: tensor 'token_embd.weight' is missing", metadata.file());
  if (embedding->n_rows() == 0 || embedding->n_rows() > kMaxVocabulary) {
    return fail(ErrorCode::kCorrupt, "{}: {} tokens in 'token_embd.weight'; 1 to {} are possible",
                metadata.file(), embedding->n_rows(), kMaxVocabulary);
  }
  h.n_vocab = embedding->n_rows();

  const double by_width = 1.0 / std::sqrt(static_cast<double>(h.head_dim));
  LINNET_TRY(const double epsilon, keys.real_or("attention.layer_norm_rms_epsilon", -1.0, 0.0, 1.0));
  if (epsilon < 0) {
    return fail(ErrorCode::kNotFound, "{}: key '{}' is missing", metadata.file(),
                keys.name("attention.layer_norm_rms_epsilon"));
  }
  LINNET_TRY(const double scale, keys.real_or("attention.scale", by_width, 1e-6, 1e6));
  LINNET_TRY(const double cap, keys.real_or("final_logit_softcapping", 0.0, 0.0, 1e6));
  h.rms_epsilon = static_cast<float>(epsilon);
  h.attention_scale = static_cast<float>(scale);
  h.logit_cap = static_cast<float>(cap);
  if (h.arch->scale_embedding) h.embedding_scale = std::sqrt(static_cast<float>(h.d_model));
  return h;
}

void add_to_hash(Hash64& hash, const Hparams& h) {
  hash.add(h.arch->name);
  for (const std::size_t size :
       {h.n_layers, h.n_heads, h.n_kv_heads, h.head_dim, h.d_model, h.d_ff, h.n_vocab, h.n_rot, h.window}) {
    hash.add(std::uint64_t{size});
  }
  for (const bool is_local : h.is_local) hash.add(std::uint8_t{is_local});
  for (const float value : {h.rms_epsilon, h.attention_scale, h.embedding_scale, h.logit_cap})
    hash.add(value);
  for (const double value : {h.rope_base, h.local_rope_base, h.rope_scale}) hash.add(value);
}

}  // namespace linnet
