// Any bytes as a GGUF file: an error that names the file, or a file whose every value and tensor can be
// walked.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "gguf/reader.h"

namespace linnet::gguf {
namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

volatile std::uint64_t checksum;  // keeps the compiler from dropping the reads

struct Walker {
  std::uint64_t sum = 0;

  void operator()(std::span<const std::byte> bytes) {
    for (const std::byte b : bytes) sum += std::to_integer<std::uint64_t>(b);
  }
  void operator()(std::string_view text) { (*this)(std::as_bytes(std::span(text))); }
  void operator()(const StringArray& array) {
    for (const std::string_view text : array) (*this)(text);
  }
  void operator()(const NumberArray& array) {
    const bool is_float = info_of(array.type).kind == ValueKind::kFloat;
    for (std::size_t i = 0; i < array.count; ++i) {
      sum += is_float ? array.real(i) > 0 : static_cast<std::uint64_t>(array.integer(i));
    }
  }
  template <class Number>
  requires std::is_arithmetic_v<Number>
  void operator()(Number value) { sum += value != Number{}; }
};

void read(std::span<const std::byte> bytes) {
  const auto file = File::parse(bytes, "fuzz.gguf");
  if (!file) return require(file.error().message.starts_with("fuzz.gguf: "));
  Walker walker;
  for (const Entry& entry : (*file)->metadata().entries()) {
    require(!describe(entry.value).empty() && !type_name(entry).empty());
    require((*file)->metadata().find(entry.key) == &entry.value);
    std::visit(walker, entry.value);
  }
  for (const Tensor& tensor : (*file)->tensors()) {
    require((*file)->find(tensor.name) == &tensor);
    walker(tensor.data);
  }
  checksum = walker.sum;
}

}  // namespace
}  // namespace linnet::gguf

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  linnet::gguf::read(std::as_bytes(std::span(data, size)));
  return 0;
}
