#include "model/kv_cache.h"

#include <algorithm>
#include <cstring>

#include "base/wipe.h"

namespace linnet {

using kernels::kAttentionBlock;

Result<std::unique_ptr<CachePages>> CachePages::create(const Hparams& hparams, kernels::CacheElement element,
                                                       std::size_t n_pages) {
  std::unique_ptr<CachePages> pages(new CachePages);
  pages->shape_ = {element, hparams.n_kv_heads, hparams.head_dim};
  pages->page_bytes_ = hparams.n_layers * pages->shape_.n_bytes();
  LINNET_TRY(pages->memory_, AlignedBuffer::allocate(n_pages * pages->page_bytes_,
                                                     AlignedBuffer::Pages::kSmall, "keys and values"));
  pages->users_.resize(n_pages);
  pages->free_.resize(n_pages);
  for (std::size_t i = 0; i < n_pages; ++i) pages->free_[i] = static_cast<std::uint32_t>(n_pages - 1 - i);
  return pages;
}

std::byte* CachePages::take() noexcept {
  if (free_.empty()) return nullptr;
  const std::size_t i = free_.back();
  free_.pop_back();
  users_[i] = 1;
  n_used_ = std::max(n_used_, i + 1);
  return memory_.data() + i * page_bytes_;
}

void CachePages::wipe() noexcept { linnet::wipe(memory_.data(), n_used_ * page_bytes_); }

void CachePages::drop(std::byte* page) noexcept {
  const std::size_t i = index_of(page);
  if (--users_[i] == 0) free_.push_back(static_cast<std::uint32_t>(i));  // capacity: all pages
}

KvCache::KvCache(CachePages& pages, std::size_t max_positions) : pages_(pages) {
  own_.reserve(CachePages::pages_for(max_positions));
}

std::size_t KvCache::n_missing(std::size_t first, std::size_t n) const noexcept {
  const std::size_t n_pages = CachePages::pages_for(n);
  std::size_t missing = n_pages > own_.size() ? n_pages - own_.size() : 0;
  for (std::size_t i = first / kAttentionBlock; i < std::min(n_pages, own_.size()); ++i) {
    missing += pages_.is_shared(own_[i]) ? 1 : 0;
  }
  return missing;
}

bool KvCache::ensure(std::size_t first, std::size_t n) noexcept {
  if (n_missing(first, n) > pages_.n_free()) return false;
  for (std::size_t i = first / kAttentionBlock; i < own_.size() && i * kAttentionBlock < n; ++i) {
    if (!pages_.is_shared(own_[i])) continue;
    std::byte* copy = pages_.take();
    if (i * kAttentionBlock < first) std::memcpy(copy, own_[i], pages_.page_bytes());
    pages_.drop(own_[i]);
    own_[i] = copy;
  }
  while (own_.size() < CachePages::pages_for(n)) own_.push_back(pages_.take());
  return true;
}

void KvCache::truncate(std::size_t n) noexcept {
  while (own_.size() > CachePages::pages_for(n)) {
    pages_.drop(own_.back());
    own_.pop_back();
  }
}

void KvCache::share(const KvCache& other, std::size_t n) noexcept {
  truncate(0);
  for (std::size_t i = 0; i < CachePages::pages_for(n); ++i) {
    pages_.share(other.own_[i]);
    own_.push_back(other.own_[i]);
  }
}

}  // namespace linnet
