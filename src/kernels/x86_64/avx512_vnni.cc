// AVX-512 with VNNI.
#include "kernels/x86_64/avx512_vnni.h"

#include "kernels/tables.h"

namespace linnet::kernels {

constinit const KernelTable avx512_vnni_table = make_table<Avx512Vnni>("avx512_vnni");

}  // namespace linnet::kernels
