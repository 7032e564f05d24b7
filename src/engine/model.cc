#include <linnet/linnet.h>

#include <algorithm>
#include <array>
#include <future>
#include <map>

#include "base/guard.h"
#include "base/stopwatch.h"
#include "engine/model_impl.h"
#include "kernels/registry.h"
#include "threads/cpu_count.h"
#include "threads/pool.h"

namespace linnet {
namespace {

// What the file's tensors say: how many parameters there are, and the format that holds most of them.
void describe_tensors(const gguf::File& file, ModelInfo& info) {
  std::map<WeightType, std::uint64_t> elements;
  for (const gguf::Tensor& tensor : file.tensors()) {
    elements[tensor.type] += tensor.n_elements();
    info.n_parameters += tensor.n_elements();
  }
  const auto most = std::max_element(elements.begin(), elements.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most != elements.end()) info.format = weight_type_info(most->first).name;
}

// Every weight is read once a token, but of an embedding that is not the head as well only a row.
std::uint64_t bytes_of_a_token(const Weights& weights) {
  const bool is_head = weights.head.tiles == weights.embedding.tiles;
  return weights.n_bytes - (is_head ? 0 : weights.embedding.n_bytes());
}

// Nothing may be thrown through the threads that pack.
std::function<bool(double)> quiet(const std::function<bool(double)>& progress) {
  if (!progress) return {};
  return [&progress](double fraction) {
    try {
      return progress(fraction);
    } catch (...) {
      return false;
    }
  };
}

Result<void> load_all_weights(Model::Impl& impl, const LoadOptions& options) {
  LINNET_TRY(impl.hparams, read_hparams(*impl.file));
  LINNET_TRY(const auto pool, Pool::create(options.n_threads != 0 ? options.n_threads : default_threads()));
  LINNET_TRY(impl.weights, load_weights(*impl.file, impl.hparams, *pool, quiet(options.progress)));
  impl.has_weights = true;
  return {};
}

void describe(Model::Impl& impl) {
  const gguf::Metadata& metadata = impl.file->metadata();
  const auto text = [&](std::string_view key) {
    const auto value = metadata.string_or(key, "");
    return value ? std::string(*value) : std::string();
  };
  ModelInfo& info = impl.info;
  info.architecture = text("general.architecture");
  info.name = text("general.name");
  describe_tensors(*impl.file, info);
  info.isa = impl.kernels->isa;
  info.n_file_bytes = impl.file->n_bytes();
  info.n_vocab = impl.tokenizer->n_vocab();
  if (impl.has_weights) {
    info.n_weight_bytes = impl.weights.n_bytes;
    info.n_token_bytes = bytes_of_a_token(impl.weights);
    info.n_vocab = impl.hparams.n_vocab;
  }
  const Hparams& h = impl.hparams;
  info.n_layers = h.n_layers;
  info.n_heads = h.n_heads;
  info.n_kv_heads = h.n_kv_heads;
  info.head_dim = h.head_dim;
  info.d_model = h.d_model;
  info.d_ff = h.d_ff;
  info.n_ctx_train = h.n_ctx_train;
  info.n_window = h.window;
  for (std::size_t i = 0; i < h.n_layers; ++i) info.n_window_layers += h.window_of(i) != 0 ? 1 : 0;
}

Result<Model> load_model(const std::filesystem::path& path, const LoadOptions& options) {
  const Stopwatch stopwatch;
  auto impl = std::make_shared<Model::Impl>();
  impl->sink = options.log;
  LINNET_TRY(impl->kernels, kernels::choose_table(options.isa));
  LINNET_TRY(impl->file, gguf::File::open(path));
  // The tokenizer's tables are made while the weights are packed.
  auto tokenizer = std::async(std::launch::async, [&metadata = impl->file->metadata()] {
    return guard([&] { return Tokenizer::from_metadata(metadata); });
  });
  const Result<void> weights = options.vocabulary_only ? Result<void>() : load_all_weights(*impl, options);
  if (options.vocabulary_only) {  // the sizes are told if the file has them; a vocabulary need not
    if (auto hparams = read_hparams(*impl->file)) impl->hparams = *std::move(hparams);
  }
  LINNET_TRY(impl->tokenizer, tokenizer.get());
  LINNET_CHECK(weights);
  if (impl->has_weights && impl->tokenizer->n_vocab() > impl->hparams.n_vocab) {
    return fail(ErrorCode::kCorrupt, "{}: the tokenizer has {} tokens, but the embedding only {}",
                impl->file->name(), impl->tokenizer->n_vocab(), impl->hparams.n_vocab);
  }
  LINNET_TRY(impl->chat_template, impl->file->metadata().string_or("tokenizer.chat_template", ""));
  describe(*impl);
  impl->info.load_seconds = stopwatch.seconds();
  impl->log(LogLevel::kInfo, "{}: {} {}, {} parameters, kernels {}, loaded in {:.3f} s", impl->file->name(),
            impl->info.architecture, impl->info.format, impl->info.n_parameters, impl->info.isa,
            impl->info.load_seconds);
  return Model(std::shared_ptr<const Model::Impl>(std::move(impl)));
}

}  // namespace

std::uint64_t Model::Impl::fingerprint() const {
  std::call_once(fingerprint_once, [this] {
    Hash64 hash;
    add_to_hash(hash, hparams);
    add_to_hash(hash, weights, hparams);
    for (std::size_t i = 0; i < tokenizer->n_vocab(); ++i) {
      const auto token = static_cast<Token>(i);
      hash.add(tokenizer->text(token));
      hash.add(static_cast<std::uint32_t>(tokenizer->type(token)));
    }
    fingerprint_value = hash.value();
  });
  return fingerprint_value;
}

std::shared_ptr<const grammar::TokenTexts> Model::Impl::token_texts() const {
  const std::scoped_lock lock(token_texts_mutex);
  if (!token_texts_value) token_texts_value = std::make_shared<const grammar::TokenTexts>(*tokenizer);
  return token_texts_value;
}

Result<Model> Model::load(const std::filesystem::path& path, const LoadOptions& options) {
  return guard([&] { return load_model(path, options); });
}

const ModelInfo& Model::info() const noexcept { return impl_->info; }

Result<std::vector<Token>> Model::tokenize(std::string_view text, const TokenizeOptions& options) const {
  return guard([&]() -> Result<std::vector<Token>> {
    const SpecialTokens& special = impl_->tokenizer->special();
    std::vector<Token> tokens;
    if (options.add_bos && special.add_bos && special.bos != kNoToken) tokens.push_back(special.bos);
    LINNET_CHECK(impl_->tokenizer->encode(text, options.parse_special, tokens));
    if (options.add_bos && special.add_eos && special.eos != kNoToken) tokens.push_back(special.eos);
    return tokens;
  });
}

Result<std::string> Model::detokenize(std::span<const Token> tokens, bool show_special) const {
  return guard([&]() -> Result<std::string> {
    const std::size_t n_vocab = impl_->tokenizer->n_vocab();
    for (const Token token : tokens) {
      if (token < 0 || static_cast<std::size_t>(token) >= n_vocab) {
        return fail(ErrorCode::kInvalidArgument, "token {} is outside the vocabulary of {}", token, n_vocab);
      }
    }
    return impl_->tokenizer->decode(tokens, show_special);
  });
}

namespace {

bool in_vocabulary(const Model& model, Token token) noexcept {
  return token >= 0 && static_cast<std::size_t>(token) < model.impl()->tokenizer->n_vocab();
}

std::vector<TensorInfo> tensor_infos(const gguf::File& file) {
  std::vector<TensorInfo> infos;
  for (const gguf::Tensor& tensor : file.tensors()) {
    const std::string_view format = weight_type_info(tensor.type).name;
    TensorInfo info{std::string(tensor.name),
                    fmt::format("{}{}", format, tensor.is_packed ? " packed" : ""),
                    {},
                    tensor.data.size()};
    for (std::uint32_t d = tensor.n_dims; d-- > 0;)
      info.shape.push_back(static_cast<std::size_t>(tensor.shape[d]));
    infos.push_back(std::move(info));
  }
  return infos;
}

}  // namespace

Result<std::string> Model::piece(Token token) const {
  return guard([&]() -> Result<std::string> {
    return in_vocabulary(*this, token) ? impl_->tokenizer->piece(token) : std::string();
  });
}

Token Model::find_token(std::string_view text) const noexcept { return impl_->tokenizer->find(text); }

bool Model::is_special(Token token) const noexcept {
  return in_vocabulary(*this, token) && impl_->tokenizer->is_special(token);
}

bool Model::is_end_of_generation(Token token) const noexcept {
  return in_vocabulary(*this, token) && impl_->tokenizer->is_end_of_generation(token);
}

Token Model::bos_token() const noexcept { return impl_->tokenizer->special().bos; }
Token Model::eos_token() const noexcept { return impl_->tokenizer->special().eos; }

std::string_view Model::chat_template() const noexcept { return impl_->chat_template; }

Result<std::vector<MetadataEntry>> Model::metadata() const {
  return guard([&]() -> Result<std::vector<MetadataEntry>> {
    std::vector<MetadataEntry> entries;
    for (const gguf::Entry& entry : impl_->file->metadata().entries()) {
      entries.push_back({std::string(entry.key), gguf::type_name(entry), gguf::describe(entry.value)});
    }
    return entries;
  });
}

Result<std::vector<TensorInfo>> Model::tensors() const {
  return guard([&]() -> Result<std::vector<TensorInfo>> { return tensor_infos(*impl_->file); });
}

unsigned default_threads() noexcept { return count_usable_cores(); }

std::span<const std::string_view> usable_isas() noexcept {
  static const auto names = [] {
    std::array<std::string_view, kernels::kMaxTables> found;
    std::ranges::transform(kernels::usable_tables(), found.begin(), &kernels::KernelTable::isa);
    return found;
  }();
  return std::span(names).first(kernels::usable_tables().size());
}

std::string_view version() noexcept { return LINNET_VERSION_STRING; }

}  // namespace linnet
