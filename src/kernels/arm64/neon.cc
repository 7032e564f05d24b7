// NEON as every 64-bit Arm has it.
#include "kernels/arm64/neon.h"

#include "kernels/tables.h"

namespace linnet::kernels {

constinit const KernelTable neon_table = make_table<Neon>("neon");

}  // namespace linnet::kernels
