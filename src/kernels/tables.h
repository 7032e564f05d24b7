// The tables that the kernel units define, one each. CMake writes isa_list.inc: the rows of this processor's
// list that the compiler has flags for.
#pragma once

#include "kernels/kernel_table.h"

namespace linnet::kernels {

#define LINNET_ISA(name, flags) extern const KernelTable name##_table;
#include "kernels/isa_list.inc"
#undef LINNET_ISA
extern const KernelTable portable_table;

}  // namespace linnet::kernels
