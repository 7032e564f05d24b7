// What the CPU and the operating system let a program use.
#pragma once

#include <string_view>

namespace linnet::kernels {

/// True if code compiled with these flags (separated by spaces, as in isa_list.inc) runs here. A flag that is
/// not known counts as missing.
bool cpu_runs(std::string_view compiler_flags) noexcept;

}  // namespace linnet::kernels
