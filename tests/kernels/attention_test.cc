// Attention over blocks of positions, against softmax in double.
#include "kernels/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/cache_layout.h"
#include "tests/kernels/support.h"
#include "tests/support/cache_elements.h"

namespace linnet::kernels {
namespace {

/// Visible positions of one row, over all blocks.
struct Visible {
  std::size_t begin;
  std::size_t end;
};

/// Keys and values of one head as the cache holds them, and as doubles.
struct Cache {
  Cache(Rng& rng, CacheElement element_, std::size_t head_dim, std::size_t n_positions)
      : element(element_), dim(head_dim) {
    const CacheLayout& layout = cache_layout(element);
    block_bytes = kAttentionBlock / kTilePositions * layout.head_tile_bytes(dim);
    // NaN where nothing was stored: nobody may look there.
    for (auto& bytes : memory) {
      bytes.assign((n_positions + kAttentionBlock - 1) / kAttentionBlock * block_bytes, std::byte{0xff});
    }
    for (std::size_t p = 0; p < n_positions; ++p) {
      const std::vector<float> key = random_floats(rng, dim, 2.0f);
      std::vector<float> value = random_floats(rng, dim, 1.0f);
      for (float& x : value) x += 0.5f;
      const std::size_t at = p / kAttentionBlock * block_bytes;
      layout.store(*usable_tables().back(), key.data(), value.data(), dim, p % kAttentionBlock,
                   &memory[0][at], &memory[1][at]);
      for (const float x : stored(element, key)) keys.push_back(static_cast<double>(x));
      for (const float x : stored(element, value)) values.push_back(static_cast<double>(x));
    }
  }

  AttentionBlock block(std::size_t b) const {
    return {&memory[0][b * block_bytes], &memory[1][b * block_bytes], dim};
  }

  CacheElement element;
  std::size_t dim;
  std::vector<double> keys;  // (n_positions, dim)
  std::vector<double> values;

 private:
  std::size_t block_bytes;
  std::vector<std::byte> memory[2];
};

/// The rows' results: sum / total, (rows, dim).
std::vector<float> attend_all(const KernelTable& table, const Cache& cache, std::span<const float> queries,
                              std::span<const Visible> visible) {
  const std::size_t dim = cache.dim;
  std::vector<float> out(visible.size() * dim, 0.0f);
  std::vector<AttentionRow> rows;
  for (std::size_t r = 0; r < visible.size(); ++r) {
    rows.push_back({&queries[r * dim], 0, 0, &out[r * dim], -std::numeric_limits<float>::infinity(), 0.0f});
  }
  const std::size_t end =
      std::max_element(visible.begin(), visible.end(), [](auto& a, auto& b) { return a.end < b.end; })->end;
  for (std::size_t start = 0; start < end; start += kAttentionBlock) {
    // Rows that see something of the block, as one call.
    std::vector<AttentionRow> seeing;
    std::vector<std::size_t> which;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const std::size_t from = std::max(start, visible[r].begin);
      const std::size_t to = std::min(start + kAttentionBlock, visible[r].end);
      if (from >= to) continue;
      rows[r].begin = from - start;
      rows[r].end = to - start;
      seeing.push_back(rows[r]);
      which.push_back(r);
    }
    if (seeing.empty()) continue;
    table.attend[static_cast<std::size_t>(cache.element)](cache.block(start / kAttentionBlock), seeing.data(),
                                                          seeing.size());
    for (std::size_t i = 0; i < which.size(); ++i) rows[which[i]] = seeing[i];
  }
  for (std::size_t i = 0; i < out.size(); ++i) out[i] /= rows[i / dim].total;
  return out;
}

/// The largest error of a score because the query is rounded: of each element half a step of the refinement,
/// whose largest is half a step of the block, whose largest is `largest`; 1% for rounding those.
double of_query(std::span<const float> query, std::span<const double> key) {
  double error = 0;
  for (std::size_t first = 0; first < query.size(); first += quant::kBlockColumns) {
    double largest = 0;
    double sum = 0;
    for (std::size_t d = first; d < std::min(first + quant::kBlockColumns, query.size()); ++d) {
      largest = std::max(largest, std::abs(static_cast<double>(query[d])));
      sum += std::abs(key[d]);
    }
    error += 1.01 * largest / (254 * 254) * sum;
  }
  return error;
}

/// Checks one row. With u = 2^-24: a score of dim products has an error of at most e = (dim + 1) u times the
/// sum of their magnitudes, its distance to the maximum one rounding more, and exp turns both into a relative
/// error, to which it adds its own 2 units, 4 u. Merging multiplies a weight by one exp a block: 6 u each
/// with its products. Sums of n terms meet at most n + 3 roundings a block more. Numerator and denominator
/// have these errors each, as factors of at most exp(error), and so the quotient of both has at most their
/// product. Codes meet a rounded query, besides; of their sums, a block has 5 roundings and not 32.
void check_row(const Cache& cache, std::span<const float> query, Visible visible,
               std::span<const float> out) {
  const std::size_t dim = cache.dim;
  const std::size_t n = visible.end - visible.begin;
  std::vector<double> scores(n, 0.0);
  double magnitude = 0;
  double rounding = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0;
    for (std::size_t d = 0; d < dim; ++d) {
      const double product = static_cast<double>(query[d]) * cache.keys[(visible.begin + i) * dim + d];
      scores[i] += product;
      sum += std::abs(product);
    }
    magnitude = std::max(magnitude, sum);
    if (!is_float(cache.element)) {
      rounding =
          std::max(rounding, of_query(query, std::span(cache.keys).subspan((visible.begin + i) * dim, dim)));
    }
  }
  const double maximum = *std::max_element(scores.begin(), scores.end());
  double total = 0;
  for (double& score : scores) total += score = std::exp(score - maximum);
  const auto n_blocks =
      static_cast<double>((visible.end - 1) / kAttentionBlock - visible.begin / kAttentionBlock + 1);
  const double of_scores = 2 * (static_cast<double>(dim) + 2) * magnitude + 4;
  // exp() gives 0 below -87; values are below 2.
  const double below = 2 * static_cast<double>(n) * std::exp(-87);
  const double of_sums = 9 * n_blocks + static_cast<double>(n);
  const double relative = std::expm1(2 * ((of_scores + of_sums) * kRoundoff + 2 * rounding));
  for (std::size_t d = 0; d < dim; ++d) {
    double expected = 0;
    double size = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double value = cache.values[(visible.begin + i) * dim + d];
      expected += scores[i] * value;
      size += scores[i] * std::abs(value);
    }
    ASSERT_LE(std::abs(static_cast<double>(out[d]) - expected / total), (relative * size + below) / total)
        << "dimension " << d << ", positions " << visible.begin << " to " << visible.end;
  }
}

class Attend : public EveryTable {
 protected:
  void check(Rng& rng, const Cache& cache, const std::vector<Visible>& visible, float size) {
    const std::size_t dim = cache.dim;
    const std::vector<float> queries = random_floats(rng, visible.size() * dim, size);
    const std::vector<float> out = attend_all(table(), cache, queries, visible);
    for (std::size_t r = 0; r < visible.size(); ++r) {
      const std::span<const float> query(&queries[r * dim], dim);
      const std::span<const float> row(&out[r * dim], dim);
      check_row(cache, query, visible[r], row);
      const std::vector<float> alone = attend_all(table(), cache, query, {&visible[r], 1});
      ASSERT_EQ(first_difference<float>(alone, row), dim) << "row " << r << " depends on its neighbours";
    }
    const std::vector<float> portable = attend_all(*usable_tables().back(), cache, queries, visible);
    ASSERT_EQ(first_difference<float>(out, portable), out.size());
  }
};
INSTANTIATE_TEST_SUITE_P(Tables, Attend, all_tables(), table_name);

TEST_P(Attend, EveryHeadSizeAndNumberOfRows) {
  Rng rng(1);
  for (const auto [element, type] : kCacheCases) {
    for (const std::size_t dim : {16, 32, 64, 80, 128, 256}) {
      const Cache cache(rng, element, dim, 70);
      for (std::size_t n_rows = 1; n_rows <= 9; ++n_rows) {
        SCOPED_TRACE(::testing::Message() << dim << " dimensions, " << n_rows << " rows");
        std::vector<Visible> visible;
        for (std::size_t r = 0; r < n_rows; ++r) visible.push_back({0, 61 + r});
        check(rng, cache, visible, 0.5f);
      }
    }
  }
}

TEST_P(Attend, RaggedWindows) {
  Rng rng(2);
  for (const auto [element, type] : kCacheCases) {
    const Cache cache(rng, element, 32, kAttentionBlock);
    for (int trial = 0; trial < 40; ++trial) {
      std::vector<Visible> visible(1 + rng.next() % 9);
      for (Visible& v : visible) {
        v.begin = rng.next() % kAttentionBlock;
        v.end = v.begin + 1 + rng.next() % (kAttentionBlock - v.begin);
      }
      check(rng, cache, visible, 1.0f);
    }
  }
}

TEST_P(Attend, SeveralBlocks) {
  Rng rng(3);
  for (const auto [element, type] : kCacheCases) {
    for (const std::size_t n_positions : {257, 512, 700}) {
      const Cache cache(rng, element, 48, n_positions);
      std::vector<Visible> visible;
      for (std::size_t r = 0; r < 6; ++r) visible.push_back({r % 2 * 130, n_positions - 5 + r});
      check(rng, cache, visible, 1.0f);
      for (std::size_t r = 0; r < 6; ++r) visible[r] = {n_positions - 20 * (r + 1), n_positions - 5 + r};
      check(rng, cache, visible, 1.0f);
    }
  }
}

// Scores some hundreds apart: one position takes everything, in whichever block it is.
TEST_P(Attend, LargeScores) {
  Rng rng(4);
  for (const auto [element, type] : kCacheCases) {
    const Cache cache(rng, element, 64, 600);
    check(rng, cache, {{0, 600}, {0, 599}, {100, 300}, {0, 1}}, 60.0f);
  }
}

TEST_P(Attend, OnePositionGivesItsValue) {
  Rng rng(5);
  for (const auto [element, type] : kCacheCases) {
    const Cache cache(rng, element, 16, 40);
    const std::vector<float> query = random_floats(rng, 16, 1.0f);
    const Visible visible{33, 34};
    const std::vector<float> out = attend_all(table(), cache, query, {&visible, 1});
    for (std::size_t d = 0; d < 16; ++d) EXPECT_EQ(static_cast<double>(out[d]), cache.values[33 * 16 + d]);
  }
}

}  // namespace
}  // namespace linnet::kernels
