// Loops whose index is a compile-time constant, so that arrays of vectors live in registers at -O2.
#pragma once

#include <utility>

namespace linnet::kernels {

/// Calls body(std::integral_constant<int, 0>{}) ... up to kCount - 1, written out.
template <int kCount, class Body>
[[gnu::always_inline]] inline void unroll(Body&& body) {
  [&]<int... kIndex>(std::integer_sequence<int, kIndex...>) __attribute__((always_inline)) {
    (body(std::integral_constant<int, kIndex>{}), ...);
  }
  (std::make_integer_sequence<int, kCount>{});
}

}  // namespace linnet::kernels
