// The architectures that linnet knows.
#pragma once

#include <string_view>

#include "base/fail.h"
#include "model/arch_spec.h"

namespace linnet {

/// Error: kUnsupported, with the names that linnet knows.
Result<const ArchSpec*> find_arch(std::string_view name);

}  // namespace linnet
