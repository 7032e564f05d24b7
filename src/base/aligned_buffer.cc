#include "base/aligned_buffer.h"

#include <sys/mman.h>

#include <limits>
#include <utility>

#include "base/wipe.h"

namespace linnet {

Result<AlignedBuffer> AlignedBuffer::allocate(std::size_t n_bytes, Pages pages, const char* what) {
  if (n_bytes == 0) return AlignedBuffer();
  void* memory = MAP_FAILED;
  if (n_bytes <= std::numeric_limits<std::size_t>::max() / 2) {
    memory = mmap(nullptr, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }
  if (memory == MAP_FAILED) {
    return fail(ErrorCode::kOutOfMemory, "no memory for {}: {} bytes were asked for", what, n_bytes);
  }
#ifdef MADV_HUGEPAGE
  if (pages == Pages::kLarge) madvise(memory, n_bytes, MADV_HUGEPAGE);  // a wish; small pages work too
#else
  (void)pages;
#endif
  return AlignedBuffer(std::span(static_cast<std::byte*>(memory), n_bytes));
}

AlignedBuffer::AlignedBuffer(AlignedBuffer&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

AlignedBuffer& AlignedBuffer::operator=(AlignedBuffer&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

AlignedBuffer::~AlignedBuffer() {
  if (!bytes_.empty()) munmap(bytes_.data(), bytes_.size());
}

void AlignedBuffer::wipe() noexcept { linnet::wipe(bytes_.data(), bytes_.size()); }

}  // namespace linnet
