// What one decoder architecture may do differently from another. An architecture is a value of this type in
// arch/NAME.cc and a row in arch/registry.cc; nothing else in linnet asks which architecture it is.
#pragma once

#include <cstdint>
#include <string_view>

#include "ops/rope.h"

namespace linnet {

/// The non-linearity inside the gated feed-forward layer.
enum class Activation { kSilu, kGelu };

/// Whether a group of tensors belongs to the architecture.
enum class Presence { kNever, kOptional, kAlways };

struct ArchSpec {
  std::string_view name;  ///< general.architecture, and the prefix of its keys.
  ops::RopePairing rope = ops::RopePairing::kHalves;
  Activation activation = Activation::kSilu;
  Presence qkv_bias = Presence::kNever;
  Presence output_bias = Presence::kNever;   ///< Of the attention's output projection.
  Presence qk_norm = Presence::kNever;       ///< RMS norm on each query and key head before the rotation.
  Presence post_norms = Presence::kNever;    ///< RMS norms on the outputs of attention and feed-forward, too.
  Presence rope_factors = Presence::kNever;  ///< rope_freqs.weight: divisors of the rotary frequencies.
  bool scale_embedding = false;              ///< By the square root of the model's width.
  bool has_window = false;                   ///< Reads attention.sliding_window.
  /// With a window: every n-th layer sees everything, unless the file says otherwise. 0 = no layer does.
  std::uint32_t global_every = 0;
  /// Rotary base of the layers with a window, unless the file says otherwise; 0 = the same as the others.
  double local_rope_base = 0;
};

}  // namespace linnet
