// THE list of weight formats. What a format is stands in its own header; being in this list is what makes it
// known to the codec, the kernels, the tests and the benchmarks.
#pragma once

#include <cstddef>

#include "quant/bf16.h"
#include "quant/f16.h"
#include "quant/f32.h"
#include "quant/q4_0.h"
#include "quant/q4_1.h"
#include "quant/q4_k.h"
#include "quant/q5_0.h"
#include "quant/q5_1.h"
#include "quant/q5_k.h"
#include "quant/q6_k.h"
#include "quant/q8_0.h"
#include "quant/type_id.h"

namespace linnet::quant {

template <class... Formats>
struct TypeList {
  static constexpr std::size_t kSize = sizeof...(Formats);
};

using AllTypes = TypeList<F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K>;

/// Hands a type to a generic lambda: [](auto tag) { using Format = typename decltype(tag)::Type; ... }
template <class Format>
struct TypeTag {
  using Type = Format;
};

/// Calls visit(TypeTag<Format>{}) for every format of the list, in its order.
template <class Visit, class... Formats>
constexpr void for_each_type(TypeList<Formats...>, Visit&& visit) {
  (visit(TypeTag<Formats>{}), ...);
}

/// Calls visit(TypeTag<Format>{}) for the format of that id; false, and no call, if the list has none.
template <class Visit, class... Formats>
constexpr bool visit_type(TypeList<Formats...>, TypeId id, Visit&& visit) {
  return ((Formats::kId == id && (visit(TypeTag<Formats>{}), true)) || ...);
}

}  // namespace linnet::quant
