#include "model/arch_spec.h"

namespace linnet {

// Gemma Team 2025, arXiv:2503.19786: five layers with a window to each one without, norms on both sides of
// each block, norms on queries and keys. Converters to GGUF add 1 to the norms' weights.
extern const ArchSpec kGemma3{.name = "gemma3",
                              .activation = Activation::kGelu,
                              .qk_norm = Presence::kAlways,
                              .post_norms = Presence::kAlways,
                              .scale_embedding = true,
                              .has_window = true,
                              .global_every = 6,
                              .local_rope_base = 10000.0};

}  // namespace linnet
