/// \file
/// Marks the names that the shared library exports; everything else is hidden.
#pragma once

#if defined(__GNUC__)
#define LINNET_API __attribute__((visibility("default")))
#else
#define LINNET_API
#endif
