// The tables that the kernel units define, one each.
#pragma once

#include "kernels/kernel_table.h"

namespace linnet::kernels {

#define LINNET_ISA(name, flags) extern const KernelTable name##_table;
#if defined(__x86_64__)
#include "kernels/x86_64/isa_list.inc"
#elif defined(__aarch64__)
#include "kernels/arm64/isa_list.inc"
#endif
#undef LINNET_ISA
extern const KernelTable portable_table;

}  // namespace linnet::kernels
