// What a token is for.
#pragma once

#include <cstdint>

#include <linnet/model.h>

namespace linnet {

/// GGUF's tokenizer.ggml.token_type.
enum class TokenType : std::uint8_t {
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,
  kUserDefined = 4,
  kUnused = 5,
  kByte = 6
};

/// The tokens that have a meaning of their own, kNoToken where the file names none.
struct SpecialTokens {
  Token bos = kNoToken, eos = kNoToken, eot = kNoToken, eom = kNoToken, unknown = kNoToken,
        padding = kNoToken;
  bool add_bos = false;  ///< Sequences begin with bos.
  bool add_eos = false;  ///< Sequences end with eos.
};

}  // namespace linnet
