/// \file
/// Where linnet says what it does. The library writes to no stream of its own: it is silent unless a model is
/// loaded with a sink (LoadOptions::log). There is no global logger, so two libraries in one process cannot
/// clash.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include <linnet/result.h>

namespace linnet {

/// How much a message matters.
enum class LogLevel : std::uint8_t {
  kDebug,    ///< Timings and choices, for those who tune.
  kInfo,     ///< What was loaded, with which kernels.
  kWarning,  ///< Something in the file was odd and how it was understood.
};

/// Receives one message without a line end. It may be called from any thread, one call at a time for one
/// model, and must not throw. The view is valid during the call only.
using LogSink = std::function<void(LogLevel level, std::string_view message)>;

/// "debug", "info" or "warning".
LINNET_API std::string_view to_string(LogLevel level) noexcept;

}  // namespace linnet
