// Pages, who uses them, and copies on write.
#include "model/kv_cache.h"

#include <algorithm>

#include "tests/model/support.h"

namespace linnet {
namespace {

using kernels::CacheElement;

Hparams small_hparams() {
  Hparams h;
  h.n_layers = 2;
  h.n_kv_heads = 1;
  h.head_dim = 16;
  return h;
}

std::unique_ptr<CachePages> make_pages(std::size_t n, CacheElement element = CacheElement::kF16) {
  return CachePages::create(small_hparams(), element, n).value();
}

TEST(CachePages, HoldKeysAndValuesOfAllLayers) {
  EXPECT_EQ(make_pages(1)->page_bytes(), 2u * 2 * 16 * 256 * 2);
  EXPECT_EQ(make_pages(1, CacheElement::kF32)->page_bytes(), 2u * 2 * 16 * 256 * 4);
  // A head of 16 numbers fills a block of 32: of 34 and 18 bytes.
  EXPECT_EQ(make_pages(1, CacheElement::kQ8_0)->page_bytes(), 2u * 2 * 256 * 34);
  EXPECT_EQ(make_pages(1, CacheElement::kQ4_0)->page_bytes(), 2u * 2 * 256 * 18);
  EXPECT_EQ(make_pages(3)->n_bytes(), 3 * make_pages(1)->page_bytes());
}

TEST(CachePages, WithoutMemoryAreAnError) {
  const auto pages = CachePages::create(small_hparams(), CacheElement::kF16, std::size_t{1} << 40);
  ASSERT_FALSE(pages.has_value());
  EXPECT_EQ(pages.error().code, ErrorCode::kOutOfMemory);
}

TEST(KvCache, TakesPagesAsItGrowsAndGivesThemBack) {
  const auto pages = make_pages(3);
  {
    KvCache cache(*pages, 1000);
    EXPECT_TRUE(cache.ensure(0, 1));
    EXPECT_EQ(pages->n_free(), 2u);
    EXPECT_TRUE(cache.ensure(1, 256));
    EXPECT_EQ(pages->n_free(), 2u);
    EXPECT_TRUE(cache.ensure(256, 257));
    EXPECT_EQ(pages->n_free(), 1u);
    EXPECT_FALSE(cache.ensure(257, 769));
    EXPECT_EQ(cache.pages().size(), 2u);
    cache.truncate(256);
    EXPECT_EQ(pages->n_free(), 2u);
  }
  EXPECT_EQ(pages->n_free(), 3u);
}

TEST(KvCache, SharedPagesAreCopiedBeforeTheyAreWritten) {
  const auto pages = make_pages(4);
  KvCache first(*pages, 1000);
  ASSERT_TRUE(first.ensure(0, 300));
  std::fill_n(first.pages()[1], pages->page_bytes(), std::byte{7});
  KvCache second(*pages, 1000);
  second.share(first, 300);
  EXPECT_EQ(pages->n_free(), 2u);
  EXPECT_EQ(second.n_missing(300, 301), 1u);
  ASSERT_TRUE(second.ensure(300, 301));
  EXPECT_EQ(second.pages()[0], first.pages()[0]);
  ASSERT_NE(second.pages()[1], first.pages()[1]);
  EXPECT_TRUE(std::equal(second.pages()[1], second.pages()[1] + pages->page_bytes(), first.pages()[1]));
  // Nobody else uses the first one's second page any more, so it is written where it is.
  EXPECT_EQ(first.n_missing(300, 301), 0u);
  first.truncate(0);
  EXPECT_EQ(pages->n_free(), 2u);
  second.truncate(0);
  EXPECT_EQ(pages->n_free(), 4u);
}

TEST(KvCache, TakesNothingWhenACopyDoesNotFit) {
  const auto pages = make_pages(2);
  KvCache first(*pages, 512);
  ASSERT_TRUE(first.ensure(0, 300));
  KvCache second(*pages, 512);
  second.share(first, 300);
  EXPECT_FALSE(second.ensure(300, 301));
  EXPECT_EQ(second.pages()[1], first.pages()[1]);
  EXPECT_TRUE(pages->is_shared(first.pages()[1]));
}

TEST(CachePages, WipeReachesPagesThatWereGivenBack) {
  const auto pages = make_pages(2);
  std::byte* bytes = nullptr;
  {
    KvCache cache(*pages, 256);
    ASSERT_TRUE(cache.ensure(0, 1));
    bytes = cache.pages()[0];
    std::fill_n(bytes, pages->page_bytes(), std::byte{7});
  }
  pages->wipe();
  EXPECT_TRUE(std::all_of(bytes, bytes + pages->page_bytes(), [](std::byte b) { return b == std::byte{0}; }));
}

}  // namespace
}  // namespace linnet
