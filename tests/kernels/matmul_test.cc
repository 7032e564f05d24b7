// Products of every format by every instruction set, against their definition in double.
#include "kernels/matmul.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>

#include "quant/all_types.h"
#include "quant/packed.h"
#include "tests/kernels/support.h"

namespace linnet::kernels {
namespace {

using quant::kBlockColumns;
using quant::kTileRows;

template <class... Formats>
::testing::Types<Formats...> as_test_types(quant::TypeList<Formats...>);
using AllFormats = decltype(as_test_types(quant::AllTypes{}));

struct FormatNames {
  template <class Format>
  static std::string GetName(int) {
    return std::string(Format::kName);
  }
};

enum class Data { kRandom, kExtreme };

/// A matrix in a format: its blocks, its tiles, and what the definition takes from it.
template <class Format>
struct Weights {
  using Block = typename Format::Block;
  static constexpr bool kIsFloat = Format::kColumns == 1;

  Weights(Rng& rng, Data data, std::size_t rows, std::size_t columns) : n_rows(rows), n_columns(columns) {
    const std::size_t row_blocks = columns / Format::kColumns;
    blocks.resize(rows * row_blocks);
    for (Block& block : blocks) fill(rng, data, block);
    const quant::PackedFormat& packed = *quant::find_packed_format(Format::kId);
    const std::size_t group_bytes = columns / packed.tile_columns * packed.tile_bytes;
    tiles.resize(n_groups() * group_bytes);
    for (std::size_t g = 0; g < n_groups(); ++g) {
      const std::size_t first = g * kTileRows;
      packed.pack_group(&blocks[first * row_blocks], row_blocks * sizeof(Block),
                        std::min(kTileRows, rows - first), columns, &tiles[g * group_bytes]);
    }
    define();
  }

  std::size_t n_groups() const { return (n_rows + kTileRows - 1) / kTileRows; }

  /// Random codes; scales from 2^-10 to 2^-2, or zero, subnormal or large with the largest codes.
  static void fill(Rng& rng, Data data, Block& block) {
    auto* bytes = reinterpret_cast<std::uint8_t*>(&block);
    const bool largest = data == Data::kExtreme && rng.next() % 2 == 0;
    for (std::size_t i = 0; i < sizeof block; ++i) {
      bytes[i] = largest ? 0xff : static_cast<std::uint8_t>(rng.next());
    }
    if constexpr (std::is_same_v<Block, float>) {
      block = value(rng, data);
    } else if constexpr (kIsFloat) {
      Format::encode(std::array{value(rng, data)}.data(), block);
    } else {
      block.scale = half(rng, data);
      if constexpr (requires { block.minimum; }) block.minimum = half(rng, data);
    }
  }

  static float value(Rng& rng, Data data) {
    constexpr float kExtremes[] = {0.0f, -0.0f, 0x1p-24f, 0x1p-140f, 3e4f, -3e4f};
    return data == Data::kExtreme && rng.next() % 2 == 0 ? kExtremes[rng.next() % 6] : symmetric(rng, 1.0f);
  }

  static std::uint16_t half(Rng& rng, Data data) {
    constexpr std::uint16_t kExtremes[] = {0x0000, 0x8000, 0x0001, 0x83ff, 0x7bff, 0xfbff};
    if (data == Data::kExtreme && rng.next() % 2 == 0) return kExtremes[rng.next() % 6];
    const auto exponent = static_cast<std::uint16_t>(5 + rng.next() % 8);
    return static_cast<std::uint16_t>((rng.next() & 0x83ff) | exponent << 10);
  }

  /// Products of scales and codes, and offsets, exactly as the format defines them.
  void define() {
    for (const Block& block : blocks) {
      if constexpr (kIsFloat) {
        float weight;
        Format::decode(block, &weight);
        products.push_back(static_cast<double>(weight));
      } else {
        typename Format::Unpacked unpacked;
        Format::unpack(block, unpacked);
        for (std::size_t c = 0; c < Format::kColumns; ++c) {
          const std::size_t g = c / Format::kGroup;
          products.push_back(static_cast<double>(unpacked.scale[g]) * unpacked.code[c]);
          if constexpr (Format::kHasOffset) offsets.push_back(static_cast<double>(unpacked.offset[g]));
        }
      }
    }
  }

  std::size_t n_rows;
  std::size_t n_columns;
  std::vector<Block> blocks;
  std::vector<std::uint8_t> tiles;
  std::vector<double> products;  // (n_rows, n_columns)
  std::vector<double> offsets;   // the same, or empty
};

/// Rows of activations: random ones, with some outliers, a row of zeros, one of subnormals, one of equal
/// values (the largest codes).
std::vector<std::vector<float>> activations(Rng& rng, std::size_t width, std::size_t columns) {
  std::vector<std::vector<float>> rows(width);
  for (std::size_t t = 0; t < width; ++t) {
    rows[t] = random_floats(rng, columns, t % 8 == 5 ? 1e-41f : 1.0f);
    if (t % 3 == 1) rows[t][rng.next() % columns] = 60.0f;
    if (t % 8 == 3) rows[t].assign(columns, 0.0f);
    if (t % 8 == 6) rows[t].assign(columns, -2.5f);
  }
  return rows;
}

/// Tokens in both forms.
struct Inputs {
  Inputs(const KernelTable& table, std::span<const std::vector<float>> rows, float outlier)
      : quantized(rows[0].size() / kBlockColumns, rows.size()),
        floats(rows[0].size() / kBlockColumns * rows.size()) {
    for (std::size_t t = 0; t < rows.size(); ++t) {
      quantized.put(table, t, rows[t], outlier);
      for (std::size_t c = 0; c < rows[t].size(); ++c) {
        floats[quantized.at(t, c / kBlockColumns)].values[c % kBlockColumns] = rows[t][c];
      }
    }
  }

  MatMulInput view() const { return {quantized.view(), floats.data()}; }

  PanelMemory quantized;
  std::vector<FloatBlock> floats;
};

template <class Format>
std::vector<float> multiply(const KernelTable& table, const Weights<Format>& weights, const Inputs& inputs) {
  const std::size_t stride = weights.n_groups() * kTileRows;
  const std::size_t n_tokens = inputs.quantized.n_tokens;
  std::vector<float> y(n_tokens * stride, -1.0f);
  const std::size_t format = quant::find_packed_format(Format::kId)->index;
  table.matmul[format](weights.tiles.data(), weights.n_groups(), weights.n_columns / kBlockColumns,
                       inputs.view(), n_tokens, y.data(), stride);
  return y;
}

struct Defined {
  double value = 0;
  double bound = 0;
};

/// The bound for integer formats, with u = 2^-24. A block contributes a term t = (w x) s with w and x the
/// scales and s an exact integer, and with an offset a second one, offset * scaled_sum. In each, one product
/// of scales is rounded, which changes the term by at most u |t|; the fma that adds it rounds the sum once.
/// After n terms the i-th has met at most n - i + 2 roundings, so
///     |error| <= ((1 + u)^(n + 1) - 1) sum |t_i| <= 1.01 (n + 1) u sum |t_i|.
/// Where w x is subnormal, its absolute error is at most 2^-150, which s < 2^24 multiplies, so each term may
/// add 2^-126; the rounding of a subnormal sum less than that: 2^-125 a term. Refinements are blocks.
template <class Format>
Defined define_integer(const Weights<Format>& weights, const PanelMemory& x, std::size_t row,
                       std::size_t token) {
  Defined result;
  double magnitude = 0;
  std::size_t n_terms = 0;
  for (std::size_t b = 0; b < weights.n_columns / kBlockColumns; ++b) {
    const std::size_t at = x.at(token, b);
    for (const quant::ActivationBlock* block : {&x.blocks[at], &x.refinements[at]}) {
      double product = 0;
      double offset = 0;
      for (std::size_t c = 0; c < kBlockColumns; ++c) {
        const std::size_t i = row * weights.n_columns + b * kBlockColumns + c;
        const double activation = static_cast<double>(block->scale) * block->codes[c];
        product += weights.products[i] * activation;
        if (Format::kHasOffset) offset += weights.offsets[i] * activation;
      }
      result.value += product + offset;
      magnitude += std::abs(product) + std::abs(offset);
      n_terms += 2;
    }
  }
  const auto n = static_cast<double>(n_terms);
  result.bound = 1.01 * (n + 1) * kRoundoff * magnitude + n * 0x1p-125;
  return result;
}

/// The bound for float formats: products are exact inside an fma; a product meets at most 32 roundings in its
/// block and n_blocks after it.
template <class Format>
Defined define_float(const Weights<Format>& weights, const Inputs& x, std::size_t row, std::size_t token) {
  Defined result;
  double magnitude = 0;
  for (std::size_t c = 0; c < weights.n_columns; ++c) {
    const float activation = x.floats[x.quantized.at(token, c / kBlockColumns)].values[c % kBlockColumns];
    const double product = weights.products[row * weights.n_columns + c] * static_cast<double>(activation);
    result.value += product;
    magnitude += std::abs(product);
  }
  const auto n = static_cast<double>(weights.n_columns / kBlockColumns + kBlockColumns);
  const auto roundings = static_cast<double>(weights.n_columns + weights.n_columns / kBlockColumns);
  result.bound = 1.01 * n * kRoundoff * magnitude + roundings * 0x1p-150;
  return result;
}

template <class Format>
class MatMul : public ::testing::Test {
 protected:
  static constexpr std::size_t kColumns = Format::Tile::kColumns;

  /// Checks all tables on one matrix and some tokens.
  static void check(Rng& rng, Data data, std::size_t n_rows, std::size_t n_columns, std::size_t width) {
    SCOPED_TRACE(::testing::Message()
                 << n_rows << " rows, " << n_columns << " columns, " << width << " tokens");
    const Weights<Format> weights(rng, data, n_rows, n_columns);
    const auto rows = activations(rng, width, n_columns);
    const Inputs inputs(portable(), rows, data == Data::kExtreme ? 0.0f : 3.0f);
    const std::vector<float> expected = multiply(portable(), weights, inputs);
    check_definition(weights, inputs, expected);
    for (const KernelTable* table : usable_tables()) {
      const std::vector<float> y = multiply(*table, weights, inputs);
      ASSERT_EQ(first_difference<float>(y, expected), y.size()) << table->isa;
    }
  }

  static void check_definition(const Weights<Format>& weights, const Inputs& inputs,
                               const std::vector<float>& y) {
    const std::size_t stride = weights.n_groups() * kTileRows;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const std::size_t row = i % stride;
      if (row >= weights.n_rows) {
        ASSERT_EQ(bits_of(y[i]), 0u) << "padding row " << row;
        continue;
      }
      Defined defined;
      if constexpr (Weights<Format>::kIsFloat) {
        defined = define_float(weights, inputs, row, i / stride);
      } else {
        defined = define_integer(weights, inputs.quantized, row, i / stride);
      }
      ASSERT_LE(std::abs(static_cast<double>(y[i]) - defined.value), defined.bound)
          << "row " << row << ", token " << i / stride;
    }
  }

  static const KernelTable& portable() { return *usable_tables().back(); }
};
TYPED_TEST_SUITE(MatMul, AllFormats, FormatNames);

TYPED_TEST(MatMul, EveryWidth) {
  Rng rng(1);
  for (std::size_t width = 1; width <= quant::kPanelTokens; ++width) {
    this->check(rng, width % 2 == 0 ? Data::kRandom : Data::kExtreme, 17, this->kColumns * 3, width);
  }
}

TYPED_TEST(MatMul, EveryShape) {
  Rng rng(2);
  for (const std::size_t n_rows : {1, 15, 16, 17, 40}) {
    for (const std::size_t n_tiles : {1, 2, 3, 8, 18}) {
      const std::size_t width = 1 + rng.next() % quant::kPanelTokens;
      this->check(rng, Data::kRandom, n_rows, this->kColumns * n_tiles, width);
    }
  }
}

TYPED_TEST(MatMul, SeveralPanels) {
  Rng rng(5);
  for (const std::size_t width : {17, 32, 45}) {
    for (const std::size_t n_tiles : {1, 9, 21}) {
      this->check(rng, n_tiles == 9 ? Data::kExtreme : Data::kRandom, 33, this->kColumns * n_tiles, width);
    }
  }
}

TYPED_TEST(MatMul, ExtremeScalesAndCodes) {
  Rng rng(3);
  for (const std::size_t width : {1, 4, 5, 7, 13, 16}) {
    this->check(rng, Data::kExtreme, 40, this->kColumns * 2, width);
  }
}

TYPED_TEST(MatMul, ATokenDoesNotDependOnItsNeighbours) {
  Rng rng(4);
  const std::size_t n_columns = this->kColumns * 3;
  const Weights<TypeParam> weights(rng, Data::kRandom, 33, n_columns);
  const std::size_t stride = weights.n_groups() * kTileRows;
  // Only some tokens have refinements; alone, a token is not even asked for one.
  const auto rows = activations(rng, quant::kPanelTokens, n_columns);
  for (const KernelTable* table : usable_tables()) {
    const std::vector<float> together = multiply(*table, weights, Inputs(*table, rows, 3.0f));
    for (std::size_t t = 0; t < rows.size(); ++t) {
      const std::vector<float> alone = multiply(*table, weights, Inputs(*table, {&rows[t], 1}, 3.0f));
      const std::span<const float> among(&together[t * stride], stride);
      ASSERT_EQ(first_difference<float>(alone, among), stride) << table->isa << ", token " << t;
    }
  }
}

}  // namespace
}  // namespace linnet::kernels
