// The file that a session is saved in. Little-endian, one part after the other:
//
//   8 bytes  "LNTSESS\n"
//   u32      version: kSessionFileVersion
//   u32      CacheFormat
//   u64      Model::Impl::fingerprint()
//   u64      tokens held: n
//   u64      of them computed: c <= n
//   u64      hash of the 40 bytes before
//   i32 * n  tokens
//   keys and values of the positions [0, c), as the cache has them (kernels::CacheTypes), in whole tiles with
//            zeros for the positions from c on: for each page, layer and head the keys, then the values
//   u64      hash of everything after the first 48 bytes
//
// Nothing stands for positions that are not computed, and nothing depends on when, where and by how many
// threads they were: sessions with the same tokens are the same file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <linnet/session.h>

#include "base/fail.h"
#include "ops/attention.h"

namespace linnet {

/// To be raised with every change of the layout above, of a page, or of the bits that keys and values have.
inline constexpr std::uint32_t kSessionFileVersion = 1;

/// What a file must have in common with the session that it is for.
struct SessionShape {
  std::uint64_t fingerprint = 0;
  CacheFormat format{};
  ops::CacheShape cache{};  ///< Of one layer.
  std::size_t n_layers = 0;
  std::size_t n_vocab = 0;
  std::size_t n_ctx = 0;

  /// Bytes that the file has for n computed positions.
  std::size_t cache_bytes(std::size_t n) const noexcept {
    return 2 * n_layers * cache.n_kv_heads * cache.tile_bytes(n);
  }
  /// Bytes of a whole file.
  std::size_t file_bytes(std::size_t n_tokens, std::size_t n_computed) const noexcept {
    return kHeaderBytes + n_tokens * sizeof(Token) + cache_bytes(n_computed) + kHashBytes;
  }

  static constexpr std::size_t kHeaderBytes = 48;
  static constexpr std::size_t kHashBytes = sizeof(std::uint64_t);
};

/// A file's contents, checked.
struct SavedSession {
  std::vector<Token> tokens;
  std::size_t n_computed = 0;
  std::span<const std::byte> cache;  ///< Of the file: SessionShape::cache_bytes(n_computed).
};

/// Checks everything, whoever wrote it; allocates no more than a full session has tokens. `name` stands for
/// the file in errors, which are those of Session::restore().
Result<SavedSession> parse_session_file(std::span<const std::byte> file, std::string_view name,
                                        const SessionShape& shape);

}  // namespace linnet
