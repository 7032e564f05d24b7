// Damages the headers of small real files in thousands of ways. Each result must be an error with a message,
// or a file whose every value and tensor can be walked; under the sanitizers, without a byte read outside the
// buffer.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <random>

#include "gguf/reader.h"
#include "gguf/writer.h"
#include "quant/packed.h"
#include "tests/gguf/listing.h"
#include "tests/support/temp_folder.h"

namespace linnet::gguf {
namespace {

using Bytes = std::vector<std::byte>;
using Random = std::mt19937_64;

Bytes small_model() {
  static const Bytes data(64 * 3 * 4, std::byte{1});
  Writer writer;
  writer.add("general.architecture", "llama");
  writer.add("llama.context_length", std::uint32_t{2048});
  writer.add("llama.rope.freq_base", 1e4f);
  writer.add("flag", true);
  writer.add_array("tokenizer.ggml.tokens", std::vector<std::string>{"<s>", "a", "b", "ab"});
  writer.add_array("tokenizer.ggml.scores", std::array{0.0f, -1.0f, -2.0f, -3.0f});
  writer.add_array("bools", std::array{true, false});
  writer.add_tensor("token_embd.weight", WeightType::kF32, std::array<std::uint64_t, 2>{64, 3}, data);
  writer.add_tensor("blk.0.ffn_up.weight", WeightType::kQ4_1, std::array<std::uint64_t, 2>{64, 3},
                    std::span(data).first(120));
  return writer.to_bytes().value();
}

Bytes aligned_tensors() {
  static const Bytes data(34, std::byte{7});
  Writer writer(128);
  for (const char* name : {"a", "b", "c"}) {
    writer.add_tensor(name, WeightType::kQ8_0, std::array<std::uint64_t, 3>{32, 1, 1}, data);
  }
  return writer.to_bytes().value();
}

Bytes packed_tensors() {
  static const Bytes data(2 * 2 * 544, std::byte{7});
  Writer writer(kPackedAlignment);
  writer.add(kPackedLayoutKey, quant::kPackedLayout);
  for (const char* name : {"a", "b"}) {
    writer.add_tensor(name, WeightType::kQ8_0, true, std::array<std::uint64_t, 2>{64, 17},
                      [](const Writer::Sink& sink) { return sink(data); });
  }
  return writer.to_bytes().value();
}

std::vector<Bytes> real_files() {
  std::vector<Bytes> files = {small_model(), aligned_tensors(), packed_tensors()};
  for (const auto& entry : std::filesystem::recursive_directory_iterator(LINNET_GOLDEN_DIR)) {
    if (entry.path().extension() != ".gguf") continue;
    const std::string text = linnet::testing::file_text(entry.path());
    const auto bytes = std::as_bytes(std::span(text));
    files.emplace_back(bytes.begin(), bytes.end());
  }
  return files;
}

/// Where the data of the first tensor starts: what is before it is the header.
std::size_t header_size(const Bytes& bytes) {
  const auto file = File::parse(bytes, "whole").value();
  const auto first =
      std::ranges::min_element(file->tensors(), {}, [](const Tensor& t) { return t.data.data(); });
  return first == file->tensors().end() ? bytes.size()
                                        : static_cast<std::size_t>(first->data.data() - bytes.data());
}

/// Reads `bytes` and walks what comes of it. True if it was read.
bool survives(const Bytes& bytes) {
  const Bytes exact(bytes.begin(),
                    bytes.end());  // no spare capacity: a sanitizer sees each byte past the end
  const auto file = File::parse(exact, "mutant.gguf");
  if (!file) {
    EXPECT_TRUE(file.error().code == ErrorCode::kCorrupt || file.error().code == ErrorCode::kUnsupported);
    EXPECT_TRUE(file.error().message.starts_with("mutant.gguf: ")) << file.error().message;
    return false;
  }
  EXPECT_FALSE(testing::listing(**file).empty() && (*file)->metadata().entries().size() > 0);
  for (const Entry& entry : (*file)->metadata().entries()) {
    EXPECT_FALSE(describe(entry.value).empty() || type_name(entry).empty());
  }
  for (const Tensor& tensor : (*file)->tensors()) EXPECT_EQ((*file)->find(tensor.name), &tensor);
  return true;
}

std::size_t below(Random& random, std::size_t n) { return static_cast<std::size_t>(random() % n); }

using Mutation = void (*)(Bytes&, std::size_t n_header, Random&);

void flip_bit(Bytes& bytes, std::size_t n_header, Random& random) {
  bytes[below(random, n_header)] ^= std::byte{1} << static_cast<int>(below(random, 8));
}

template <class T>
void overwrite_number(Bytes& bytes, std::size_t n_header, Random& random) {
  constexpr T kMost = std::numeric_limits<T>::max();
  const std::array<T, 10> values = {0, 1, 2, 8, 31, 0xFF, kMost / 2, kMost / 2 + 1, kMost - 31, kMost};
  const auto number = to_little(values[below(random, values.size())]);
  std::ranges::copy(number, bytes.begin() + static_cast<std::ptrdiff_t>(below(random, n_header - sizeof(T))));
}

void cut(Bytes& bytes, std::size_t, Random& random) { bytes.resize(below(random, bytes.size())); }

void remove_part(Bytes& bytes, std::size_t n_header, Random& random) {
  const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(below(random, n_header - 16));
  bytes.erase(first, first + static_cast<std::ptrdiff_t>(1 + below(random, 16)));
}

void insert_noise(Bytes& bytes, std::size_t n_header, Random& random) {
  Bytes noise(1 + below(random, 16));
  for (std::byte& b : noise) b = static_cast<std::byte>(random());
  bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(below(random, n_header)), noise.begin(),
               noise.end());
}

void repeat_part(Bytes& bytes, std::size_t n_header, Random& random) {
  const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(below(random, n_header - 64));
  const Bytes part(first, first + static_cast<std::ptrdiff_t>(1 + below(random, 64)));
  bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(below(random, n_header)), part.begin(),
               part.end());
}

constexpr Mutation kMutations[] = {&flip_bit,
                                   &overwrite_number<std::uint32_t>,
                                   &overwrite_number<std::uint64_t>,
                                   &cut,
                                   &remove_part,
                                   &insert_noise,
                                   &repeat_part};

TEST(Mutation, EveryByteOfTheHeaderMayBeWrong) {
  for (const Bytes& original : {small_model(), aligned_tensors(), packed_tensors()}) {
    Bytes bytes = original;
    for (std::size_t i = 0; i < header_size(original); ++i) {
      for (const std::byte wrong :
           {std::byte{0}, std::byte{0xFF}, original[i] ^ std::byte{1}, original[i] ^ std::byte{0x80}}) {
        bytes[i] = wrong;
        survives(bytes);
      }
      bytes[i] = original[i];
    }
  }
}

TEST(Mutation, TheFileMayEndAnywhere) {
  for (const Bytes& original : real_files()) {
    ASSERT_TRUE(survives(original));
    // The padding behind the last tensor is all that a file can do without.
    const auto file = File::parse(original, "whole").value();
    std::size_t n_needed = header_size(original);
    for (const Tensor& t : file->tensors()) {
      n_needed =
          std::max(n_needed, static_cast<std::size_t>(t.data.data() + t.data.size() - original.data()));
    }
    for (std::size_t n = 0; n < std::min<std::size_t>(n_needed, 4096); ++n) {
      ASSERT_FALSE(survives(Bytes(original.begin(), original.begin() + static_cast<std::ptrdiff_t>(n)))) << n;
    }
  }
}

TEST(Mutation, RandomDamageIsAnErrorOrAFile) {
  Random random(20261122);
  std::size_t n_read = 0, n_refused = 0;
  for (const Bytes& original : real_files()) {
    const std::size_t n_header = header_size(original);
    const std::size_t n_rounds =
        std::clamp<std::size_t>(4'000'000 / original.size(), 5, 400);  // bounds the time
    for (std::size_t round = 0; round < n_rounds; ++round) {
      for (const Mutation mutate : kMutations) {
        Bytes bytes = original;
        for (std::size_t n = 1 + below(random, 3); n > 0 && bytes.size() >= n_header; --n)
          mutate(bytes, n_header, random);
        (survives(bytes) ? n_read : n_refused) += 1;
      }
    }
  }
  // Both ends of the promise were tried.
  EXPECT_GT(n_read, 200u);
  EXPECT_GT(n_refused, 2000u);
}

}  // namespace
}  // namespace linnet::gguf
