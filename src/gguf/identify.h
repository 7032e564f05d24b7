// Tells a person what a file that is not GGUF probably is.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace linnet::gguf {

/// What `bytes`, a file's beginning, look like and what to do about it, e.g. "a ZIP archive; unpack it
/// first"; empty where nothing is recognized.
std::string_view identify(std::span<const std::byte> bytes) noexcept;

}  // namespace linnet::gguf
