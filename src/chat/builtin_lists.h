// Where the rows of builtins.h stand: one list a kind, each in the file that holds its functions.
#pragma once

#include <span>

#include "chat/builtins.h"

namespace linnet::chat {

std::span<const Builtin> text_filters() noexcept;      ///< text_filters.cc: text, numbers and single values.
std::span<const Builtin> sequence_filters() noexcept;  ///< sequence_filters.cc: lists and dicts.
std::span<const Builtin> tests() noexcept;             ///< tests.cc
std::span<const Builtin> functions() noexcept;  ///< functions.cc: what a template may call by a global name.
std::span<const Builtin> text_methods() noexcept;      ///< text_methods.cc
std::span<const Builtin> sequence_methods() noexcept;  ///< container_methods.cc: of lists and tuples.
std::span<const Builtin> dict_methods() noexcept;      ///< container_methods.cc

}  // namespace linnet::chat
