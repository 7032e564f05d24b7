// The tile registers of AMX, which a process must ask its operating system for.
#pragma once

namespace linnet {

/// Asks, once a process, for the right to use them; true if all threads may from now on. Linux makes signal
/// frames larger for it, and refuses if some thread's alternate stack is too small for these; what is refused
/// or granted stays so. False on other systems and processors. Linux, Documentation/arch/x86/xstate.rst.
bool may_use_tile_registers() noexcept;

}  // namespace linnet
