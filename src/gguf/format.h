// The GGUF container's constants. Source: the GGUF specification,
// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace linnet::gguf {

inline constexpr std::uint32_t kMagic = 0x46554747;  // "GGUF" read as little-endian
inline constexpr std::uint32_t kMinVersion = 2;
inline constexpr std::uint32_t kMaxVersion = 3;
inline constexpr std::string_view kAlignmentKey = "general.alignment";
inline constexpr std::uint32_t kDefaultAlignment = 32;
inline constexpr std::uint32_t kMinAlignment = 8;
inline constexpr std::uint32_t kMaxAlignment = 1u << 30;
inline constexpr std::uint32_t kMaxDimensions = 4;
inline constexpr std::size_t kMaxNameBytes = 65535;

// Linnet's own: a file whose matrices are packed (quant/packed.h) has the first two keys, and its packed
// tensors the number of their weight type plus kPackedTypes, at which every other reader stops.
inline constexpr std::string_view kPackedLayoutKey = "linnet.packed.layout";
inline constexpr std::string_view kPackedByKey = "linnet.packed.version";  ///< The linnet that wrote it.
inline constexpr std::uint32_t kPackedTypes = 0x4C4E0000;
inline constexpr std::uint32_t kPackedAlignment = 64;  ///< At least, for kernels to read the mapping.

enum class ValueType : std::uint32_t {
  kU8 = 0,
  kI8 = 1,
  kU16 = 2,
  kI16 = 3,
  kU32 = 4,
  kI32 = 5,
  kF32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kU64 = 10,
  kI64 = 11,
  kF64 = 12,
};

enum class ValueKind : std::uint8_t { kUnsigned, kSigned, kFloat, kBool, kString, kArray };

struct ValueTypeInfo {
  std::string_view name;
  ValueKind kind;
  std::uint32_t n_bytes;  ///< Of one number or boolean; the fewest that a string or an array can have.
};

inline constexpr ValueTypeInfo kValueTypes[] = {
    // by number
    {"u8", ValueKind::kUnsigned, 1},  {"i8", ValueKind::kSigned, 1},    {"u16", ValueKind::kUnsigned, 2},
    {"i16", ValueKind::kSigned, 2},   {"u32", ValueKind::kUnsigned, 4}, {"i32", ValueKind::kSigned, 4},
    {"f32", ValueKind::kFloat, 4},    {"bool", ValueKind::kBool, 1},    {"string", ValueKind::kString, 8},
    {"array", ValueKind::kArray, 12}, {"u64", ValueKind::kUnsigned, 8}, {"i64", ValueKind::kSigned, 8},
    {"f64", ValueKind::kFloat, 8},
};

constexpr bool is_value_type(std::uint32_t number) noexcept { return number < std::size(kValueTypes); }

/// Requires one of the enumerators.
constexpr const ValueTypeInfo& info_of(ValueType type) noexcept {
  return kValueTypes[static_cast<std::uint32_t>(type)];
}

}  // namespace linnet::gguf
