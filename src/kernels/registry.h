// Which instruction sets were built, which of them this CPU can run, and which one to use.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/fail.h"
#include "kernels/kernel_table.h"

namespace linnet::kernels {

/// There are never more tables than this.
inline constexpr std::size_t kMaxTables = 8;

/// The tables that this CPU can run, best first; portable is always the last. Found out once.
std::span<const KernelTable* const> usable_tables() noexcept;

/// The table called `name`; if that is empty, the one that the environment's LINNET_ISA names; if that is not
/// set, the best. Errors: kUnsupported, a name that was not built or that this CPU cannot run, with the names
/// that it can.
Result<const KernelTable*> choose_table(std::string_view name);

}  // namespace linnet::kernels
