#include "engine/session_file.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include "base/byte_reader.h"
#include "base/file_map.h"
#include "base/hash64.h"
#include "base/output_file.h"
#include "base/utf8.h"
#include "base/wipe.h"
#include "engine/session_impl.h"

namespace linnet {
namespace {

using kernels::kAttentionBlock;
using kernels::kTilePositions;

static_assert(std::endian::native == std::endian::little, "tokens, keys and values are copied as they are");

constexpr std::string_view kMagic = "LNTSESS\n";
constexpr std::size_t kHeaderBytes = SessionShape::kHeaderBytes;

std::uint64_t hash_of(std::span<const std::byte> bytes) {
  Hash64 hash;
  hash.add(bytes);
  return hash.value();
}

struct Header {
  std::uint32_t format;
  std::uint64_t fingerprint, n_tokens, n_computed;
};

std::vector<std::byte> make_header(const SessionShape& shape, std::size_t n_tokens, std::size_t n_computed) {
  std::vector<std::byte> header;
  const auto add = [&](std::span<const std::byte> bytes) {
    header.insert(header.end(), bytes.begin(), bytes.end());
  };
  add(std::as_bytes(std::span(kMagic)));
  add(to_little(kSessionFileVersion));
  add(to_little(static_cast<std::uint32_t>(shape.format)));
  add(to_little(shape.fingerprint));
  add(to_little(std::uint64_t{n_tokens}));
  add(to_little(std::uint64_t{n_computed}));
  add(to_little(hash_of(header)));
  return header;
}

// Everything that can be said without knowing the session.
Result<Header> parse_header(std::span<const std::byte> file, std::string_view name) {
  ByteReader reader(file);
  const auto magic = reader.bytes(kMagic.size());
  if (!magic || !std::ranges::equal(*magic, std::as_bytes(std::span(kMagic)))) {
    return fail(ErrorCode::kCorrupt, "{}: not a session file", name);
  }
  const auto version = reader.number<std::uint32_t>();
  if (version && *version != kSessionFileVersion) {
    return fail(
        ErrorCode::kUnsupported,
        "{}: a session file of version {}, but this linnet reads version {}; compute the session again", name,
        *version, kSessionFileVersion);
  }
  if (file.size() < kHeaderBytes) {
    return fail(ErrorCode::kCorrupt, "{}: a session file cut off after {} bytes", name, file.size());
  }
  Header header{};
  header.format = *reader.number<std::uint32_t>();
  header.fingerprint = *reader.number<std::uint64_t>();
  header.n_tokens = *reader.number<std::uint64_t>();
  header.n_computed = *reader.number<std::uint64_t>();
  const std::uint64_t hash = hash_of(file.first(reader.offset()));
  if (*reader.number<std::uint64_t>() != hash || header.n_computed > header.n_tokens) {
    return fail(ErrorCode::kCorrupt, "{}: the session file's header is damaged", name);
  }
  return header;
}

Result<void> check_fit(const Header& header, std::string_view name, const SessionShape& shape) {
  if (header.fingerprint != shape.fingerprint) {
    return fail(ErrorCode::kInvalidArgument,
                "{}: a session of another model (fingerprint {:016x}, not {:016x})", name, header.fingerprint,
                shape.fingerprint);
  }
  if (header.format != static_cast<std::uint32_t>(shape.format)) {
    return fail(
        ErrorCode::kInvalidArgument, "{}: the cache is stored as {}, but this session's is {}", name,
        header.format < std::size(kCacheFormats) ? kCacheFormats[header.format].name : "another format",
        kCacheFormats[static_cast<std::size_t>(shape.format)].name);
  }
  if (header.n_tokens > shape.n_ctx) {
    return fail(ErrorCode::kContextFull,
                "{}: {} tokens, but this session's context holds {}; open a larger one", name,
                header.n_tokens, shape.n_ctx);
  }
  return {};
}

// Calls visit(keys, values, n) for each page, layer and head, in the file's order; n of the page's positions
// are in use.
template <class Visit>
Result<void> visit_cache(const KvCache& cache, const SessionShape& shape, std::size_t n_positions,
                         Visit&& visit) {
  for (std::size_t first = 0; first < n_positions; first += kAttentionBlock) {
    std::byte* const page = cache.pages()[first / kAttentionBlock];
    const std::size_t n = std::min(kAttentionBlock, n_positions - first);
    for (std::size_t i = 0; i < shape.n_layers; ++i) {
      const ops::CacheLayer layer = cache.pool().layer(i);
      for (std::size_t h = 0; h < shape.cache.n_kv_heads; ++h) {
        LINNET_CHECK(visit(layer.keys(page, h), layer.values(page, h), n));
      }
    }
  }
  return {};
}

// The body of a file, hashed as it is written.
class BodyWriter {
 public:
  BodyWriter(OutputFile& file, const SessionShape& shape, const kernels::KernelTable& kernels)
      : file_(file),
        kernels_(kernels),
        cache_(shape.cache),
        layout_(kernels::cache_layout(cache_.element)),
        keys_(cache_.tile_bytes(1)),
        values_(cache_.tile_bytes(1)),
        zeros_(cache_.head_dim) {}
  ~BodyWriter() {
    wipe(keys_.data(), keys_.size());
    wipe(values_.data(), values_.size());
  }

  Result<void> write(std::span<const std::byte> bytes) {
    hash_.add(bytes);
    return file_.write(bytes);
  }

  // The last tile's unused positions hold what was there before: nothing that the file should tell.
  Result<void> write_head(const std::byte* keys, const std::byte* values, std::size_t n) {
    const std::size_t n_last = n % kTilePositions;
    const std::size_t whole = cache_.tile_bytes(n - n_last);
    if (n_last == 0) {
      LINNET_CHECK(write({keys, whole}));
      return write({values, whole});
    }
    std::memcpy(keys_.data(), keys + whole, keys_.size());
    std::memcpy(values_.data(), values + whole, values_.size());
    for (std::size_t i = n_last; i < kTilePositions; ++i) {
      layout_.store(kernels_, zeros_.data(), zeros_.data(), cache_.head_dim, i, keys_.data(), values_.data());
    }
    LINNET_CHECK(write({keys, whole}));
    LINNET_CHECK(write(keys_));
    LINNET_CHECK(write({values, whole}));
    return write(values_);
  }

  Result<void> finish() { return file_.write(to_little(hash_.value())); }

 private:
  OutputFile& file_;
  const kernels::KernelTable& kernels_;
  const ops::CacheShape cache_;
  const kernels::CacheLayout& layout_;
  std::vector<std::byte> keys_;  // a tile
  std::vector<std::byte> values_;
  const std::vector<float> zeros_;
  Hash64 hash_;
};

}  // namespace

Result<SavedSession> parse_session_file(std::span<const std::byte> file, std::string_view name,
                                        const SessionShape& shape) {
  LINNET_TRY(const Header header, parse_header(file, name));
  LINNET_CHECK(check_fit(header, name, shape));
  // No more than n_ctx, so that no product can wrap.
  const auto n_tokens = static_cast<std::size_t>(header.n_tokens);
  const auto n_computed = static_cast<std::size_t>(header.n_computed);
  const std::size_t token_bytes = n_tokens * sizeof(Token);
  const std::size_t body_bytes = token_bytes + shape.cache_bytes(n_computed);
  const std::size_t wanted = shape.file_bytes(n_tokens, n_computed);
  if (file.size() != wanted) {
    return fail(ErrorCode::kCorrupt,
                "{}: the session file has {} bytes; {} tokens, {} of them computed, make {}", name,
                file.size(), n_tokens, n_computed, wanted);
  }
  const auto body = file.subspan(kHeaderBytes, body_bytes);
  if (load_little<std::uint64_t>(file.data() + kHeaderBytes + body_bytes) != hash_of(body)) {
    return fail(ErrorCode::kCorrupt, "{}: the session file is damaged: its checksum does not match", name);
  }
  SavedSession saved{std::vector<Token>(n_tokens), n_computed, body.subspan(token_bytes)};
  if (n_tokens > 0) std::memcpy(saved.tokens.data(), body.data(), token_bytes);
  for (const Token token : saved.tokens) {
    if (token < 0 || static_cast<std::size_t>(token) >= shape.n_vocab) {
      return fail(ErrorCode::kCorrupt, "{}: token {} is outside the vocabulary of {}", name, token,
                  shape.n_vocab);
    }
  }
  return saved;
}

SessionShape Session::Impl::shape() const {
  const Model::Impl& m = *model.impl();
  return {m.fingerprint(),    options.cache,     pages->layer(0).shape,
          m.hparams.n_layers, m.hparams.n_vocab, options.n_ctx};
}

Result<void> Session::Impl::write(OutputFile& file) const {
  const SessionShape s = shape();
  LINNET_CHECK(file.write(make_header(s, tokens.size(), n_computed)));
  BodyWriter body(file, s, *model.impl()->kernels);
  LINNET_CHECK(body.write(std::as_bytes(std::span(tokens))));
  LINNET_CHECK(
      visit_cache(*cache, s, n_computed, [&](const std::byte* keys, const std::byte* values, std::size_t n) {
        return body.write_head(keys, values, n);
      }));
  return body.finish();
}

Result<void> Session::Impl::save(const std::filesystem::path& path) const {
  LINNET_TRY(OutputFile file, OutputFile::create(path));
  LINNET_CHECK(write(file));
  return file.commit();
}

Result<void> Session::Impl::restore(const std::filesystem::path& path) {
  const SessionShape s = shape();
  LINNET_TRY(FileMap map, FileMap::open(path));
  // Whatever happens to the file from now on; no more is looked at than a full session has.
  LINNET_CHECK(map.keep(std::min(map.bytes().size(), s.file_bytes(s.n_ctx, s.n_ctx))));
  return read(map.bytes(), utf8::printable(path.string(), 1024));
}

Result<void> Session::Impl::read(std::span<const std::byte> file, std::string_view name) {
  const SessionShape s = shape();
  LINNET_TRY(SavedSession saved, parse_session_file(file, name, s));
  if (!cache->ensure(0, saved.n_computed)) {
    return fail(ErrorCode::kInternal, "the cache has no room for {} positions", saved.n_computed);
  }
  const std::byte* from = saved.cache.data();
  LINNET_CHECK(visit_cache(*cache, s, saved.n_computed,
                           [&](std::byte* keys, std::byte* values, std::size_t n) -> Result<void> {
                             for (std::byte* to : {keys, values}) {
                               std::memcpy(to, from, s.cache.tile_bytes(n));
                               from += s.cache.tile_bytes(n);
                             }
                             return {};
                           }));
  cache->truncate(saved.n_computed);
  tokens.assign(saved.tokens.begin(), saved.tokens.end());
  if (options.wipe) wipe(saved.tokens.data(), saved.tokens.size() * sizeof(Token));
  n_computed = saved.n_computed;
  logits_row.reset();
  return {};
}

Result<void> Session::save(const std::filesystem::path& path) const {
  return guard([&] { return impl_->save(path); });
}

Result<void> Session::restore(const std::filesystem::path& path) {
  return guard([&] { return impl_->restore(path); });
}

}  // namespace linnet
