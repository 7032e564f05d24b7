// Causal attention over a cache, against its definition in double.
#include "ops/attention.h"

#include <algorithm>
#include <cmath>

#include "tests/ops/support.h"
#include "tests/support/cache_elements.h"

namespace linnet::ops {
namespace {

using kernels::CacheElement;

struct Shape {
  std::size_t n_heads;
  std::size_t n_kv_heads;
  std::size_t head_dim;
  std::size_t window;
};

/// A sequence of tokens: queries, keys and values of all of them, and a cache.
struct Sequence {
  Sequence(Rng& rng, const Shape& of, CacheElement element, std::size_t tokens)
      : shape(of),
        n_tokens(tokens),
        q(random_floats(rng, tokens * of.n_heads * of.head_dim)),
        k(random_floats(rng, tokens * of.n_kv_heads * of.head_dim)),
        v(random_floats(rng, tokens * of.n_kv_heads * of.head_dim)),
        stored_k(stored_rows(element, k)),
        stored_v(stored_rows(element, v)) {
    layer.shape = {element, of.n_kv_heads, of.head_dim};
    const std::size_t n_pages = (tokens + kernels::kAttentionBlock - 1) / kernels::kAttentionBlock;
    memory.resize(n_pages * layer.shape.n_bytes());
    // Backwards, so that nothing can rely on neighbours.
    for (std::size_t i = n_pages; i-- > 0;) {
      pages.push_back(memory.data() + i * layer.shape.n_bytes());
    }
  }

  /// What the cache makes of all keys or values.
  std::vector<float> stored_rows(CacheElement element, std::span<const float> rows) const {
    std::vector<float> result;
    for (std::size_t at = 0; at < rows.size(); at += shape.head_dim) {
      std::ranges::copy(kernels::stored(element, rows.subspan(at, shape.head_dim)),
                        std::back_inserter(result));
    }
    return result;
  }

  /// Stores and computes tokens in chunks, as the decoder does.
  std::vector<float> attend(std::size_t chunk, unsigned n_threads) {
    std::ranges::fill(memory, std::byte{0});
    const std::size_t stride = shape.n_heads * shape.head_dim;
    const std::size_t kv = shape.n_kv_heads * shape.head_dim;
    std::vector<kernels::AttentionRow> rows(n_threads * attention_rows(shape.n_heads, shape.n_kv_heads));
    std::vector<kernels::AttentionRow> partial(pages.size() * shape.n_heads);
    std::vector<float> sums(pages.size() * stride);
    const AttentionScratch scratch{rows.data(), partial.data(), sums.data(), 1, pages.size()};
    std::vector<float> out(q.size());
    run(n_threads, [&](const Context& context) {
      for (std::size_t first = 0; first < n_tokens; first += chunk) {
        const std::size_t n = std::min(chunk, n_tokens - first);
        const Range share = context.team.split(n);
        for (std::size_t t = first + share.begin; t < first + share.end; ++t) {
          store_key_value(context, layer, pages.data(), t, &k[t * kv], &v[t * kv]);
        }
        context.team.barrier();
        const AttentionSlice slice{pages.data(), first, 0, n};
        attention(context, layer, {shape.n_heads, shape.window}, {&slice, 1}, &q[first * stride],
                  &out[first * stride], stride, scratch);
      }
    });
    return out;
  }

  /// One head of one token, by the definition.
  std::vector<double> define(std::size_t token, std::size_t head) const {
    const std::size_t dim = shape.head_dim;
    const std::size_t kv_head = head / (shape.n_heads / shape.n_kv_heads);
    const float* query = &q[(token * shape.n_heads + head) * dim];
    const std::size_t first = shape.window == 0 || token < shape.window ? 0 : token - shape.window + 1;
    std::vector<double> sum(dim, 0.0);
    double total = 0;
    for (std::size_t p = first; p <= token; ++p) {
      const std::size_t at = (p * shape.n_kv_heads + kv_head) * dim;
      double score = 0;
      for (std::size_t d = 0; d < dim; ++d)
        score += static_cast<double>(query[d]) * static_cast<double>(stored_k[at + d]);
      const double weight = std::exp(score);  // below e^64: no maximum needed in double
      total += weight;
      for (std::size_t d = 0; d < dim; ++d) sum[d] += weight * static_cast<double>(stored_v[at + d]);
    }
    for (double& x : sum) x /= total;
    return sum;
  }

  Shape shape;
  std::size_t n_tokens;
  std::vector<float> q;
  std::vector<float> k;
  std::vector<float> v;
  std::vector<float> stored_k;
  std::vector<float> stored_v;
  CacheLayer layer{};
  std::vector<std::byte> memory;
  std::vector<std::byte*> pages;
};

void check(const Shape& shape, CacheElement element, std::size_t n_tokens) {
  SCOPED_TRACE(::testing::Message() << shape.n_heads << " heads, " << shape.n_kv_heads << " of keys, window "
                                    << shape.window);
  Rng rng(n_tokens);
  Sequence sequence(rng, shape, element, n_tokens);
  const std::vector<float> whole = sequence.attend(n_tokens, 1);
  // With codes the query is rounded, too: a score of 32 products of numbers below 1 is 32 / 254^2 off at
  // most.
  const double bound = kernels::is_float(element) ? 2e-5 : 32.0 / (254 * 254);
  for (std::size_t t = 0; t < n_tokens; t += 1 + t / 8) {
    for (std::size_t h = 0; h < shape.n_heads; ++h) {
      const std::vector<double> expected = sequence.define(t, h);
      for (std::size_t d = 0; d < shape.head_dim; ++d) {
        const float actual = whole[(t * shape.n_heads + h) * shape.head_dim + d];
        ASSERT_NEAR(static_cast<double>(actual), expected[d], bound) << "token " << t << ", head " << h;
      }
    }
  }
  for (const std::size_t chunk : {1, 7, 64, 300}) {
    const auto n_threads = static_cast<unsigned>(1 + chunk % 3);
    ASSERT_EQ(sequence.attend(chunk, n_threads), whole) << "chunks of " << chunk;
  }
}

TEST(Attention, AgreesWithItsDefinitionInWholeAndInChunks) {
  for (const auto [element, type] : kernels::kCacheCases) {
    check({4, 4, 16, 0}, element, 20);
    check({9, 3, 32, 0}, element, 300);
    check({4, 1, 16, 0}, element, 530);
  }
}

TEST(Attention, SeesOnlyItsWindow) {
  for (const std::size_t window : {1, 5, 100, 256, 300, 1000}) {
    check({4, 2, 16, window}, CacheElement::kF16, 530);
  }
}

TEST(Attention, MoreHeadsAKeyThanTheTargetOfRows) { check({80, 1, 16, 0}, CacheElement::kF32, 40); }

}  // namespace
}  // namespace linnet::ops
