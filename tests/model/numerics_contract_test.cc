// The numerics contract (docs/numerics.md): a file and a prompt give the same bits of all logits for every
// number of threads, chunking and instruction set, on every processor, whether computed at once or after a
// rewind. The committed hashes are what ties different machines together.
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

#include <linnet/linnet.h>

#include "base/byte_reader.h"
#include "tests/support/model_file.h"
#include "tests/support/temp_folder.h"

namespace linnet {
namespace {

struct Expected {
  friend std::ostream& operator<<(std::ostream& out, const Expected& e) { return out << e.name; }
  std::string_view name;  // a tiny model, or the weight format that llama_mixed_formats is stored in
  std::uint64_t hashes[std::size(kCacheFormats)];  // of all logits, by the cache's format
};

// A deliberate change of the arithmetic changes these; the failing test prints the new rows.
constexpr Expected kExpected[] = {
    {"llama_tied", {0xB394AA2144AD83CA, 0xE48F715819A0110F, 0x43CA1824ADA35C73, 0x40F90E6FD8A78837}},
    {"llama_untied", {0x749C4FD2E55D5474, 0x68C94BD6312AF341, 0xF986CC32EE8CE510, 0xE06417BC449451BA}},
    {"llama_rope_freqs", {0xD06A37702F6115C9, 0x37894E25FB64C8AD, 0xBE278567D561603C, 0xBA4688AAC54BCB32}},
    {"qwen2", {0x5D81954E49D1179D, 0x0E237EB3176A874D, 0xA81CF306109871C9, 0x01345B1A5A6EE1C8}},
    {"qwen3", {0x02928DC1657BED72, 0x68E2AAAF73E05D8A, 0xFB14D7CCFE536DBA, 0xFB516B343A37B60B}},
    {"gemma3", {0x207F0E89993B8799, 0x0A243FB25F79D7C2, 0xD819D08E5A773198, 0x10E504B4C6CE9766}},
    {"llama_mixed_formats", {0x400EEDFF0231AA6E, 0x42AB5FCB26113085, 0x891451E569753D12, 0x4D61EADEE7CC1A58}},
    {"F32", {0x4BD2EAE689FA6309, 0x2C9B187331911C17, 0xC442A5A9E9A01144, 0xAC8AEA9A0655FD71}},
    {"F16", {0x0C48511CAA4080F7, 0x8B28DB9AA5438328, 0x9AED6CEA9D82AB8A, 0x21C5C74EA1AF932A}},
    {"BF16", {0xAFB97495988EEF74, 0x8DFEF2B7D01D1B8F, 0xFA87CAE6C89E3775, 0x002FAA31389F24A8}},
    {"Q8_0", {0x681EDC791FC4BA2E, 0xAAD83D843B42ED0A, 0xF5FC623089B66FBE, 0xFAFAFCCA5B97B702}},
    {"Q4_0", {0x8B9CB1048B21C118, 0x39506059EDB3DDF7, 0x1B7485566B589673, 0xAD5A8322AD62780E}},
    {"Q4_1", {0xC4AD1BD8524AC3DD, 0x0E56F5962CD417F3, 0xA948A4838D0546A5, 0xF76A32C19420F173}},
    {"Q5_0", {0xCCEB4B0363DEF34B, 0x345A6E228CD5D06C, 0xDCCFB611A2D0567A, 0x565AF918714D2F41}},
    {"Q5_1", {0x06C16305791900EE, 0xAB128AA060F58BBF, 0x6A745BFF0B934542, 0x6FFF0D9FAEC0B1B5}},
    {"Q4_K", {0x1C69DA18CB50D641, 0x132375D2DBB2C66F, 0x0BC20A457BC13BD6, 0xA74C42B6694E36BC}},
    {"Q5_K", {0x800BCC597E7D9FF6, 0x8EBCD6C2EA1376F6, 0x5D080C8D9A8CD824, 0xCC7BB229EBC36F73}},
    {"Q6_K", {0x5690598A3843101B, 0xAE3E1A16BA28D7F6, 0xA46952DBD0FE455C, 0x3A4432B39CFE0DF8}},
};

/// FNV-1a, 64 bits, over the little-endian bytes of floats.
class Hash {
 public:
  void add(std::span<const float> values) {
    for (const float value : values) {
      for (const std::byte byte : to_little(std::bit_cast<std::uint32_t>(value))) {
        state_ = (state_ ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001B3u;
      }
    }
  }
  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0xCBF29CE484222325u;
};

std::vector<Token> prompt_of(const Model& model) {
  std::vector<Token> tokens;
  const auto n_vocab = static_cast<Token>(model.info().n_vocab);
  for (Token i = 0; i < 200; ++i) tokens.push_back((i * i + 37 * i + 11) % n_vocab);
  return tokens;
}

Session open_session(const Model& model, unsigned n_threads, std::size_t n_chunk, CacheFormat cache) {
  SessionOptions options;
  options.n_ctx = 200;
  options.n_threads = n_threads;
  options.n_chunk = n_chunk;
  options.cache = cache;
  return Session::open(model, options).value();
}

void append_to(Session& session, std::span<const Token> tokens, Hash& hash) {
  session
      .append(tokens,
              [&](std::size_t, std::span<const float> logits) {
                hash.add(logits);
                return true;
              })
      .value();
}

std::uint64_t hash_of(const Model& model, unsigned n_threads, std::size_t n_chunk, CacheFormat cache) {
  Session session = open_session(model, n_threads, n_chunk, cache);
  Hash hash;
  append_to(session, prompt_of(model), hash);
  return hash.value();
}

/// The same logits from a session that saw other tokens before, forgot them, and is given its prompt in
/// pieces.
std::uint64_t hash_after_rewinds(const Model& model, CacheFormat cache) {
  Session session = open_session(model, 2, 32, cache);
  const std::vector<Token> prompt = prompt_of(model);
  const std::span<const Token> all(prompt);
  session.append(all.last(50)).value();
  session.rewind(0).value();
  Hash hash;
  append_to(session, all.first(101), hash);
  session.append(all.first(60)).value();
  session.rewind(101).value();
  append_to(session, all.subspan(101, 1), hash);
  append_to(session, all.subspan(102), hash);
  return hash.value();
}

class NumericsContract : public testing::InTempFolder, public ::testing::WithParamInterface<Expected> {
 protected:
  /// The case's model file, made if it is not a committed one.
  std::filesystem::path path() const {
    if (std::ranges::count(testing::kTinyModels, GetParam().name) > 0) {
      return testing::tiny_model(GetParam().name);
    }
    const auto* type = std::ranges::find(kWeightTypes, GetParam().name, &WeightTypeInfo::name);
    return testing::ModelFile(testing::tiny_model("llama_mixed_formats"))
        .convert(type->type)
        .write(folder() / "model.gguf");
  }
};

TEST_P(NumericsContract, BitsNeverDiffer) {
  for (const std::string_view isa : usable_isas()) {
    LoadOptions options;
    options.isa = isa;
    options.n_threads = 2;
    const Model model = Model::load(path(), options).value();
    std::vector<std::uint64_t> hashes;
    for (const auto& [cache, name, element_bytes] : kCacheFormats) {
      const std::uint64_t hash = hashes.emplace_back(hash_of(model, 2, 64, cache));
      // The portable kernels are slow, and what is left to try is the same code around them.
      if (isa == "portable" && usable_isas().size() > 1) continue;
      EXPECT_EQ(hash_of(model, 1, 1, cache), hash) << isa;
      EXPECT_EQ(hash_of(model, 3, 200, cache), hash) << isa;
      EXPECT_EQ(hash_of(model, 4, 7, cache), hash) << isa;
      EXPECT_EQ(hash_after_rewinds(model, cache), hash) << isa;
    }
    EXPECT_TRUE(std::ranges::equal(hashes, GetParam().hashes)) << fmt::format(
        "with {}: {{\"{}\", {{0x{:016X}}}}},", isa, GetParam().name, fmt::join(hashes, ", 0x"));
  }
}

INSTANTIATE_TEST_SUITE_P(Tiny, NumericsContract, ::testing::ValuesIn(kExpected),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST(NumericsContractCases, CoverEveryModelAndFormat) {
  const auto has = [](std::string_view name) {
    return std::ranges::count(kExpected, name, &Expected::name) == 1;
  };
  for (const std::string_view name : testing::kTinyModels) EXPECT_TRUE(has(name)) << name;
  for (const WeightTypeInfo& info : kWeightTypes) {
    EXPECT_EQ(has(info.name), quant::find_codec(info.type) != nullptr) << info.name;
  }
}

}  // namespace
}  // namespace linnet
