// AVX2 with FMA and F16C.
#include "kernels/x86_64/avx2.h"

#include "kernels/tables.h"

namespace linnet::kernels {

constinit const KernelTable avx2_table = make_table<Avx2>("avx2");

}  // namespace linnet::kernels
