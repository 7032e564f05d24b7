// Keys and values of sequences of tokens, in pages that sequences with a common beginning share. Pages and
// the caches that live on them belong to one thread at a time, but for reads and writes of their contents
// during a forward pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/aligned_buffer.h"
#include "base/fail.h"
#include "model/hparams.h"
#include "ops/attention.h"

namespace linnet {

/// A fixed number of pages, each with the keys and values of kAttentionBlock positions in all layers: layer
/// after layer, each laid out as ops::CacheShape says.
class CachePages {
 public:
  /// Reserves memory for n_pages; the system provides it when a page is first written to. Error:
  /// kOutOfMemory.
  static Result<std::unique_ptr<CachePages>> create(const Hparams& hparams, kernels::CacheElement element,
                                                    std::size_t n_pages);

  /// Pages that hold n positions.
  static constexpr std::size_t pages_for(std::size_t n) noexcept {
    return (n + kernels::kAttentionBlock - 1) / kernels::kAttentionBlock;
  }

  ops::CacheLayer layer(std::size_t i) const noexcept { return {shape_, i * shape_.n_bytes()}; }
  std::size_t page_bytes() const noexcept { return page_bytes_; }
  std::size_t n_bytes() const noexcept { return memory_.size(); }
  std::size_t n_free() const noexcept { return free_.size(); }

  /// An unused page; null if there is none. Its contents are undefined but finite.
  std::byte* take() noexcept;
  /// One more user of a page.
  void share(const std::byte* page) noexcept { ++users_[index_of(page)]; }
  /// One less; a page without users is free again.
  void drop(std::byte* page) noexcept;
  bool is_shared(const std::byte* page) const noexcept { return users_[index_of(page)] > 1; }

  /// Overwrites every page that was ever used with zeros.
  void wipe() noexcept;

 private:
  CachePages() = default;
  std::size_t index_of(const std::byte* page) const noexcept {
    return static_cast<std::size_t>(page - memory_.data()) / page_bytes_;
  }

  ops::CacheShape shape_{};
  std::size_t page_bytes_ = 0;
  AlignedBuffer memory_;
  std::vector<std::uint32_t> users_;  // (n_pages)
  std::vector<std::uint32_t> free_;   // taken from the end, the lowest first
  std::size_t n_used_ = 0;            // pages from this one on were never taken
};

/// One sequence's keys and values.
class KvCache {
 public:
  /// `pages` must outlive the cache. max_positions bounds ensure().
  KvCache(CachePages& pages, std::size_t max_positions);
  ~KvCache() { truncate(0); }
  KvCache(const KvCache&) = delete;
  KvCache& operator=(const KvCache&) = delete;

  /// Has pages for the positions [0, n) and makes those from `first` on this sequence's own, so that they can
  /// be written. False, and nothing changed that shows, if there are too few free pages.
  [[nodiscard]] bool ensure(std::size_t first, std::size_t n) noexcept;
  /// Gives back the pages that hold only positions from n on.
  void truncate(std::size_t n) noexcept;
  /// Replaces what this cache holds by the first n positions of another on the same pages, without a copy.
  void share(const KvCache& other, std::size_t n) noexcept;

  /// Pages that ensure() would take.
  std::size_t n_missing(std::size_t first, std::size_t n) const noexcept;
  const CachePages& pool() const noexcept { return pages_; }
  std::span<std::byte* const> pages() const noexcept { return own_; }

 private:
  CachePages& pages_;
  std::vector<std::byte*> own_;  // page i holds positions from i * kAttentionBlock on
};

}  // namespace linnet
