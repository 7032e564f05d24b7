#include "gguf/metadata.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/byte_reader.h"
#include "base/utf8.h"

namespace linnet::gguf {
namespace {

constexpr std::size_t kShownElements = 8;  // of an array, in messages and listings

std::string describe_number(const NumberArray& array, std::size_t i) {
  switch (info_of(array.type).kind) {
    case ValueKind::kFloat: return fmt::format("{}", array.real(i));
    case ValueKind::kBool: return fmt::format("{}", array.integer(i) != 0);
    case ValueKind::kUnsigned: return fmt::format("{}", static_cast<std::uint64_t>(array.integer(i)));
    default: return fmt::format("{}", array.integer(i));
  }
}

template <class DescribeElement>
std::string describe_array(std::size_t count, DescribeElement&& describe_element) {
  std::string out = "[";
  for (std::size_t i = 0; i < std::min(count, kShownElements); ++i) {
    if (i > 0) out += ", ";
    out += describe_element(i);
  }
  return out += count > kShownElements ? ", …]" : "]";
}

struct Describer {
  std::string operator()(bool value) const { return fmt::format("{}", value); }
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(std::uint64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(std::string_view value) const {
    std::string text = "\"";
    for (const char c : utf8::printable(value)) {
      if (c == '"') text += '\\';
      text += c;
    }
    return text += '"';
  }
  std::string operator()(const NumberArray& array) const {
    return describe_array(array.count, [&](std::size_t i) { return describe_number(array, i); });
  }
  std::string operator()(const StringArray& array) const {
    return describe_array(array.size(), [&](std::size_t i) { return (*this)(array[i]); });
  }
};

}  // namespace

std::int64_t NumberArray::integer(std::size_t i) const noexcept {
  const std::byte* const at = data + i * info_of(type).n_bytes;
  switch (type) {
    case ValueType::kU8:
    case ValueType::kBool: return load_little<std::uint8_t>(at);
    case ValueType::kI8: return load_little<std::int8_t>(at);
    case ValueType::kU16: return load_little<std::uint16_t>(at);
    case ValueType::kI16: return load_little<std::int16_t>(at);
    case ValueType::kU32: return load_little<std::uint32_t>(at);
    case ValueType::kI32: return load_little<std::int32_t>(at);
    case ValueType::kU64:
    case ValueType::kI64: return load_little<std::int64_t>(at);
    default: return 0;
  }
}

double NumberArray::real(std::size_t i) const noexcept {
  const std::byte* const at = data + i * info_of(type).n_bytes;
  return type == ValueType::kF64 ? load_little<double>(at) : static_cast<double>(load_little<float>(at));
}

Result<Metadata> Metadata::from_entries(std::string file, std::vector<Entry> entries) {
  Metadata metadata;
  metadata.file_ = std::move(file);
  metadata.entries_ = std::move(entries);
  metadata.index_.reserve(metadata.entries_.size());
  for (std::size_t i = 0; i < metadata.entries_.size(); ++i) {
    const auto [found, is_new] = metadata.index_.try_emplace(metadata.entries_[i].key, i);
    if (is_new) continue;
    return fail(ErrorCode::kCorrupt,
                "{}: key '{}' occurs twice, as metadata entries {} and {}; make the file anew",
                metadata.file_, utf8::printable(found->first), found->second + 1, i + 1);
  }
  return metadata;
}

const Value* Metadata::find(std::string_view key) const noexcept {
  const auto found = index_.find(key);
  return found == index_.end() ? nullptr : &entries_[found->second].value;
}

Result<const Entry*> Metadata::require(std::string_view key, std::string_view wanted) const {
  const auto found = index_.find(key);
  if (found != index_.end()) return &entries_[found->second];
  return fail(ErrorCode::kNotFound,
              "{}: key '{}' is missing, but {} was wanted; make the file anew with a current converter",
              file_, utf8::printable(key), wanted);
}

Error Metadata::mismatch(const Entry& entry, std::string_view wanted) const {
  return fail(ErrorCode::kCorrupt, "{}: key '{}' is {} of type {}, but {} was wanted", file_,
              utf8::printable(entry.key), describe(entry.value), type_name(entry), wanted);
}

Result<std::uint64_t> Metadata::integer(std::string_view key, std::uint64_t minimum,
                                        std::uint64_t maximum) const {
  const std::string wanted = maximum == std::numeric_limits<std::uint64_t>::max()
                                 ? fmt::format("an integer of at least {}", minimum)
                                 : fmt::format("an integer from {} to {}", minimum, maximum);
  LINNET_TRY(const Entry* entry, require(key, wanted));
  std::uint64_t number = 0;
  if (const auto* positive = std::get_if<std::uint64_t>(&entry->value)) {
    number = *positive;
  } else if (const auto* any = std::get_if<std::int64_t>(&entry->value); any != nullptr && *any >= 0) {
    number = static_cast<std::uint64_t>(*any);
  } else {
    return mismatch(*entry, wanted);
  }
  if (number < minimum || number > maximum) return mismatch(*entry, wanted);
  return number;
}

Result<double> Metadata::real(std::string_view key, double minimum, double maximum) const {
  const std::string wanted = fmt::format("a float from {} to {}", minimum, maximum);
  LINNET_TRY(const Entry* entry, require(key, wanted));
  const auto* value = std::get_if<double>(&entry->value);
  if (value == nullptr || !(*value >= minimum && *value <= maximum)) return mismatch(*entry, wanted);
  return *value;
}

Result<bool> Metadata::boolean(std::string_view key) const {
  LINNET_TRY(const Entry* entry, require(key, "a bool"));
  if (const auto* value = std::get_if<bool>(&entry->value)) return *value;
  return mismatch(*entry, "a bool");
}

Result<std::string_view> Metadata::string(std::string_view key) const {
  LINNET_TRY(const Entry* entry, require(key, "a string"));
  if (const auto* value = std::get_if<std::string_view>(&entry->value)) return *value;
  return mismatch(*entry, "a string");
}

Result<std::span<const std::string_view>> Metadata::strings(std::string_view key) const {
  LINNET_TRY(const Entry* entry, require(key, "an array of strings"));
  if (const auto* value = std::get_if<StringArray>(&entry->value))
    return std::span<const std::string_view>(*value);
  return mismatch(*entry, "an array of strings");
}

Result<NumberArray> Metadata::numbers(std::string_view key) const {
  LINNET_TRY(const Entry* entry, require(key, "an array of numbers"));
  if (const auto* value = std::get_if<NumberArray>(&entry->value)) return *value;
  return mismatch(*entry, "an array of numbers");
}

Result<std::uint64_t> Metadata::integer_or(std::string_view key, std::uint64_t fallback,
                                           std::uint64_t minimum, std::uint64_t maximum) const {
  if (!has(key)) return fallback;
  return integer(key, minimum, maximum);
}

Result<double> Metadata::real_or(std::string_view key, double fallback, double minimum,
                                 double maximum) const {
  if (!has(key)) return fallback;
  return real(key, minimum, maximum);
}

Result<bool> Metadata::boolean_or(std::string_view key, bool fallback) const {
  if (!has(key)) return fallback;
  return boolean(key);
}

Result<std::string_view> Metadata::string_or(std::string_view key, std::string_view fallback) const {
  if (!has(key)) return fallback;
  return string(key);
}

std::string describe(const Value& value) { return std::visit(Describer{}, value); }

std::string type_name(const Entry& entry) {
  if (const auto* numbers = std::get_if<NumberArray>(&entry.value)) {
    return fmt::format("array of {} ({})", info_of(numbers->type).name, numbers->count);
  }
  if (const auto* strings = std::get_if<StringArray>(&entry.value)) {
    return fmt::format("array of string ({})", strings->size());
  }
  return std::string(info_of(entry.type).name);
}

}  // namespace linnet::gguf
