// SentencePiece's byte-pair encoding: GGUF's tokenizer.ggml.model = "llama". Merges are ranked by the score
// of their union; spaces are written "▁"; what the vocabulary lacks becomes byte tokens <0x00> to <0xFF>.
// Source: Kudo and Richardson 2018, arXiv:1808.06226, and https://github.com/google/sentencepiece
#pragma once

#include "tokenizer/tokenizer.h"

namespace linnet {

/// Errors: as Tokenizer::from_metadata().
Result<std::unique_ptr<const Tokenizer>> make_sentencepiece_tokenizer(const gguf::Metadata& metadata);

}  // namespace linnet
