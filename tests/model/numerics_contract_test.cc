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
    {"llama_mixed_formats", {0xA0F45DEFF10D24D9, 0x363732AEB65C587B, 0x3AB5ACC8591E39F6, 0x3207422EC964824A}},
    {"F32", {0x4BD2EAE689FA6309, 0x2C9B187331911C17, 0xC442A5A9E9A01144, 0xAC8AEA9A0655FD71}},
    {"F16", {0x0C48511CAA4080F7, 0x8B28DB9AA5438328, 0x9AED6CEA9D82AB8A, 0x21C5C74EA1AF932A}},
    {"BF16", {0xAFB97495988EEF74, 0x8DFEF2B7D01D1B8F, 0xFA87CAE6C89E3775, 0x002FAA31389F24A8}},
    {"Q8_0", {0x4583AFAB7C7E151E, 0xB1E26179D2707469, 0x7F5C90ECC90BB82F, 0x3D09DD665F403BBF}},
    {"Q4_0", {0x2051D4DC4A4BC1CD, 0xC9E4F73C941CDE0E, 0xFA0428C6537A0F14, 0xDC9DEF16D77D6495}},
    {"Q4_1", {0x48826F3F796721C6, 0xACD66AEAA1F554C4, 0x4B7B0FE3881AEC03, 0x6561D52C446D37E4}},
    {"Q5_0", {0x5DE06167CA42CA6F, 0xBE57F5689D75712C, 0x842200EB309E8732, 0x9ECA4B8ACCA634B0}},
    {"Q5_1", {0x2163A82C6E5911A7, 0x0777403126C6073E, 0x0304B07EE29C3ED1, 0x59295E03F004CBDA}},
    {"Q4_K", {0x6EF35B094277A845, 0x63524DEFF946D4D3, 0x0C18173D0D881D04, 0xC6FADEA729C23383}},
    {"Q5_K", {0x5A44B6BA607912B2, 0xABA885DB70EEB84F, 0xA4A663412E612B16, 0x4055786AD9E795C6}},
    {"Q6_K", {0xB3962F93F30DF8D7, 0x0F7CBD0774A633E6, 0x219D0D8D84612755, 0x2B3A07724066E064}},
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
