// NEON with the four-way dot product of Armv8.2.
#include "kernels/arm64/neon_dotprod.h"

#include "kernels/tables.h"

namespace linnet::kernels {

constinit const KernelTable neon_dotprod_table = make_table<NeonDotprod>("neon_dotprod");

}  // namespace linnet::kernels
