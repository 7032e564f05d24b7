#include "quant/codec.h"

#include <array>

#include "base/assert.h"
#include "quant/all_types.h"

namespace linnet::quant {
namespace {

template <class Format>
void decode_row(const void* blocks, float* values, std::size_t n_columns) noexcept {
  LINNET_ASSERT(n_columns % Format::kColumns == 0);
  const auto* block = static_cast<const typename Format::Block*>(blocks);
  for (std::size_t i = 0; i < n_columns; i += Format::kColumns) Format::decode(*block++, values + i);
}

template <class Format>
void encode_row(const float* values, void* blocks, std::size_t n_columns) noexcept {
  LINNET_ASSERT(n_columns % Format::kColumns == 0);
  auto* block = static_cast<typename Format::Block*>(blocks);
  for (std::size_t i = 0; i < n_columns; i += Format::kColumns) Format::encode(values + i, *block++);
}

template <class... Formats>
constexpr std::array<Codec, sizeof...(Formats)> make_codecs(TypeList<Formats...>) {
  return {Codec{Formats::kId, Formats::kName, Formats::kColumns, sizeof(typename Formats::Block),
                &decode_row<Formats>, &encode_row<Formats>}...};
}

constexpr auto kCodecs = make_codecs(AllTypes{});

}  // namespace

const Codec* find_codec(TypeId id) noexcept {
  for (const Codec& codec : kCodecs) {
    if (codec.id == id) return &codec;
  }
  return nullptr;
}

}  // namespace linnet::quant
