// LINNET_ASSERT: what the code itself guarantees. Checked in debug and sanitizer builds only; never for
// input.
#pragma once

#include <cassert>

#define LINNET_ASSERT(condition) assert(condition)
