// Matrix products and attention on one thread, by instruction set: what fraction of memory bandwidth (GB/s of
// weights or cache read) and of arithmetic (GMAC/s) they reach.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "base/rng.h"
#include "kernels/cache_layout.h"
#include "kernels/registry.h"
#include "quant/all_types.h"
#include "quant/codec.h"
#include "quant/packed.h"

namespace linnet::kernels {
namespace {

// Rows and columns: of the size of a small model's feed-forward layer.
constexpr std::size_t kSide = 2048;

std::vector<float> random_floats(std::size_t n) {
  Rng rng(1);
  std::vector<float> values(n);
  for (float& value : values) value = rng.next_float() - 0.5f;
  return values;
}

void report(benchmark::State& state, std::size_t n_bytes, std::size_t n_products) {
  const auto rate = [&](std::size_t each) {
    const double total = static_cast<double>(each) * static_cast<double>(state.iterations());
    return benchmark::Counter(total / 1e9, benchmark::Counter::kIsRate);
  };
  state.counters["GB/s"] = rate(n_bytes);
  state.counters["GMAC/s"] = rate(n_products);
}

/// A matrix whose row groups are all alike: encoding is slow, and speed does not depend on values.
std::vector<std::byte> packed_matrix(quant::TypeId type) {
  const quant::Codec& codec = *quant::find_codec(type);
  const quant::PackedFormat& format = *quant::find_packed_format(type);
  const std::size_t row_bytes = kSide / codec.block_columns * codec.block_bytes;
  const std::vector<float> values = random_floats(quant::kTileRows * kSide);
  std::vector<std::byte> rows(quant::kTileRows * row_bytes);
  for (std::size_t r = 0; r < quant::kTileRows; ++r) {
    codec.encode_row(&values[r * kSide], &rows[r * row_bytes], kSide);
  }
  const std::size_t group_bytes = kSide / format.tile_columns * format.tile_bytes;
  std::vector<std::byte> tiles(kSide / quant::kTileRows * group_bytes);
  for (std::size_t at = 0; at < tiles.size(); at += group_bytes) {
    format.pack_group(rows.data(), row_bytes, quant::kTileRows, kSide, &tiles[at]);
  }
  return tiles;
}

void matmul(benchmark::State& state, const KernelTable& table, quant::TypeId type) {
  const auto n_tokens = static_cast<std::size_t>(state.range(0));
  const std::size_t n_blocks = kSide / quant::kBlockColumns;
  const std::vector<std::byte> tiles = packed_matrix(type);
  const std::vector<float> x = random_floats(kSide);
  std::vector<quant::ActivationBlock> blocks(n_blocks * n_tokens);
  std::vector<quant::ActivationBlock> refinements(blocks.size());
  std::vector<std::uint8_t> refined(blocks.size());
  std::vector<FloatBlock> floats(blocks.size());
  for (std::size_t t = 0; t < n_tokens; ++t) {
    const auto [at, apart] = quant::panel_position(t, n_tokens, n_blocks);
    table.quantize(x.data(), n_blocks, 6.0f, &blocks[at], &refinements[at], &refined[at], apart);
    for (std::size_t b = 0; b < n_blocks; ++b) {
      std::memcpy(&floats[at + b * apart], &x[b * quant::kBlockColumns], sizeof(FloatBlock));
    }
  }
  const MatMulInput input{{blocks.data(), refinements.data(), refined.data()}, floats.data()};
  std::vector<float> y(n_tokens * kSide);
  const auto multiply = table.matmul[quant::find_packed_format(type)->index];
  for (auto _ : state) {
    multiply(tiles.data(), kSide / quant::kTileRows, n_blocks, input, n_tokens, y.data(), kSide);
    benchmark::DoNotOptimize(y.data());
    benchmark::ClobberMemory();
  }
  report(state, tiles.size(), kSide * kSide * n_tokens);
}

void attend(benchmark::State& state, const KernelTable& table, CacheElement element) {
  constexpr std::size_t kHeadDim = 64;
  constexpr std::size_t kBlocks = 32;
  constexpr std::size_t kElements = kBlocks * kAttentionBlock * kHeadDim;
  const auto n_rows = static_cast<std::size_t>(state.range(0));
  const CacheLayout& layout = cache_layout(element);
  const std::size_t block_bytes = kAttentionBlock / kTilePositions * layout.head_tile_bytes(kHeadDim);
  std::vector<std::byte> keys(kBlocks * block_bytes);
  std::vector<std::byte> values(kBlocks * block_bytes);
  const std::vector<float> rows_of_cache = random_floats(2 * kElements);
  for (std::size_t p = 0; p < kBlocks * kAttentionBlock; ++p) {
    const std::size_t at = p / kAttentionBlock * block_bytes;
    layout.store(table, &rows_of_cache[p * kHeadDim], &rows_of_cache[kElements + p * kHeadDim], kHeadDim,
                 p % kAttentionBlock, &keys[at], &values[at]);
  }
  const auto block = [&](std::size_t b) {
    return AttentionBlock{&keys[b * block_bytes], &values[b * block_bytes], kHeadDim};
  };
  const std::vector<float> queries = random_floats(n_rows * kHeadDim);
  std::vector<float> sums(n_rows * kHeadDim);
  std::vector<AttentionRow> rows(n_rows);
  for (auto _ : state) {
    for (std::size_t r = 0; r < n_rows; ++r) {
      rows[r] = {&queries[r * kHeadDim],
                 0,
                 kAttentionBlock,
                 &sums[r * kHeadDim],
                 -std::numeric_limits<float>::infinity(),
                 0.0f};
    }
    for (std::size_t b = 0; b < kBlocks; ++b) {
      table.attend[static_cast<std::size_t>(element)](block(b), rows.data(), n_rows);
    }
    benchmark::DoNotOptimize(sums.data());
    benchmark::ClobberMemory();
  }
  report(state, keys.size() + values.size(), 2 * kElements * n_rows);
}

void register_all(const KernelTable& table) {
  const std::string isa = table.isa;
  quant::for_each_type(quant::AllTypes{}, [&](auto tag) {
    using Format = typename decltype(tag)::Type;
    const std::string name = "matmul/" + isa + "/" + std::string(Format::kName);
    benchmark::RegisterBenchmark(name.c_str(),
                                 [&table](benchmark::State& state) { matmul(state, table, Format::kId); })
        ->ArgName("tokens")
        ->Arg(1)
        ->Arg(8)
        ->Arg(16)
        ->Arg(256);
  });
  constexpr const char* kCacheNames[CacheTypes::kSize] = {"/F16", "/F32", "/Q8_0", "/Q4_0"};
  for (std::size_t i = 0; i < CacheTypes::kSize; ++i) {
    const std::string name = "attend/" + isa + kCacheNames[i];
    benchmark::RegisterBenchmark(
        name.c_str(),
        [&table, i](benchmark::State& state) { attend(state, table, static_cast<CacheElement>(i)); })
        ->ArgName("rows")
        ->Arg(1)
        ->Arg(3)
        ->Arg(32);
  }
}

}  // namespace
}  // namespace linnet::kernels

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  for (const auto* table : linnet::kernels::usable_tables()) linnet::kernels::register_all(*table);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
