// What a trained head is stored as: its kind, its model's fingerprint and what else it consists of, as
// numbers and arrays one after the other, little-endian, a magic word and a version before them and a
// checksum behind. Files may come from anybody: reading checks everything and takes no more memory than the
// file has bytes. A writer or reader belongs to one thread.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <linnet/model.h>

#include "base/byte_reader.h"
#include "base/fail.h"

namespace linnet::tasks {

class HeadWriter {
 public:
  /// `kind` says what the head is, since each task has its own; a head is worth nothing with another model.
  HeadWriter(std::string_view kind, const Model& model);

  void number(std::uint64_t value) { append(value); }
  void text(std::string_view text) { array<char>(text); }
  /// Its size and its elements.
  template <class T>
  void array(std::span<const T> values) {
    number(values.size());
    for (const T value : values) append(value);
  }
  /// Error: kIo, kNotFound, as OutputFile.
  Result<void> write(const std::filesystem::path& path) const;

 private:
  template <class T>
  void append(T value) {
    const auto bytes = to_little(value);
    for (const std::byte byte : bytes) bytes_.push_back(byte);
  }

  std::vector<std::byte> bytes_;
};

class HeadReader {
 public:
  static constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

  /// The whole file, up to what HeadWriter(kind, model) begins with. Errors: kNotFound; kIo; kCorrupt, no
  /// head, a damaged one or one of another kind; kUnsupported, another version's; kInvalidArgument, another
  /// model's.
  static Result<HeadReader> open(const std::filesystem::path& path, std::string_view kind,
                                 const Model& model);

  /// A number up to `most`. Error: kCorrupt.
  Result<std::uint64_t> number(std::uint64_t most = std::numeric_limits<std::uint64_t>::max());
  Result<std::string> text();
  /// `size` elements, or any number; floats are finite. Error: kCorrupt.
  template <class T>
  Result<std::vector<T>> array(std::size_t size = kAny) {
    LINNET_TRY(const std::uint64_t n, number());
    if ((size != kAny && n != size) || n > (bytes_.size() - offset_) / sizeof(T)) {
      return corrupt("an array has a size that cannot be");
    }
    std::vector<T> values(static_cast<std::size_t>(n));
    for (T& value : values) {
      value = load_little<T>(bytes_.data() + offset_);
      offset_ += sizeof(T);
      if constexpr (std::is_floating_point_v<T>) {
        if (!std::isfinite(value)) return corrupt("a weight is not finite");
      }
    }
    return values;
  }
  /// kCorrupt, naming the file.
  Error corrupt(std::string_view what) const;

 private:
  static Result<HeadReader> open(const std::filesystem::path& path);

  std::string path_;
  std::vector<std::byte> bytes_;
  std::size_t offset_ = 0;
};

}  // namespace linnet::tasks
