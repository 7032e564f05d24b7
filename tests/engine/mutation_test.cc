// Damages the headers of small real files in thousands of ways and goes all the way with each: load, open a
// session, read tokens, make tokens. Each result must be an error with a message or a model that works; under
// the sanitizers, without a wrong read, and never with memory that such a small file cannot need.
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <limits>
#include <random>

#include <linnet/linnet.h>
#include <linnet/model.h>

#include "base/byte_reader.h"
#include "tests/support/model_file.h"
#include "tests/support/temp_folder.h"

namespace linnet {
namespace {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t n) { return static_cast<std::size_t>(random() % n); }

/// A file's bytes and where its parts are.
struct Original {
  explicit Original(const std::filesystem::path& path) : bytes(testing::file_text(path)) {
    const auto file = gguf::File::parse(std::as_bytes(std::span(bytes)), "whole").value();
    const auto* begin = reinterpret_cast<const std::byte*>(bytes.data());
    n_header = bytes.size();
    for (const gguf::Tensor& tensor : file->tensors()) {
      n_header = std::min(n_header, static_cast<std::size_t>(tensor.data.data() - begin));
    }
    const auto note = [&](std::string_view name, std::size_t n_bytes) {
      const auto end = static_cast<std::size_t>(name.data() + name.size() - bytes.data());
      for (std::size_t i = 0; i < n_bytes; i += 4) fields.push_back(end + i);
    };
    for (const gguf::Entry& entry : file->metadata().entries()) note(entry.key, 12);
    for (const gguf::Tensor& tensor : file->tensors()) note(tensor.name, 16 + 8 * tensor.n_dims);
  }
  /// A place in the header with `n` bytes after it: half of the time a type, a value, a length or an offset.
  std::size_t place(std::size_t n, Random& random) const {
    const std::size_t last = n_header - n;
    if (random() % 2 == 0) return below(random, last);
    return std::min(last, fields[below(random, fields.size())]);
  }

  std::string bytes;
  std::size_t n_header = 0;
  std::vector<std::size_t> fields;
};

using Mutation = void (*)(const Original&, std::string& bytes, Random&);

void flip_bit(const Original& original, std::string& bytes, Random& random) {
  char& byte = bytes[original.place(1, random)];
  byte = static_cast<char>(byte ^ (1 << below(random, 8)));
}

template <class T, std::size_t N>
void overwrite(const Original& original, std::string& bytes, Random& random, const std::array<T, N>& values) {
  const auto number = to_little(values[below(random, N)]);
  std::memcpy(bytes.data() + original.place(sizeof(T), random), number.data(), sizeof(T));
}

template <class T>
void overwrite_integer(const Original& original, std::string& bytes, Random& random) {
  constexpr T kMost = std::numeric_limits<T>::max();
  overwrite(
      original, bytes, random,
      std::array<T, 12>{0, 1, 2, 16, 31, 64, 0xFF, kMost / 2, kMost / 2 + 1, kMost / 64, kMost - 31, kMost});
}

void overwrite_float(const Original& original, std::string& bytes, Random& random) {
  using Limits = std::numeric_limits<float>;
  overwrite(original, bytes, random,
            std::array{0.0f, -1.0f, 1e-30f, 1e30f, Limits::denorm_min(), Limits::max(), Limits::infinity(),
                       -Limits::infinity(), Limits::quiet_NaN()});
}

void cut(const Original&, std::string& bytes, Random& random) { bytes.resize(below(random, bytes.size())); }

void remove_part(const Original& original, std::string& bytes, Random& random) {
  bytes.erase(original.place(16, random), 1 + below(random, 16));
}

void grow(const Original& original, std::string& bytes, Random& random) {
  const std::size_t from = original.place(64, random);
  const std::string part = bytes.substr(from, 1 + below(random, 64));
  bytes.insert(original.place(0, random), part);
}

void scribble(const Original& original, std::string& bytes, Random& random) {
  for (int i = 0; i < 64; ++i) {
    const std::size_t n_data = original.bytes.size() - original.n_header;
    bytes[original.n_header + below(random, n_data)] = static_cast<char>(random());
  }
}

constexpr Mutation kMutations[] = {&flip_bit,
                                   &overwrite_integer<std::uint32_t>,
                                   &overwrite_integer<std::uint64_t>,
                                   &overwrite_float,
                                   &cut,
                                   &remove_part,
                                   &grow,
                                   &scribble};

class Damaged : public testing::InTempFolder, public ::testing::WithParamInterface<std::string_view> {
 protected:
  /// Uses what is in the file as a program would. True if everything worked.
  bool works(const std::filesystem::path& path, unsigned n_threads) {
    LoadOptions load_options;
    load_options.n_threads = n_threads;
    const auto model = Model::load(path, load_options);
    if (!model) return refused(model.error());
    EXPECT_LT(model->info().n_weight_bytes, kMaxBytes);
    SessionOptions session_options;
    session_options.n_ctx = 8;
    session_options.n_threads = n_threads;
    auto session = Session::open(*model, session_options);
    if (!session) return refused(session.error());
    EXPECT_LT(session->n_bytes(), kMaxBytes);
    const auto n_vocab = static_cast<Token>(model->info().n_vocab);
    const std::array<Token, 3> tokens = {0, n_vocab / 2, n_vocab - 1};
    if (const auto appended = session->append(tokens); !appended) return refused(appended.error());
    GenerateOptions generate_options;
    generate_options.max_tokens = 2;
    const auto generation = session->generate(generate_options);
    if (!generation) return refused(generation.error());
    EXPECT_LE(generation->tokens.size(), 2u);
    return true;
  }

  /// The undamaged file that the parameter names.
  std::filesystem::path whole() const {
    std::string_view name = GetParam();
    if (!name.ends_with(kPacked)) return testing::tiny_model(name);
    name.remove_suffix(kPacked.size());
    pack(testing::tiny_model(name), folder() / "whole.gguf").value();
    return folder() / "whole.gguf";
  }

 private:
  static constexpr std::string_view kPacked = "_packed";
  static constexpr std::size_t kMaxBytes = 64 << 20;

  static bool refused(const Error& error) {
    EXPECT_FALSE(error.message.empty());
    EXPECT_TRUE(error.code == ErrorCode::kCorrupt || error.code == ErrorCode::kUnsupported ||
                error.code == ErrorCode::kNotFound || error.code == ErrorCode::kInvalidArgument)
        << to_string(error.code) << ": " << error.message;
    return false;
  }
};

TEST_P(Damaged, IsAnErrorOrWorks) {
  const Original original(whole());
  const std::filesystem::path path = folder() / "damaged.gguf";
  Random random(20261122);
  std::size_t n_working = 0;
  constexpr std::size_t kRounds = 45;
  for (std::size_t round = 0; round < kRounds; ++round) {
    for (const Mutation mutate : kMutations) {
      std::string bytes = original.bytes;
      for (std::size_t n = 1 + below(random, 2); n > 0 && bytes.size() >= original.bytes.size(); --n) {
        mutate(original, bytes, random);
      }
      std::ofstream(path, std::ios::binary) << bytes;
      n_working += works(path, 1 + static_cast<unsigned>(round % 8 == 0)) ? 1 : 0;
    }
  }
  // Both ends of the promise were tried.
  EXPECT_GT(n_working, 10u);
  EXPECT_GT(kRounds * std::size(kMutations) - n_working, 200u);
}

INSTANTIATE_TEST_SUITE_P(Tiny, Damaged, ::testing::ValuesIn(testing::kTinyModels),
                         [](const auto& instance) { return std::string(instance.param); });

INSTANTIATE_TEST_SUITE_P(TinyPacked, Damaged,
                         ::testing::Values("gemma3_packed", "llama_mixed_formats_packed"),
                         [](const auto& instance) { return std::string(instance.param); });

}  // namespace
}  // namespace linnet
