// Byte-level byte-pair encoding: GGUF's tokenizer.ggml.model = "gpt2".
// Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", sec. 2.2.
#pragma once

#include "tokenizer/tokenizer.h"

namespace linnet {

/// Errors: as Tokenizer::from_metadata(). Merges whose parts or result are no tokens are left out: they
/// cannot apply.
Result<std::unique_ptr<const Tokenizer>> make_byte_pair_tokenizer(const gguf::Metadata& metadata);

}  // namespace linnet
