#include "model/arch_spec.h"

namespace linnet {

// Qwen 2 and 2.5: Yang et al. 2024, arXiv:2407.10671.
extern const ArchSpec kQwen2{.name = "qwen2", .qkv_bias = Presence::kAlways};

}  // namespace linnet
