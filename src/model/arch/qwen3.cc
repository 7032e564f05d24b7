#include "model/arch_spec.h"

namespace linnet {

// Qwen 3, dense: Yang et al. 2025, arXiv:2505.09388.
extern const ArchSpec kQwen3{.name = "qwen3", .qk_norm = Presence::kAlways};

}  // namespace linnet
