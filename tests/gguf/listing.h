// A file as the lines that tests/golden/gguf/make_golden.py writes about it. Touches every value and tensor
// byte.
#pragma once

#include <cstdint>
#include <numeric>
#include <string>

#include <fmt/format.h>

#include "gguf/reader.h"

namespace linnet::gguf::testing {

inline std::string hex(std::string_view text) {
  std::string out;
  for (const char c : text) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

inline std::string shown(bool value) { return value ? "true" : "false"; }
inline std::string shown(std::int64_t value) { return fmt::format("{}", value); }
inline std::string shown(std::uint64_t value) { return fmt::format("{}", value); }
inline std::string shown(double value) { return fmt::format("{:.17g}", value); }
inline std::string shown(std::string_view value) { return hex(value); }

inline std::string shown(const NumberArray& array, std::size_t i) {
  switch (info_of(array.type).kind) {
    case ValueKind::kBool: return shown(array.integer(i) != 0);
    case ValueKind::kFloat: return shown(array.real(i));
    case ValueKind::kUnsigned: return shown(static_cast<std::uint64_t>(array.integer(i)));
    default: return shown(array.integer(i));
  }
}

inline std::string shown(const NumberArray& array) {
  std::string out;
  for (std::size_t i = 0; i < array.count; ++i) out += (i > 0 ? "," : "") + shown(array, i);
  return out;
}

inline std::string shown(const StringArray& array) {
  std::string out;
  for (std::size_t i = 0; i < array.size(); ++i) out += (i > 0 ? "," : "") + shown(array[i]);
  return out;
}

inline std::string types(const Entry& entry) {
  if (entry.type != ValueType::kArray) return std::string(info_of(entry.type).name);
  const auto* numbers = std::get_if<NumberArray>(&entry.value);
  return fmt::format("array {}", numbers != nullptr ? info_of(numbers->type).name : "string");
}

inline std::string listing(const File& file) {
  std::string out;
  for (const Entry& entry : file.metadata().entries()) {
    const std::string value = std::visit([](const auto& v) { return shown(v); }, entry.value);
    out += fmt::format("key {} {} {}\n", entry.key, types(entry), value);
  }
  for (const Tensor& tensor : file.tensors()) {
    const auto add = [](std::uint64_t sum, std::byte b) { return sum + std::to_integer<std::uint64_t>(b); };
    const std::uint64_t total =
        std::accumulate(tensor.data.begin(), tensor.data.end(), std::uint64_t{0}, add);
    const auto shape = std::span(tensor.shape).first(tensor.n_dims);
    out += fmt::format("tensor {} {} {} {} {}\n", tensor.name, weight_type_info(tensor.type).name,
                       fmt::join(shape, "x"), tensor.data.size(), total);
  }
  return out;
}

}  // namespace linnet::gguf::testing
