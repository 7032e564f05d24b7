/// \file
/// LINNET_API marks the names that the shared library exports; everything else is hidden, and so is what
/// LINNET_LOCAL marks inside an exported class.
#pragma once

#if defined(__GNUC__)
#define LINNET_API __attribute__((visibility("default")))
#define LINNET_LOCAL __attribute__((visibility("hidden")))
#else
#define LINNET_API
#define LINNET_LOCAL
#endif
