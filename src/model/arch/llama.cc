#include "model/arch_spec.h"

namespace linnet {

// Llama 1 to 3.x, Mistral, TinyLlama, SmolLM2: Touvron et al. 2023, arXiv:2302.13971. Converters to GGUF
// permute the rows of Q and K so that neighbours are rotated together.
extern const ArchSpec kLlama{.name = "llama",
                             .rope = ops::RopePairing::kNeighbours,
                             .qkv_bias = Presence::kOptional,
                             .output_bias = Presence::kOptional,
                             .rope_factors = Presence::kOptional,
                             .has_window = true};

}  // namespace linnet
