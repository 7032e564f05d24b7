// Any bytes as a saved session, as they are and with checksums that are right: an error that names the file,
// or tokens of the vocabulary that fit into the context, and as many keys and values as the file has.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "base/byte_reader.h"
#include "base/hash64.h"
#include "engine/session_file.h"

namespace linnet {
namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

constexpr std::size_t kHeaderBytes = SessionShape::kHeaderBytes;
constexpr SessionShape kShape{.fingerprint = 0x1234,
                              .format = CacheFormat::kF16,
                              .cache = {kernels::CacheElement::kF16, 1, 16},
                              .n_layers = 1,
                              .n_vocab = 100,
                              .n_ctx = 40};

void read(std::span<const std::byte> bytes) {
  const auto saved = parse_session_file(bytes, "fuzz.session", kShape);
  if (!saved) return require(saved.error().message.starts_with("fuzz.session: "));
  require(saved->tokens.size() <= kShape.n_ctx && saved->n_computed <= saved->tokens.size());
  require(std::ranges::all_of(saved->tokens, [](Token token) { return token >= 0 && token < 100; }));
  require(saved->cache.size() == kShape.cache_bytes(saved->n_computed));
  require(saved->cache.data() + saved->cache.size() + 8 == bytes.data() + bytes.size());
}

void seal(std::vector<std::byte>& file, std::size_t first, std::size_t end) {
  if (end < first || end + 8 > file.size()) return;
  Hash64 hash;
  hash.add(std::span<const std::byte>(file).subspan(first, end - first));
  std::ranges::copy(to_little(hash.value()), file.begin() + static_cast<std::ptrdiff_t>(end));
}

}  // namespace
}  // namespace linnet

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace linnet;
  const auto bytes = std::as_bytes(std::span(data, size));
  read(bytes);
  std::vector<std::byte> sealed(bytes.begin(), bytes.end());
  seal(sealed, 0, kHeaderBytes - 8);
  if (size >= 8) seal(sealed, kHeaderBytes, size - 8);
  read(sealed);
  return 0;
}
