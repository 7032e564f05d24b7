// A GGUF file taken apart, so that a test can change it and put it together again; and the tiny models of
// tests/golden/model, which are what most tests change.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "gguf/reader.h"
#include "gguf/writer.h"
#include "quant/codec.h"

namespace linnet::testing {

/// tests/golden/model/NAME.gguf.
inline std::filesystem::path tiny_model(std::string_view name) {
  return std::filesystem::path(LINNET_GOLDEN_DIR) / "model" / fmt::format("{}.gguf", name);
}

/// The tiny models: every architecture, and one with every weight format.
inline constexpr std::string_view kTinyModels[] = {
    "llama_tied", "llama_untied", "llama_rope_freqs", "qwen2", "qwen3", "gemma3", "llama_mixed_formats"};

class ModelFile {
 public:
  using Setting = std::variant<bool, std::int64_t, std::uint64_t, double, std::string,
                               std::vector<std::int64_t>, std::vector<double>, std::vector<std::string>>;
  struct Tensor {
    std::string name;
    WeightType type;
    std::vector<std::uint64_t> shape;  // columns first
    std::vector<std::byte> data;

    std::size_t n_columns() const { return static_cast<std::size_t>(shape[0]); }
    std::size_t n_rows() const { return shape.size() < 2 ? 1 : static_cast<std::size_t>(shape[1]); }
    std::vector<float> values() const;
    /// Encodes `values`, which may be fewer or more than there were, as long as whole rows.
    void set_values(WeightType to, const std::vector<float>& values);
  };

  explicit ModelFile(const std::filesystem::path& path);

  ModelFile& set(std::string_view key, Setting value);
  ModelFile& remove(std::string_view key);
  ModelFile& remove_tensor(std::string_view name);
  /// Adds a tensor, or replaces the one of that name: F32, all elements `value`.
  ModelFile& set_tensor(std::string_view name, std::vector<std::uint64_t> shape, float value);
  Tensor& tensor(std::string_view name);
  std::vector<Tensor>& tensors() { return tensors_; }
  /// Stores all matrices whose rows are whole blocks in another format.
  ModelFile& convert(WeightType to);

  std::vector<std::byte> bytes() const { return make_writer().to_bytes().value(); }
  /// Writes the file and gives its path back.
  std::filesystem::path write(const std::filesystem::path& path) const;

 private:
  gguf::Writer make_writer() const;

  std::vector<std::pair<std::string, Setting>> settings_;
  std::vector<Tensor> tensors_;
};

inline std::vector<float> ModelFile::Tensor::values() const {
  const quant::Codec& codec = *quant::find_codec(type);
  const std::size_t row_bytes = n_columns() / codec.block_columns * codec.block_bytes;
  std::vector<float> values(n_columns() * n_rows());
  for (std::size_t row = 0; row < n_rows(); ++row) {
    codec.decode_row(data.data() + row * row_bytes, values.data() + row * n_columns(), n_columns());
  }
  return values;
}

inline void ModelFile::Tensor::set_values(WeightType to, const std::vector<float>& values) {
  const quant::Codec& codec = *quant::find_codec(to);
  const std::size_t row_bytes = n_columns() / codec.block_columns * codec.block_bytes;
  const std::size_t n = values.size() / n_columns();
  type = to;
  if (shape.size() > 1) shape[1] = n;
  data.resize(n * row_bytes);
  for (std::size_t row = 0; row < n; ++row) {
    codec.encode_row(values.data() + row * n_columns(), data.data() + row * row_bytes, n_columns());
  }
}

inline ModelFile::ModelFile(const std::filesystem::path& path) {
  const auto file = gguf::File::open(path).value();
  for (const gguf::Entry& entry : file->metadata().entries()) {
    Setting& setting = settings_.emplace_back(std::string(entry.key), false).second;
    if (const auto* text = std::get_if<std::string_view>(&entry.value)) {
      setting = std::string(*text);
    } else if (const auto* texts = std::get_if<gguf::StringArray>(&entry.value)) {
      setting = std::vector<std::string>(texts->begin(), texts->end());
    } else if (const auto* numbers = std::get_if<gguf::NumberArray>(&entry.value)) {
      const bool real = numbers->type == gguf::ValueType::kF32 || numbers->type == gguf::ValueType::kF64;
      std::vector<std::int64_t> integers;
      std::vector<double> reals;
      for (std::size_t i = 0; i < numbers->count; ++i) {
        real ? reals.push_back(numbers->real(i)) : integers.push_back(numbers->integer(i));
      }
      setting = real ? Setting(reals) : Setting(integers);
    } else if (const auto* flag = std::get_if<bool>(&entry.value)) {
      setting = *flag;
    } else if (const auto* number = std::get_if<std::int64_t>(&entry.value)) {
      setting = *number;
    } else if (const auto* natural = std::get_if<std::uint64_t>(&entry.value)) {
      setting = *natural;
    } else {
      setting = std::get<double>(entry.value);
    }
  }
  for (const gguf::Tensor& t : file->tensors()) {
    tensors_.push_back(
        {std::string(t.name), t.type, {t.shape, t.shape + t.n_dims}, {t.data.begin(), t.data.end()}});
  }
}

inline ModelFile& ModelFile::set(std::string_view key, Setting value) {
  remove(key);
  settings_.emplace_back(std::string(key), std::move(value));
  return *this;
}

inline ModelFile& ModelFile::remove(std::string_view key) {
  std::erase_if(settings_, [&](const auto& setting) { return setting.first == key; });
  return *this;
}

inline ModelFile& ModelFile::remove_tensor(std::string_view name) {
  std::erase_if(tensors_, [&](const Tensor& t) { return t.name == name; });
  return *this;
}

inline ModelFile& ModelFile::set_tensor(std::string_view name, std::vector<std::uint64_t> shape,
                                        float value) {
  remove_tensor(name);
  std::size_t n = 1;
  for (const std::uint64_t length : shape) n *= static_cast<std::size_t>(length);
  Tensor& t = tensors_.emplace_back(Tensor{std::string(name), WeightType::kF32, std::move(shape), {}});
  t.set_values(WeightType::kF32, std::vector<float>(n, value));
  return *this;
}

inline ModelFile::Tensor& ModelFile::tensor(std::string_view name) {
  return *std::ranges::find(tensors_, name, &Tensor::name);
}

inline ModelFile& ModelFile::convert(WeightType to) {
  for (Tensor& t : tensors_) {
    if (t.shape.size() < 2 || t.n_columns() % quant::find_codec(to)->block_columns != 0) continue;
    t.set_values(to, t.values());
  }
  return *this;
}

inline std::filesystem::path ModelFile::write(const std::filesystem::path& path) const {
  make_writer().write(path).value();
  return path;
}

inline gguf::Writer ModelFile::make_writer() const {
  gguf::Writer writer;
  for (const auto& [key, setting] : settings_) {
    std::visit(
        [&, name = std::string_view(key)](const auto& value) {
          if constexpr (requires { typename std::decay_t<decltype(value)>::value_type; } &&
                        !std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
            writer.add_array(name, value);
          } else {
            writer.add(name, value);
          }
        },
        setting);
  }
  for (const Tensor& t : tensors_) writer.add_tensor(t.name, t.type, t.shape, t.data);
  return writer;
}

}  // namespace linnet::testing
