// Refuses texts that are not UTF-8. Reentrant: any thread.
#pragma once

#include <string_view>

#include "base/fail.h"

namespace linnet {

/// `what` stands for the text in the error: "a choice is not UTF-8: byte 3 begins no character". Error:
/// kInvalidArgument.
Result<void> check_utf8(std::string_view text, std::string_view what);

}  // namespace linnet
